"""Every form of a case as a row: where the patient stands, who may and who may not, what is wrong and what is right."""

from datetime import timedelta

from tests.web.cases.consent_forms import CONSENT_FORMS
from tests.web.cases.device_forms import DEVICE_FORMS, new_catheter, new_pump
from tests.web.cases.scene import COORDINATOR, DESK, NURSE, PHYSICIAN, FormCase, Scene, pump
from tests.web.cases.visit_cases import VISIT_FORMS
from tracker.domain.facts import Advisory, Assessment, Authorization, Device, PumpCall, Scan, TrialDose
from tracker.domain.words import Role
from tracker.services import steps, trials
from tracker.services.advisories import record_advisory
from tracker.services.pump_calls import Call, record_pump_call
from tracker.services.scans import plan_scan


def evaluation(_scene: Scene) -> dict[str, object]:
    questions = ("hypersensitivity", "active_infection", "anticoagulated", "body_too_small", "spinal_anomaly")
    return {
        "indication": "spasticity",
        "condition": "multiple_sclerosis",
        "spasticity_origin": "spinal",
        "oral_therapy_failed": "yes",
        **dict.fromkeys(questions, "no"),
    }


def dose(scene: Scene) -> dict[str, object]:
    amounts = {"dose_mcg": "50", "concentration_mcg_ml": "50", "volume_ml": "1"}
    label = {"drug": "baclofen", "lot": "T-1", "expires_on": scene.day(90)}
    return {**amounts, **label, "route": "lumbar_puncture", **scene.reader()}


def filling(scene: Scene) -> dict[str, object]:
    alarm = scene.day(90)
    return {
        "drug": "baclofen",
        "concentration_mcg_ml": "500",
        "volume_ml": "20",
        "daily_dose_mcg": "100",
        "alarm_volume_ml": "2",
        "alarm_on": alarm,
        "alarm_on_again": alarm,
        "lot": "L-9",
        **scene.reader(),
    }


def implant(scene: Scene) -> dict[str, object]:
    return {**new_pump(scene), **new_catheter(scene), **filling(scene)}


def granted(scene: Scene) -> dict[str, object]:
    dates = {"valid_from": scene.day(), "valid_to": scene.day(180)}
    return {"state": "granted", "number": "A-1", **dates}


def _refill_due(scene: Scene) -> None:
    (booked,) = filter(None, [scene.journey.look().snapshot.booked("refill")])
    scene.world.clock.set(booked.starts_at)
    scene.journey.tick(booked.appointment, "before")


def _late_refill_date(scene: Scene) -> None:
    journey = scene.journey
    _refill_due(scene)
    late = journey.today + timedelta(days=150)
    journey.refill(alarm_on=late, alarm_on_again=late)


def _catheter_in(scene: Scene) -> None:
    journey = scene.journey
    journey.tick(journey.visit_for("trial"), "before")
    journey.do(NURSE, lambda w, r: trials.place_trial_catheter(w, r, out_by_on=journey.today + timedelta(days=3)))


def _on_hold(scene: Scene) -> None:
    journey = scene.journey
    until = journey.in_days(14).date()
    journey.do(PHYSICIAN, lambda w, r: steps.hold(w, r, until_on=until, reason="records"))


def _called(scene: Scene) -> None:
    call = Call(tone="one", caller="the mother")
    scene.journey.do(DESK, lambda w, r: record_pump_call(w, r, call))


def _died(scene: Scene) -> None:
    day, second = scene.journey.today, scene.world.user_ids[NURSE]
    scene.journey.do(PHYSICIAN, lambda w, r: steps.record_death(w, r, died_on=day, source="her son", second_by=second))


def _advised(scene: Scene) -> None:
    part = scene.journey.look().snapshot.devices_in_place[0].device
    letter = {"device": part, "number": "FA-1", "text": "replace early"}
    scene.journey.do(PHYSICIAN, lambda w, r: record_advisory(w, r, **letter))


def _scan_planned(scene: Scene) -> None:
    day = scene.journey.today + timedelta(days=9)
    scene.journey.do(NURSE, lambda w, r: plan_scan(w, r, scan_on=day, place="County Hospital"))


