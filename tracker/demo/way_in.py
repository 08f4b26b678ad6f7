"""From referral to the implant: the story of a patient up to the stage that the part says."""

from dataclasses import dataclass
from datetime import timedelta
from decimal import Decimal

from tracker.demo import observing
from tracker.demo.cast import PAIN, PAYERS, REFERRERS, SPASTICITY, Part
from tracker.demo.new_devices import new_catheter, new_pump
from tracker.demo.pump_life import first_months
from tracker.demo.signing import signs
from tracker.demo.telling import Story, Teller
from tracker.domain.words import LossCause, MomentKind
from tracker.services import (
    appointments,
    authorizations,
    decisions,
    evaluations,
    implants,
    steps,
    trials,
    visit_day,
)
from tracker.services.authorizations import Terms
from tracker.services.dose_check import Given
from tracker.services.evaluations import Findings
from tracker.services.final_times import mark_time_final
from tracker.services.implants import Implanted
from tracker.services.referrals import NewReferral, refer
from tracker.services.visit_losses import Loss

#: The stages on the way, each with the median and 90th percentile of the days until it is reached from the one before.
WAY: tuple[tuple[str, float, float], ...] = (
    ("evaluation_booked", 2, 4),
    ("evaluating", 22, 40),
    ("trial_authorization", 2, 5),
    ("trial_to_book", 14, 28),
    ("trial_booked", 3, 7),
    ("trial_day", 12, 20),
    ("trial_review", 0.5, 1),
    ("implant_decision", 1, 2),
    ("implant_authorization", 5, 14),
    ("implant_to_book", 18, 35),
    ("implant_booked", 3, 7),
    ("implant_day", 14, 28),
    ("recovering", 0.5, 1),
    ("maintained", 62, 80),
)
#: Where a closed or side stage leaves the way.
LEAVES_AT = {
    "not_a_candidate": "evaluating",
    "trial_unsuccessful": "trial_review",
    "not_covered": "implant_authorization",
    "declined": "implant_decision",
    "unreachable": "implant_decision",
    "trial_observation": "trial_day",
    "trial_catheter_in": "trial_day",
}
SAME_DAY = frozenset({"trial_review", "recovering"})


@dataclass(slots=True)
class Plan:
    """A part with the days drawn for every stage of the way."""

    part: Part
    days: dict[str, int]

    @property
    def last(self) -> str:
        """The stage of the way at which the story ends or leaves it."""
        return LEAVES_AT.get(self.part.stage, self.part.stage)

    def length(self) -> int:
        """How many days before today the referral came in."""
        total = self.part.days + (8 if self.part.second_dose else 0)
        if self.last not in self.days:
            return total
        for stage, days in self.days.items():
            total += 0 if stage in SAME_DAY else days
            if stage == self.last:
                break
        return total

    def ends_at(self, stage: str) -> bool:
        """Whether the patient stands at this stage of the way today."""
        return stage == self.last


def plan_of(teller: Teller, part: Part) -> Plan:
    """Draw the days of a story so that the part comes out today."""
    days = {stage: teller.lasting(median, ninetieth) for stage, median, ninetieth in WAY}
    booked = {"evaluation_booked": "evaluating", "trial_booked": "trial_day", "implant_booked": "implant_day"}
    if part.stage in booked:
        days[booked[part.stage]] = max(0, part.days + part.ahead)
    return Plan(part, days)


def way_in(teller: Teller, plan: Plan) -> Story:
    """Tell a patient's story from the referral on."""
    part = plan.part
    yield teller.at(9, teller.clinic.chance.randrange(60))
    condition = _refer(teller, part)
    if plan.ends_at("referred"):
        return
    yield teller.after(plan.days["evaluation_booked"])
    day = teller.book("evaluation", teller.day + timedelta(days=plan.days["evaluating"]))
    if plan.ends_at("evaluation_booked"):
        return
    yield from teller.until(day, 9)
    teller.arrive()
    yield teller.at(10, 30)
    teller.does("desk", visit_day.record_moment, appointment=teller.visit, kind=MomentKind.DISCHARGED)
    if part.trouble == "hold":
        teller.does(
            "coordinator", steps.hold, until_on=teller.day + timedelta(days=35), reason="Waits for the MRI of the spine"
        )
    if plan.ends_at("evaluating") and part.stage == "evaluating":
        return
    yield from _evaluated(teller, plan, condition)


def _evaluated(teller: Teller, plan: Plan, condition: tuple[str, str, str, str]) -> Story:
    part = plan.part
    yield teller.after(plan.days["trial_authorization"])
    _evaluate(teller, part, condition)
    if part.stage == "not_a_candidate":
        teller.does("physician", steps.take_step, step="not_a_candidate", reason="goals not realistic")
        return
    teller.does("physician", steps.take_step, step="candidate")
    _ask(teller, "trial", plan)
    if plan.ends_at("trial_authorization"):
        return
    yield teller.after(plan.days["trial_to_book"])
    _grant(teller, "trial", plan, days=60)
    yield from _to_trial(teller, plan)


