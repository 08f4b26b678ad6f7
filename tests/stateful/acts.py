"""Every use case of a case, told with what usually fits the case as it stands, and now and then with what does not.

An act is a function of what is seen and of chance; it returns ``None`` where there is nothing it could be about.
"""

from datetime import datetime, time, timedelta
from decimal import Decimal
from typing import TypeVar

from tests.stateful.clinic import Act, Seen
from tests.stateful.consent_acts import sign_consent, sign_on_tablet, void_consent, withdraw_consent
from tests.stateful.day_acts import arrange, loss, moment, take_turn, walk_in
from tests.stateful.dice import NO_FACT, NO_ROOM, NOBODY, REASONS, Dice, Making
from tests.stateful.pump_acts import (
    advise,
    confirm_alarm_date,
    decide_scan,
    implant,
    interrogate,
    order_devices,
    plan_refill,
    plan_scan,
    pump_call,
    read_label,
    refill,
    remove_device,
    scan_task,
    settle_advisory,
    settle_call,
    stock_drug,
    switch_off,
)
from tests.stateful.reoperation_acts import (
    begin_reoperation,
    explant,
    replace_pump,
    revise_catheter,
    revise_pocket,
)
from tests.stateful.sides import papers, second, visit_of
from tests.support.checklists import typical
from tracker.domain.facts import Appointment, Authorization, Consent, Fact
from tracker.domain.obligations import obligations
from tracker.domain.pathway.engine import offered
from tracker.domain.words import (
    ASKED_ADVERSE,
    AdverseKind,
    AuthorizationState,
    DeterminationKind,
    DocumentKind,
    Happened,
    Instrument,
    ItemState,
    Occasion,
    Outcome,
    Purpose,
    Severity,
)
from tracker.services import (
    appointments,
    authorizations,
    checklists,
    corrections,
    decisions,
    evaluations,
    final_times,
    follow_ups,
    observing,
    steps,
    trials,
)
from tracker.services.appointments import Slot
from tracker.services.authorizations import Terms
from tracker.services.checklists import Answer
from tracker.services.dose_check import Given
from tracker.services.evaluations import Findings
from tracker.services.observing import SCALES, EventAnswer, Measured, Score

T = TypeVar("T")


def slot(seen: Seen, dice: Dice, *, ahead: int | None = None) -> Slot:
    """A time on some day to come, or just past."""
    day = seen.today + timedelta(days=dice.choice((1, 1, 2, 3, 9, 20, 0, -1, 800)) if ahead is None else ahead)
    starts = datetime.combine(day, time(dice.choice((9, 13, 23))))
    return Slot(
        starts=starts,
        minutes=dice.choice((30, 120)),
        arrives=starts - timedelta(minutes=90) if dice.choice((True, False)) else None,
        room_id=dice.choice((4001, *NO_ROOM)),
        clinician_id=dice.choice((5001, None, None, 999)),
    )


def book(seen: Seen, dice: Dice, purpose: str = "") -> Act:
    purpose = purpose or dice.choice((*Purpose, "surgery"))
    when, late, sure = slot(seen, dice), dice.choice((False, False, False, True)), dice.choice((False, True))
    return lambda work, ref: appointments.book(work, ref, purpose=purpose, slot=when, entered_late=late, is_final=sure)


def move(seen: Seen, dice: Dice) -> Act:
    visit, when, sure = visit_of(seen, dice), slot(seen, dice), dice.choice((False, True))
    return lambda work, ref: appointments.move(work, ref, appointment=visit, slot=when, is_final=sure)


def mark_time_final(seen: Seen, dice: Dice) -> Act:
    visit = visit_of(seen, dice)
    return lambda work, ref: final_times.mark_time_final(work, ref, appointment=visit)


def confirm(seen: Seen, dice: Dice) -> Act:
    visit = visit_of(seen, dice)
    return lambda work, ref: appointments.confirm(work, ref, appointment=visit)


def arrive(seen: Seen, dice: Dice) -> Act:
    visit = visit_of(seen, dice)
    return lambda work, ref: appointments.arrive(work, ref, appointment=visit)


def cancel(seen: Seen, dice: Dice) -> Act:
    visit, reason = visit_of(seen, dice), dice.choice(REASONS)
    later = dice.choice((None, seen.now + timedelta(days=5)))
    lost = loss(seen, dice)
    return lambda work, ref: appointments.cancel(
        work, ref, appointment=visit, reason=reason, not_before=later, loss=lost
    )


