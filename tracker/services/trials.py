"""The trial: a dose ordered and given, a catheter, the end of the observation, and the physician's outcome."""

from datetime import date, datetime
from decimal import Decimal

from tracker.domain.access import Permission
from tracker.domain.errors import InvalidInput, NotFound
from tracker.domain.facts import AdverseEvent, Assessment, Determination, Device, TrialDose, VitalSigns
from tracker.domain.words import (
    DeterminationKind,
    DeviceKind,
    DeviceOrigin,
    Outcome,
    is_word,
)
from tracker.services.case_file import CaseFile, open_case
from tracker.services.deviations import require_reason
from tracker.services.dose_check import Given, begun_stage, stops, trial_catheter
from tracker.services.named import reader_problems
from tracker.services.work import CaseRef, Work, Written

#: Where nobody saw the whole effect, nobody can call the trial positive or negative.
AFTER_EARLY_END = frozenset({Outcome.NOT_ASSESSABLE, Outcome.ABORTED})


def order_dose(work: Work, ref: CaseRef, *, dose_mcg: Decimal) -> Written:
    """Record the physician's order for the next test dose.

    :raises NotFound: where the pathway has no trial
    :raises InvalidInput: for a dose that is not on the pathway's approved list
    """
    file = open_case(work, ref, Permission.DECIDE_OUTCOME)
    if "trial" not in file.pathway.procedures:
        raise NotFound(ref.public_id)
    approved = file.pathway.drugs["baclofen"].trial_doses_mcg
    if dose_mcg not in approved:
        listed = ", ".join(f"{dose:f}" for dose in approved)
        raise InvalidInput({"dose_mcg": f"The approved test doses are {listed} mcg."})
    determine(file, DeterminationKind.DOSE_ORDER, value=f"{dose_mcg.normalize():f}")
    return file.finish("dose_ordered")


def give_dose(work: Work, ref: CaseRef, given: Given, *, given_at: datetime | None = None) -> Written:
    """Record a test dose that reached the patient. With something missing it is a deviation and needs a reason.

    :raises InvalidInput: for what cannot have been given
    :raises Refused: with everything that was missing, if no reason is given
    """
    file = open_case(work, ref, Permission.GIVE_DOSE, effective_at=given_at)
    problems = given.problems(work.actor.user_id) | reader_problems(work, given.second_by, Permission.GIVE_DOSE)
    if problems:
        raise InvalidInput(problems)
    visit = file.snapshot.visit("trial")
    dose = file.record(
        TrialDose,
        attempt=file.snapshot.trial_attempt,
        series=file.snapshot.trial_series,
        appointment=visit.appointment if visit else None,
        **given.amounts(),
    )
    require_reason(
        file,
        "trial",
        stops(file.pathway, file.snapshot, dose, work.now),
        given.deviation_reason,
        about_seq=dose.seq,
        begun_in=begun_stage(file.pathway, file.snapshot, dose),
        seen=given.deviation_seen,
    )
    _take_over_what_was_measured(file, dose)
    return file.finish("dose_given")


def _take_over_what_was_measured(file: CaseFile, dose: TrialDose) -> None:
    """What was measured and answered after this injection, of a record of it that was struck out (a lot mistyped), is
    of this one: nobody can measure it again. Each keeps its time and whoever took it."""
    standing = {each.seq for each in file.snapshot.of(TrialDose)}
    snapshot = file.snapshot
    taken: tuple[Assessment | VitalSigns | AdverseEvent, ...] = (
        *snapshot.of(Assessment), *snapshot.of(VitalSigns), *snapshot.of(AdverseEvent),
    )  # fmt: skip
    for each in taken:
        if each.dose_seq not in {None, *standing} and each.effective_at >= dose.effective_at:
            file.change(each, dose_seq=dose.seq, effective_at=each.effective_at, recorded_by=each.recorded_by)


def place_trial_catheter(work: Work, ref: CaseRef, *, out_by_on: date, model: str = "", lot: str = "") -> Written:
    """Record a temporary trial catheter with the day it must be out.

    :raises InvalidInput: for a day in the past, or in a closed case
    """
    file = open_case(work, ref, Permission.GIVE_DOSE)
    today = file.snapshot.calendar.today(file.effective_at)
    if out_by_on < today:
        raise InvalidInput({"out_by_on": "This day has passed."})
    if not file.case.is_open:
        raise InvalidInput({"out_by_on": "This case is closed. Reopen it, then record the catheter."})
    visit = file.snapshot.visit("trial")
    file.record(
        Device,
        kind=DeviceKind.TRIAL_CATHETER,
        model=model,
        manufacturer="",
        serial="",
        udi="",
        lot=lot,
        reservoir_ml=None,
        origin=DeviceOrigin.IMPLANTED_HERE,
        in_place=True,
        placed_on=today,
        removed_on=None,
        out_by_on=out_by_on,
        end_of_service_on=None,
        tip_intact=None,
        appointment=visit.appointment if visit else None,
        outcome_seq=None,
        waiver_seq=None,
        consent_seq=None,
        authorization_seq=None,
        deviation_seq=None,
    )
    return file.finish("trial_catheter_placed")