def _to_trial(teller: Teller, plan: Plan) -> Story:
    part = plan.part
    teller.does("physician", trials.order_dose, dose_mcg=Decimal(50))
    if plan.ends_at("trial_to_book") and not part.second_dose and not part.trouble:
        return
    yield teller.after(plan.days["trial_booked"] if not plan.ends_at("trial_to_book") else 0, 14)
    day = teller.book("trial", teller.day + timedelta(days=plan.days["trial_day"]))
    if part.trouble == "cancelled":
        reason = "Fever and a cough: called this morning"
        teller.does("coordinator", appointments.cancel, appointment=teller.visit, reason=reason)
        return
    if not (part.trouble == "no_consent" and part.stage == "trial_booked"):
        signs(teller, "trial")
    if plan.ends_at("trial_booked"):
        return
    yield from teller.until(day, 9)
    if part.trouble == "no_show" and part.stage == "trial_to_book":
        yield teller.at(17)
        lost = Loss(LossCause.DID_NOT_COME)
        teller.does("desk", appointments.no_show, appointment=teller.visit, reason="Called twice, no answer", loss=lost)
        return
    yield from _trial_day(teller, plan, Decimal(50))


def _trial_day(teller: Teller, plan: Plan, dose_mcg: Decimal) -> Story:
    part = plan.part
    teller.arrive()
    if part.stage == "trial_day":
        teller.answer("trial", "before", leave=6)
        return
    teller.answer("trial", "before")
    if part.stage == "trial_catheter_in":
        teller.does("nurse", trials.place_trial_catheter, out_by_on=teller.day + timedelta(days=4), model="Temporary")
        return
    nurse2 = teller.clinic.user("nurse2")
    given = Given(dose_mcg, Decimal(50), dose_mcg / 50, "S4471", teller.day + timedelta(days=300), nurse2)
    dose = teller.does("nurse", trials.give_dose, given).fact_seqs[0]
    if part.stage == "trial_observation":
        yield from observing.hour_by_hour(teller, dose)
        return
    yield from _observe(teller, plan, dose_mcg, dose)


def _observe(teller: Teller, plan: Plan, dose_mcg: Decimal, dose: int) -> Story:
    part = plan.part
    works = not (part.second_dose and dose_mcg == 50) and part.stage != "trial_unsuccessful"
    yield teller.at(13, 10)
    if part.trouble == "early_end":
        teller.does("nurse", trials.end_observation, reason="Patient felt unwell and was admitted")
    else:
        observing.after_dose(teller, dose, works=works)
    observing.adverse_events(teller, dose)
    teller.answer("trial", "after")
    yield teller.at(14, 30)
    teller.does("nurse", steps.take_step, step="observation_closed")
    if part.stage == "trial_review":
        return
    yield teller.after(1, 10)
    teller.follow_up("nurse", "trial_call", dose, "well")
    yield teller.after(max(0, plan.days["implant_decision"] - 1), 11)
    yield from _reviewed(teller, plan, dose_mcg, works=works)


def _reviewed(teller: Teller, plan: Plan, dose_mcg: Decimal, *, works: bool) -> Story:
    part = plan.part
    if not works and dose_mcg == 50:
        teller.does("physician", trials.record_outcome, outcome="negative_repeatable", reason="Tone fell for an hour")
        teller.does("physician", trials.order_dose, dose_mcg=Decimal(75))
        teller.does("physician", steps.take_step, step="another_dose")
        if part.stage == "trial_to_book":
            return
        day = teller.book("trial", teller.day + timedelta(days=4))
        yield from teller.until(day, 9)
        yield from _trial_day(teller, plan, Decimal(75))
        return
    if not works:
        teller.does("physician", trials.record_outcome, outcome="negative_final", reason="No response")
        teller.does("physician", steps.take_step, step="trial_unsuccessful", reason="no response")
        teller.tell_who_referred()
        return
    reason = "Two points less on Ashworth for 5 h"
    outcome = teller.does("physician", trials.record_outcome, outcome="positive", reason=reason).fact_seqs[0]
    if part.stage == "implant_decision":
        return
    yield from _decided(teller, plan, outcome)


def _decided(teller: Teller, plan: Plan, outcome: int) -> Story:
    part, left = plan.part, plan.days["implant_authorization"]
    for wait in (3, 4, 7):
        if left > wait:
            yield teller.after(wait, 10)
            left -= wait
            is_away = part.stage == "unreachable"
            result = "not reached" if is_away else "thinking it over"
            teller.follow_up("coordinator", "decision_call", outcome, result)
    yield teller.after(left)
    if part.stage == "unreachable":
        reason = "three calls and a letter, no answer"
        teller.does("lead", steps.take_step, step="unreachable", reason=reason)
        return
    if part.stage == "declined":
        reason = "Does not want surgery this year"
        teller.does("coordinator", decisions.record_decision, decision="declined", reason=reason)
        return
    teller.does("coordinator", decisions.record_decision, decision="accepted")
    teller.tell_who_referred()
    _ask(teller, "implant", plan)
    if part.stage == "not_covered":
        teller.does("lead", steps.take_step, step="not_covered", reason="authorization denied, appeal exhausted")
        return
    if plan.ends_at("implant_authorization"):
        return
    yield teller.after(plan.days["implant_to_book"])
    _grant(teller, "implant", plan, days=90)
    if plan.ends_at("implant_to_book"):
        return
    yield from _to_implant(teller, plan)