def no_show(seen: Seen, dice: Dice) -> Act:
    visit, reason, lost = visit_of(seen, dice), dice.choice(REASONS), loss(seen, dice)
    return lambda work, ref: appointments.no_show(work, ref, appointment=visit, reason=reason, loss=lost)


def reinstate(seen: Seen, dice: Dice) -> Act:
    visit, reason = visit_of(seen, dice, is_live=False), dice.choice(REASONS)
    return lambda work, ref: appointments.reinstate(work, ref, appointment=visit, reason=reason)


def terms(seen: Seen, dice: Dice, state: str = "") -> Terms:
    """What a payer says."""
    return Terms(
        state=state or dice.choice(tuple(AuthorizationState)),
        payer_id=dice.choice((None, None, None, 999)),
        number="A-1",
        units=dice.choice((None, None, 1, 3)),
        asked_on=seen.today,
        valid_from=dice.choice((None, seen.today)),
        valid_to=seen.today + timedelta(days=dice.choice((90, 90, 400, 3))),
        reason="as the letter says",
    )


def ask_authorization(seen: Seen, dice: Dice, stage: str = "", state: str = "") -> Act:
    stage, said = stage or dice.choice(("trial", "implant", "refill")), terms(seen, dice, state)
    return lambda work, ref: authorizations.ask_authorization(work, ref, stage=stage, terms=said)


def change_authorization(seen: Seen, dice: Dice) -> Act:
    found = [each.seq for each in seen.snapshot.of(Authorization)] or [999]
    seq, said = dice.choice(found), terms(seen, dice)
    return lambda work, ref: authorizations.change_authorization(work, ref, seq=seq, terms=said)


def evaluate(seen: Seen, dice: Dice) -> Act:
    says = dice.choice((False, False, False, False, None, True))
    indication = seen.snapshot.indication or dice.choice(("spasticity", "pain"))
    findings = Findings(
        indication=dice.choice((indication, indication, indication, "pain", "spasticity")),
        condition="multiple_sclerosis",
        spasticity_origin="spinal",
        oral_therapy_failed=True,
        off_label_reason="nothing else helped",
        hypersensitivity=False,
        active_infection=False,
        anticoagulated=says,
        body_too_small=False,
        spinal_anomaly=False,
        contraindication_plan="held for a week",
    )
    return lambda work, ref: evaluations.record_evaluation(work, ref, findings)


def record_document(seen: Seen, dice: Dice, kind: str = "") -> Act:
    kind = kind or dice.choice(tuple(DocumentKind))
    dated_on = seen.today - timedelta(days=dice.choice((0, 0, 5, 40)))
    return lambda work, ref: evaluations.record_document(work, ref, kind=kind, dated_on=dated_on)


def score(seen: Seen, dice: Dice, occasion: str = "") -> Act:
    instrument = dice.choice(tuple(Instrument))
    value = dice.choice((*SCALES[instrument], "11"))
    occasion = occasion or dice.choice(tuple(Occasion))
    at = seen.now - timedelta(hours=dice.choice((0, 0, 0, 1, 30)))
    measured = Measured(occasion=occasion, scores=(Score(instrument, value),), taken_at=at)
    return lambda work, ref: observing.record_measurements(work, ref, measured)


def answer_events(seen: Seen, dice: Dice, happened: str = "") -> Act:
    """``happened``: the answer to all of them; else one of them, by chance."""
    dose = seen.snapshot.attempt_dose
    asked = ASKED_ADVERSE if happened else (dice.choice(tuple(AdverseKind)),)
    happened = happened or dice.choice((*Happened, "perhaps"))
    severity, at = dice.choice(("", *Severity)) if happened == Happened.YES else "", seen.now
    answers = [EventAnswer(event=each, happened=happened, severity=severity, note="seen", at=at) for each in asked]
    seq = dose.seq if dose else 999
    return lambda work, ref: observing.record_adverse_events(work, ref, dose_seq=seq, answers=answers)


def order_dose(seen: Seen, dice: Dice) -> Act:
    dose = Decimal(dice.choice((50, 50, 50, 75, 100, 60)))
    return lambda work, ref: trials.order_dose(work, ref, dose_mcg=dose)