FORMS = (
    *VISIT_FORMS,
    FormCase(
        name="evaluation", stage="evaluating", path="evaluation", refused=NURSE, good=evaluation,
        bad={"condition": "stroke", "goals": "walk again"}, sentence="Choose spasticity or pain.",
        kept=("walk again",),
    ),
    FormCase(
        name="document", stage="implant_booked", path="document?kind=laboratory", role=NURSE,
        good=lambda s: {"kind": "laboratory", "dated_on": s.day()},
        bad=lambda s: {"kind": "laboratory", "dated_on": s.day(1), "title": "CBC"},
        sentence="This date is in the future.", kept=("CBC",),
    ),
    FormCase(
        name="ask", stage="implant_to_book", path="authorization?stage=implant", role=COORDINATOR, refused=NURSE,
        good=lambda s: {"stage": "implant", **granted(s)},
        bad={"stage": "implant", "state": "granted", "procedure_codes": "62362"},
        sentence="A granted authorization has a number.", kept=("62362",),
    ),
    FormCase(
        name="answer", stage="implant_to_book", path="authorization/{}", role=COORDINATOR, refused=NURSE,
        number=lambda j: j.look().snapshot.of(Authorization)[-1].seq, good=granted,
        bad=lambda s: {**granted(s), "valid_to": s.day(-1)}, sentence="It ends before it begins.", kept=("A-1",),
    ),
    *CONSENT_FORMS,
    FormCase(
        name="order", stage="trial_day", path="order-dose", refused=NURSE, good={"dose_mcg": "75"},
        bad={"dose_mcg": "60"}, sentence="The approved test doses are", kept=("60",),
    ),
    FormCase(
        name="dose", stage="trial_day", path="give-dose", role=NURSE,
        before=lambda s: (s.journey.order(), s.journey.tick(s.journey.visit_for("trial"), "before")),
        good=dose, ends_in="trial_observation",
        bad=lambda s: {**dose(s), "volume_ml": "2"}, sentence="2 mL of 50 mcg/mL is 100 mcg, not 50.", kept=("T-1",),
    ),
    FormCase(
        name="catheter", stage="trial_day", path="trial-catheter", role=NURSE,
        before=lambda s: s.journey.tick(s.journey.visit_for("trial"), "before"),
        good=lambda s: {"out_by_on": s.day(3)}, ends_in="trial_catheter_in",
        bad=lambda s: {"out_by_on": s.day(-1), "model": "Perifix"}, sentence="This day has passed.", kept=("Perifix",),
    ),
    FormCase(
        name="catheter out", stage="trial_day", path="catheter-out", role=NURSE, before=_catheter_in,
        good={"tip": "intact"}, ends_in="trial_review", sentence="Say whether the tip is intact.",
    ),
    FormCase(
        name="abort", stage="trial_day", path="abort-trial", role=NURSE, ends_in="trial_review",
        good={"why": "failed_puncture", "reason": "scar"},
        bad={"reason": "scar tissue"}, sentence="Choose what happened.", kept=("scar tissue",),
    ),
    FormCase(
        name="early end", stage="trial_observation", path="end-observation", role=NURSE,
        good={"reason": "went home"}, sentence="Say why.",
    ),
    FormCase(
        name="score", stage="trial_observation", path="score", role=Role.THERAPIST,
        good={"penn": "2", "occasion": "after_dose"}, bad={"occasion": "after_dose", "other_site": "left elbow"},
        sentence="Choose a value of the scale.", kept=("left elbow",),
    ),
    FormCase(
        name="outcome", stage="trial_review", path="outcome", refused=NURSE, ends_in="implant_decision",
        good={"outcome": "positive"},
        bad={"reason": "tone fell"}, sentence="Choose the outcome.", kept=("tone fell",),
    ),
    FormCase(
        name="decision", stage="implant_decision", path="decision", role=COORDINATOR, ends_in="declined",
        good={"decision": "declined", "reason": "afraid"},
        bad={"decision": "declined"}, sentence="Say why the patient declines.",
    ),
    FormCase(
        name="waive", stage="implant_booked", path="waive", role=Role.MANAGER, refused=NURSE,
        good=lambda s: {"requirement": "authorization.implant", "reason": "phone approval", **s.second()},
        bad={"requirement": "authorization.implant", "reason": "phone approval"},
        sentence="A second person must sign.", kept=("phone approval",),
    ),
    FormCase(
        name="benefit", stage="evaluating", path="earlier-benefit", refused=NURSE,
        good={"finding": "pump 2015 to 2022, tone 1"}, sentence="Write down what shows it.",
    ),
    FormCase(
        name="review", stage="trial_day", path="review/{}", refused=NURSE,
        before=lambda s: s.journey.dose(deviation_reason="checklist on paper"),
        number=lambda j: j.look().snapshot.facts[-1].seq,
        good={"finding": "paper list seen"}, sentence="Write down what follows from it.",
    ),
    FormCase(
        name="implant", stage="implant_day", path="implant", role=NURSE, good=implant,
        before=lambda s: s.journey.tick(s.journey.visit_for("implant"), "before"),
        bad=lambda s: {**implant(s), "alarm_on_again": s.day(89)}, sentence="The two dates differ.", kept=("NGP9",),
    ),
    FormCase(
        name="refill", stage="maintained", path="refill", role=NURSE, before=_refill_due,
        good=lambda s: {"kind": "refill", **filling(s)},
        bad=lambda s: {"kind": "refill", **filling(s), "volume_ml": "19,5"}, sentence="Use a point for decimals",
        kept=("19,5", "L-9"),
    ),
    FormCase(
        name="refill of unknown date", stage="maintained", path="refill", role=NURSE, before=_refill_due,
        good=lambda s: {"kind": "refill", **filling(s), "alarm_on": "", "alarm_on_again": "", "alarm_unknown": "y"},
        bad=lambda s: {"kind": "refill", **filling(s), "alarm_on": "", "alarm_on_again": ""},
        sentence="Type the printed date, or tick that it is not known.",
    ),
    FormCase(
        name="interrogation", stage="maintained", path="interrogation", role=NURSE,
        good=lambda s: {"cause": "dose", "daily_dose_mcg": "300", "alarm_on": s.day(12), "alarm_on_again": s.day(12)},
        bad={"cause": "dose", "daily_dose_mcg": "", "battery_months": "41"},
        sentence="Type what it was changed to.", kept=("41",),
    ),
    FormCase(
        name="pump call", stage="maintained", path="pump-call", role=DESK,
        good={"tone": "two", "stiff": "y", "caller": "the mother", "phone": "303 555 0188", "words": "since noon"},
        bad={"caller": "the mother", "words": "it beeps"}, sentence="Choose what is heard", kept=("the mother",),
    ),
    FormCase(
        name="pump call closed", stage="maintained", path="settle-pump-call/{}",
        before=_called, number=lambda j: j.look().snapshot.of(PumpCall)[-1].seq, refused=COORDINATOR,
        good={"reason": "seen at home, alarm of another machine"}, sentence="Say what was done for the patient.",
    ),
    FormCase(
        name="pump switched off", stage="maintained", path="device/{}/switched-off", refused=NURSE,
        before=_died, number=pump,
        good={"reason": "switched off, undertaker told"}, sentence="Say what was done with the pump",
    ),
    FormCase(
        name="advisory", stage="maintained", path="advisory/{}", role=NURSE, refused=COORDINATOR,
        before=_advised, number=lambda j: j.look().snapshot.of(Advisory)[-1].seq,
        good={"reason": "read, replacement booked"}, sentence="Say what was done.",
    ),
    FormCase(
        name="MRI planned", stage="maintained", path="scan", role=COORDINATOR, refused=Role.THERAPIST,
        good=lambda s: {"scan_on": s.day(9), "place": "County"}, kept=("County",),
        bad=lambda s: {"scan_on": s.day(500), "place": "County"}, sentence="more than a year away",
    ),
    FormCase(
        name="MRI decided", stage="maintained", path="scan/{}/decide", refused=NURSE,
        before=_scan_planned, number=lambda j: j.look().snapshot.of(Scan)[-1].seq,
        good={"reason": "refilled the day before"}, sentence="Say what you decide",
    ),
    FormCase(
        name="MRI task", stage="maintained", path="scan/{}/task/emptied_before", role=NURSE, refused=COORDINATOR,
        before=_scan_planned, number=lambda j: j.look().snapshot.of(Scan)[-1].seq,
        good={"reason": "emptied at 8:00"}, sentence="Say what was done, and by whom.",
    ),
    FormCase(
        name="follow-up", stage="recovering", path="follow-up/wound_check/{}", role=NURSE, refused=Role.THERAPIST,
        number=pump,
        good={"result": "healing well", "note": "dry"}, bad={"result": "", "note": "a little red"},
        sentence="Choose what came of it.", kept=("a little red",),
    ),
    FormCase(
        name="transfer asked", stage="maintained", path="ask-transfer", refused=NURSE,
        good=lambda s: {"to_clinic": "Mesa Clinic", "until_on": s.day(14)},
        bad=lambda s: {"to_clinic": "Mesa Clinic", "until_on": s.day(-1)}, sentence="This day has passed.",
        kept=("Mesa Clinic",),
    ),
    FormCase(
        name="second reading", stage="maintained", path="confirm-alarm-date", before=_late_refill_date,
        good=lambda s: {"alarm_on": s.day(150)}, bad=lambda s: {"alarm_on": s.day(149)},
        sentence="This is not the date that was recorded.",
    ),
    FormCase(
        name="drug", stage="maintained", path="drug-stock", role=NURSE,
        good={"state": "here"}, bad={"state": ""}, sentence="Choose whether it is ordered or here.",
    ),
    FormCase(
        name="plan", stage="maintained", path="refill-plan", role=PHYSICIAN,
        good=lambda s: {"until_on": s.day(5), "plan": "Dana calls on Monday"},
        bad=lambda s: {"until_on": s.day(-5), "plan": "Dana calls on Monday"}, sentence="This day has passed.",
        kept=("Dana calls on Monday",),
    ),
    FormCase(
        name="remove", stage="maintained", path="device/{}/remove",
        number=lambda j: next(d.device for d in j.look().snapshot.of(Device) if d.kind == "pump"),
        good=lambda s: s.second(NURSE), sentence="A second person or a document must confirm it.",
    ),
    FormCase(
        name="step", stage="maintained", path="take-step?step=device_review", ends_in="device_review",
        good={"reason": "annual review"}, sentence="Choose a reason from the list.",
    ),
    FormCase(
        name="hold", stage="evaluating", path="hold", good=lambda s: {"until_on": s.day(9), "reason": "records"},
        bad=lambda s: {"until_on": s.day(), "reason": "records"}, sentence="The review must be after today.",
    ),
    FormCase(name="resume", stage="evaluating", path="resume", before=_on_hold, good={"reason": "here"}),
    FormCase(
        name="assign", stage="evaluating", path="assign", role=COORDINATOR, refused=Role.THERAPIST,
        good=lambda s: {"owner": s.world.user_ids[NURSE]}, bad={"owner": "12345"}, sentence="Not a valid choice",
    ),
    FormCase(
        name="take", stage="evaluating", path="take", role=COORDINATOR, refused=Role.THERAPIST, good={}
    ),
    FormCase(
        name="death", stage="maintained", path="death", refused=NURSE, ends_in="deceased",
        good=lambda s: {"died_on": s.day(), "source": "the daughter", **s.second(NURSE)},
        bad=lambda s: {"died_on": s.day(), "source": "the daughter"},
        sentence="A pump is in place: a second person or a document must confirm it.", kept=("the daughter",),
    ),
    FormCase(
        name="transfer", stage="maintained", path="transfer", refused=NURSE,
        good=lambda s: {"to_clinic": "North", **s.second(NURSE)},
        bad={"to_clinic": "North"}, sentence="A second person must confirm it.", kept=("North",),
    ),
    FormCase(
        name="stop", stage="maintained", path="stop-therapy", refused=NURSE,
        good=lambda s: {"reason": "no effect", **s.second(NURSE)},
        bad={"reason": "no effect"}, sentence="A second person must confirm it.", kept=("no effect",),
    ),
    FormCase(
        name="watch", stage="maintained", path="close-watch", refused=NURSE, good={"reason": "well"},
        said="A pump is still in the patient.",
    ),
    FormCase(
        name="correct", stage="implant_booked", path="correct/{}",
        number=lambda j: j.look().snapshot.authorization("implant").seq,  # type: ignore[union-attr]  # there is one
        good={"reason": "other patient"}, sentence="Say what was wrong.",
    ),
    FormCase(
        name="correct a pump", stage="maintained", path="correct-clinical/{}", refused=COORDINATOR,
        number=pump,
        good=lambda s: {"reason": "other patient", **s.second(NURSE)}, bad={"reason": "other patient"},
        sentence="a second person or a document must confirm it.", kept=("other patient",),
    ),
    FormCase(
        name="correct a dose", stage="trial_observation", path="correct-clinical/{}", refused=COORDINATOR,
        number=lambda j: j.look().snapshot.of(TrialDose)[-1].seq,
        good=lambda s: {"reason": "other patient", **s.reader(NURSE)},
        bad=lambda s: {"reason": "other patient", **s.second(NURSE)},
        sentence="The second person types their own PIN.", kept=("other patient",),
    ),
    FormCase(
        name="correct a score", stage="trial_review", path="correct-clinical/{}", role=Role.THERAPIST,
        refused=COORDINATOR, number=lambda j: j.look().snapshot.of(Assessment)[-1].seq,
        good={"reason": "other knee"}, sentence="Say what was wrong.",
    ),
    *DEVICE_FORMS,
)  # fmt: skip