def _to_implant(teller: Teller, plan: Plan) -> Story:
    part = plan.part
    yield teller.after(plan.days["implant_booked"], 14)
    day = teller.book("implant", teller.day + timedelta(days=plan.days["implant_day"]))
    if part.trouble != "no_consent":
        signs(teller, "implant")
    papers_on = teller.day - timedelta(days=24 if part.trouble == "old_papers" else 1)
    for kind in ("history_and_physical", "laboratory"):
        teller.does("nurse", evaluations.record_document, kind=kind, dated_on=papers_on, title="in the chart")
    if plan.ends_at("implant_booked"):
        if not part.trouble:
            teller.does("coordinator", mark_time_final, appointment=teller.visit)
        return
    yield from teller.until(day, 9)
    teller.arrive()
    if part.stage == "implant_day":
        teller.answer("implant", "before", leave=5)
        return
    yield from _implant(teller, plan)


def _implant(teller: Teller, plan: Plan) -> Story:
    teller.answer("implant", "before")
    yield teller.at(11, 40)
    pump, catheter = new_pump(teller, "SynchroMed II 8637-20", 20), new_catheter(teller)
    parts = Implanted(pump, catheter, teller.filling(90, reservoir_ml=20))
    device = teller.does("nurse", implants.record_implant, parts).fact_seqs[0]
    teller.answer("implant", "after")
    day = teller.book("refill", teller.day + timedelta(days=min(plan.days["maintained"], 78)))
    yield teller.at(15, 30)
    teller.does("nurse", steps.take_step, step="implant_discharged")
    yield from first_months(teller, device, day)


def _refer(teller: Teller, part: Part) -> tuple[str, str, str, str]:
    """Refer the patient; returns condition, origin, code and diagnosis in words."""
    chance = teller.clinic.chance
    condition = chance.choice(PAIN if part.pain else SPASTICITY)
    name, specialty = chance.choice(REFERRERS)
    new = NewReferral(
        person=teller.person,
        received_on=teller.day,
        indication="pain" if part.pain else "spasticity",
        referred_by=name,
        specialty=specialty,
        diagnosis_code=condition[2],
        diagnosis=condition[3],
        spasticity_origin=condition[1],
        payer=chance.choice(PAYERS),
        urgency="urgent" if chance.random() < 0.1 else "routine",
    )
    referred = teller.clinic.does("coordinator", refer, new, teller.clinic.calendar)
    if referred.written is None:
        raise AssertionError("two patients of the demonstration are the same person")
    teller.begin(referred.written.public_id, referred.written.version)
    return condition


def _evaluate(teller: Teller, part: Part, condition: tuple[str, str, str, str]) -> None:
    findings = Findings(
        indication="pain" if part.pain else "spasticity",
        condition=condition[0],
        spasticity_origin=condition[1],
        diagnosis_code=condition[2],
        oral_therapy_failed=True,
        off_label_reason="Opioids failed; spasms are the main complaint" if part.pain else "",
        hypersensitivity=False,
        active_infection=False,
        anticoagulated=False,
        body_too_small=False,
        spinal_anomaly=False,
        goals="Sit in the chair for four hours; easier dressing",
    )
    teller.does("physician", evaluations.record_evaluation, findings)
    if part.pain:
        dated = teller.day - timedelta(days=20)
        kind = "psychological_evaluation"
        teller.does("nurse", evaluations.record_document, kind=kind, dated_on=dated, title="Psychology report")
    observing.baseline(teller)


def _ask(teller: Teller, stage: str, plan: Plan) -> None:
    asked = Terms("requested", asked_on=teller.day, answer_due_on=teller.day + timedelta(days=14))
    written = teller.does("coordinator", authorizations.ask_authorization, stage=stage, terms=asked)
    teller.visit = written.fact_seqs[0]
    if plan.part.trouble == "denied" and plan.part.stage == f"{stage}_authorization":
        denied = Terms("denied", asked_on=teller.day, reason="Oral therapy not documented for six weeks")
        teller.does("coordinator", authorizations.change_authorization, seq=teller.visit, terms=denied)


def _grant(teller: Teller, stage: str, plan: Plan, *, days: int) -> None:
    ends = plan.days["trial_day"] - 2 if plan.part.trouble == "expiring" and stage == "trial" else days
    granted = Terms(
        "granted",
        number=f"A-{teller.clinic.chance.randrange(1000, 9999)}",
        procedure_codes="62322" if stage == "trial" else "62350, 62362",
        units=3 if stage == "trial" else 1,
        valid_from=teller.day,
        valid_to=teller.day + timedelta(days=max(ends, 1)),
    )
    teller.does("coordinator", authorizations.change_authorization, seq=teller.visit, terms=granted)