def give_dose(seen: Seen, dice: Dice) -> Act:
    order = seen.snapshot.determination(DeterminationKind.DOSE_ORDER)
    ordered = Decimal(order.value) if order else Decimal(50)
    dose = dice.choice((ordered, ordered, ordered, Decimal(75)))
    given = Given(
        dose_mcg=dose,
        concentration_mcg_ml=Decimal(50),
        volume_ml=dose / 50,
        lot="L1",
        expires_on=seen.today + timedelta(days=dice.choice((200, 200, 0, -1))),
        second_by=second(seen, dice),
        deviation_reason=dice.choice(REASONS),
    )
    at = seen.now - timedelta(hours=dice.choice((0, 0, 0, 2, 50)))
    return lambda work, ref: trials.give_dose(work, ref, given, given_at=at)


def place_trial_catheter(seen: Seen, dice: Dice) -> Act:
    day = seen.today + timedelta(days=dice.choice((2, 0, -1)))
    return lambda work, ref: trials.place_trial_catheter(work, ref, out_by_on=day)


def remove_trial_catheter(seen: Seen, dice: Dice) -> Act:
    is_intact = dice.choice((True, True, True, False))
    return lambda work, ref: trials.remove_trial_catheter(work, ref, tip_intact=is_intact)


def abort_trial(seen: Seen, dice: Dice) -> Act:
    why, reason = dice.choice(("failed_puncture", "adverse_event", "rain")), dice.choice(REASONS)
    return lambda work, ref: trials.abort_trial(work, ref, why=why, reason=reason)


def end_observation(seen: Seen, dice: Dice) -> Act:
    reason = dice.choice(REASONS)
    return lambda work, ref: trials.end_observation(work, ref, reason=reason)


def record_outcome(seen: Seen, dice: Dice) -> Act:
    outcome = dice.choice((*Outcome, Outcome.POSITIVE, Outcome.POSITIVE, "splendid"))
    return lambda work, ref: trials.record_outcome(work, ref, outcome=outcome)


def decide(seen: Seen, dice: Dice) -> Act:
    decision, reason = dice.choice(("accepted", "accepted", "accepted", "declined", "perhaps")), dice.choice(REASONS)
    return lambda work, ref: decisions.record_decision(work, ref, decision=decision, reason=reason)


def waive(seen: Seen, dice: Dice) -> Act:
    what = dice.choice(("trial_result", "document.laboratory", "authorization.implant", "consent.implant"))
    reason, signs = dice.choice(REASONS), second(seen, dice)
    return lambda work, ref: decisions.waive(work, ref, requirement=what, reason=reason, second_by=signs)


def earlier_benefit(seen: Seen, dice: Dice) -> Act:
    finding = dice.choice(REASONS)
    return lambda work, ref: decisions.document_earlier_benefit(work, ref, finding=finding)


def review_deviation(seen: Seen, dice: Dice) -> Act:
    withdrawn = [each for each in seen.snapshot.of(Consent) if each.state == "withdrawn"]
    found = [each.seq for each in (*seen.snapshot.determinations(DeterminationKind.DEVIATION), *withdrawn)] or [999]
    seq, finding = dice.choice(found), dice.choice(REASONS)
    return lambda work, ref: decisions.review_deviation(work, ref, seq=seq, finding=finding)


def step(seen: Seen, dice: Dice, name: str = "") -> Act:
    names = [each.transition.name for each in offered(seen.pathway, seen.snapshot, seen.now).offers] or ["fly"]
    name = name or dice.choice(names)
    edge = seen.pathway.transition(name, seen.case.stage)
    reason = dice.choice(edge.reasons) if edge and edge.reasons else dice.choice(REASONS)
    return lambda work, ref: steps.take_step(work, ref, step=name, reason=reason)


def hold(seen: Seen, dice: Dice) -> Act:
    day, reason = seen.today + timedelta(days=dice.choice((1, 14, 400))), dice.choice(REASONS)
    return lambda work, ref: steps.hold(work, ref, until_on=day, reason=reason)


def resume(seen: Seen, dice: Dice) -> Act:
    return lambda work, ref: steps.resume(work, ref, reason="")


def assign(seen: Seen, dice: Dice) -> Act:
    person = dice.choice((*seen.people, *NOBODY))
    return lambda work, ref: steps.assign(work, ref, user_id=person)