def remove_trial_catheter(work: Work, ref: CaseRef, *, tip_intact: bool) -> Written:
    """Record that the trial catheter was taken out. Without its tip something is still in the patient.

    :raises InvalidInput: if no trial catheter is in
    """
    file = open_case(work, ref, Permission.GIVE_DOSE)
    catheter = trial_catheter(file.snapshot)
    if catheter is None:
        raise InvalidInput({"tip_intact": "No trial catheter is recorded as in."})
    removed_on = file.snapshot.calendar.today(file.effective_at)
    file.change(catheter, in_place=not tip_intact, removed_on=removed_on if tip_intact else None, tip_intact=tip_intact)
    return file.finish("trial_catheter_removed")


def abort_trial(work: Work, ref: CaseRef, *, why: str, reason: str) -> Written:
    """Record that the trial was broken off before a dose reached the patient. A failed puncture is no dose.

    :raises InvalidInput: for an unknown cause or no reason
    """
    file = open_case(work, ref, Permission.GIVE_DOSE)
    if why not in ("failed_puncture", "adverse_event"):
        raise InvalidInput({"why": "Choose what happened."})
    _need_reason(reason)
    determine(file, DeterminationKind.TRIAL_ABORTED, value=why, reason=reason)
    return file.finish("trial_aborted")


def end_observation(work: Work, ref: CaseRef, *, reason: str) -> Written:
    """Record that the observation ended early. The trial is then not assessable.

    :raises InvalidInput: without a reason, or without a dose
    """
    file = open_case(work, ref, Permission.GIVE_DOSE)
    _need_reason(reason)
    if file.snapshot.attempt_dose is None:
        raise InvalidInput({"reason": "No test dose is recorded for this trial."})
    determine(file, DeterminationKind.OBSERVATION_ENDED, value="early", reason=reason)
    return file.finish("observation_ended")


def record_outcome(work: Work, ref: CaseRef, *, outcome: str, reason: str = "") -> Written:
    """Record the physician's outcome of this trial. Nothing is proposed and nothing is preselected.

    :raises InvalidInput: for an outcome that cannot be, or while the trial is not under review
    """
    file = open_case(work, ref, Permission.DECIDE_OUTCOME)
    if not is_word(outcome, Outcome):
        raise InvalidInput({"outcome": "Choose the outcome."})
    asks = any(need.kind == "outcome" for edge in file.pathway.leaving(file.case.stage) for need in edge.needs)
    attempt = file.snapshot.trial_attempt
    if not asks:
        raise InvalidInput({"outcome": "The trial is not under review now."})
    if file.snapshot.determination(DeterminationKind.OUTCOME, attempt=attempt):
        raise InvalidInput({"outcome": "An outcome is recorded. Correct that one."})
    ended = file.snapshot.determination(DeterminationKind.OBSERVATION_ENDED, attempt=attempt)
    unseen = ended or (file.snapshot.attempt_dose is None and not file.snapshot.of(Device))
    if unseen and outcome not in AFTER_EARLY_END:
        raise InvalidInput({"outcome": "Nobody saw the whole effect: not assessable, or aborted."})
    determine(file, DeterminationKind.OUTCOME, value=outcome, reason=reason)
    return file.finish("outcome_recorded")


def determine(
    file: CaseFile,
    kind: DeterminationKind,
    *,
    value: str = "",
    reason: str = "",
    purpose: str = "trial",
    until_on: date | None = None,
    about_seq: int | None = None,
    second_by: int | None = None,
) -> Determination:
    """Write one determination of the current attempt."""
    return file.record(
        Determination,
        kind=kind,
        value=value,
        reason=reason,
        attempt=file.snapshot.attempt(purpose),
        until_on=until_on,
        about_seq=about_seq,
        second_by=second_by,
    )


def _need_reason(reason: str) -> None:
    if not reason.strip():
        raise InvalidInput({"reason": "Say why."})