def die(seen: Seen, dice: Dice) -> Act:
    day, signs = seen.today - timedelta(days=dice.choice((0, 2))), second(seen, dice)
    paper = dice.choice((None, None, *NO_FACT, *papers(seen)))
    return lambda work, ref: steps.record_death(
        work, ref, died_on=day, source="the family", second_by=signs, document_seq=paper
    )


def ask_transfer(seen: Seen, dice: Dice) -> Act:
    day = seen.today + timedelta(days=dice.choice((14, 0, -1)))
    return lambda work, ref: steps.ask_transfer(work, ref, to_clinic=dice.choice(("Mesa", "")), until_on=day)


def follow_up(seen: Seen, dice: Dice) -> Act:
    due = obligations(seen.pathway, seen.snapshot, seen.now).of("follow_up")
    asked = dict(dice.choice(due).params) if due else {"rule": "wound_check", "about": "999"}
    results = seen.pathway.follow_ups[asked["rule"]].results
    rule, about, result = asked["rule"], int(asked["about"]), dice.choice((*results, "shrugged"))
    next_on = dice.choice((None, None, seen.today + timedelta(days=3), seen.today - timedelta(days=1)))
    return lambda work, ref: follow_ups.record_follow_up(
        work, ref, rule=rule, about_seq=about, result=result, next_on=next_on
    )


def transfer(seen: Seen, dice: Dice) -> Act:
    signs, paper = second(seen, dice), dice.choice((None, None, *NO_FACT))
    return lambda work, ref: steps.record_transfer(work, ref, to_clinic="Mesa", second_by=signs, document_seq=paper)


def stop_therapy(seen: Seen, dice: Dice) -> Act:
    signs = second(seen, dice)
    return lambda work, ref: steps.record_therapy_stopped(work, ref, reason="no effect", second_by=signs)


def close_watch(seen: Seen, dice: Dice) -> Act:
    reason = dice.choice(REASONS)
    return lambda work, ref: steps.close_withdrawal_watch(work, ref, reason=reason)


def strike(seen: Seen, dice: Dice) -> Act | None:
    if not seen.snapshot.facts:
        return None
    fact: Fact = dice.choice((seen.snapshot.facts[-1], dice.choice(seen.snapshot.facts)))
    reason, signs = dice.choice(REASONS), second(seen, dice)
    return lambda work, ref: corrections.strike(work, ref, seq=fact.seq, reason=reason, second_by=signs)


def strike_one(seen: Seen, seq: int) -> Act:
    """One fact, by its number."""
    return lambda work, ref: corrections.strike(work, ref, seq=seq, reason="a mistake", second_by=seen.people[1])


def answer_item(seen: Seen, dice: Dice, visit: int = 0, item: str = "") -> Act:
    visit = visit or visit_of(seen, dice)
    purpose = next((each.purpose for each in seen.snapshot.of(Appointment) if each.appointment == visit), "trial")
    rules = seen.pathway.checklists.get(purpose, ())
    key = item or dice.choice([rule.key for rule in rules] or ["identity"])
    value = next((typical(rule) for rule in rules if rule.key == key), "")
    answer = Answer(
        item=key,
        state=ItemState.DONE if item else dice.choice((*ItemState, "maybe")),
        value=value,
        reason="as it was",
        second_by=seen.people[1] if item else second(seen, dice),
    )
    return lambda work, ref: checklists.answer_item(work, ref, appointment=visit, answer=answer)


ACTS: dict[str, Making] = {
    each.__name__: each
    for each in (
        book, move, mark_time_final, confirm, arrive, moment, arrange, walk_in, take_turn, cancel, no_show,
        reinstate, ask_authorization, change_authorization, sign_consent, withdraw_consent, evaluate, record_document,
        score, answer_events, order_dose, give_dose, place_trial_catheter, remove_trial_catheter, abort_trial,
        end_observation, record_outcome, decide, waive,
        earlier_benefit, review_deviation, implant, refill, interrogate, pump_call, settle_call, confirm_alarm_date,
        plan_refill, stock_drug, remove_device, step, hold, resume, assign, die, ask_transfer, follow_up, transfer,
        stop_therapy, close_watch, strike, answer_item, sign_on_tablet, void_consent, plan_scan, decide_scan,
        scan_task, switch_off, advise, settle_advisory, read_label, order_devices, begin_reoperation, replace_pump,
        revise_catheter, revise_pocket, explant,
    )
}  # fmt: skip
