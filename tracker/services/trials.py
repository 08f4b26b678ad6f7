"""The trial: a dose ordered and given, scores, observation, and the physician's outcome."""

from dataclasses import dataclass
from datetime import date, datetime
from decimal import Decimal

from tracker.domain.access import Permission
from tracker.domain.errors import InvalidInput, NotFound, Question
from tracker.domain.facts import Assessment, Determination, Device, TrialDose
from tracker.domain.pathway.blocker import Blocker
from tracker.domain.pathway.engine import unmet
from tracker.domain.pathway.requirements import Requirement
from tracker.domain.pathway.requirements.device import DeviceState
from tracker.domain.words import (
    DeterminationKind,
    DeviceKind,
    DeviceOrigin,
    Instrument,
    Occasion,
    Outcome,
    Role,
    is_word,
)
from tracker.services.case_file import CaseFile, open_case
from tracker.services.deviations import expired_lot, require_reason
from tracker.services.named import reader_problems
from tracker.services.work import CaseRef, Work, Written

#: The values each instrument allows: modified Ashworth, Penn spasm frequency, numeric rating of pain.
SCALES = {
    Instrument.ASHWORTH: ("0", "1", "1+", "2", "3", "4"),
    Instrument.PENN: ("0", "1", "2", "3", "4"),
    Instrument.NRS: tuple(str(value) for value in range(11)),
}
#: The route of a dose that needs no new puncture.
THROUGH_CATHETER = "trial_catheter"
#: Where nobody saw the whole effect, nobody can call the trial positive or negative.
AFTER_EARLY_END = frozenset({Outcome.NOT_ASSESSABLE, Outcome.ABORTED})


@dataclass(frozen=True, slots=True)
class Given:
    """A test dose as it was given: mcg, mcg/mL, mL."""

    dose_mcg: Decimal
    concentration_mcg_ml: Decimal
    volume_ml: Decimal
    lot: str
    expires_on: date | None
    second_by: int | None
    drug: str = "baclofen"
    route: str = "lumbar_puncture"
    deviation_reason: str = ""
    deviation_seen: frozenset[str] | None = None

    def problems(self, given_by: int) -> dict[str, str]:
        """What cannot have been given, as a sentence per field."""
        found: dict[str, str] = {}
        for name in ("dose_mcg", "concentration_mcg_ml", "volume_ml"):
            if getattr(self, name) <= 0:
                found[name] = "Must be more than zero."
        if not found and self.concentration_mcg_ml * self.volume_ml != self.dose_mcg:
            product = self.concentration_mcg_ml * self.volume_ml
            found["dose_mcg"] = f"Concentration times volume is {product.normalize():f} mcg. Read the three again."
        if not self.lot.strip():
            found["lot"] = "Write down the lot."
        if self.second_by in (None, given_by):
            found["second_by"] = "A second person must have read drug, dose and volume."
        return found


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
    order = file.snapshot.determination(DeterminationKind.DOSE_ORDER)
    dose = file.record(
        TrialDose,
        attempt=file.snapshot.trial_attempt,
        series=file.snapshot.trial_series,
        appointment=visit.appointment if visit else None,
        drug=given.drug,
        dose_mcg=given.dose_mcg,
        concentration_mcg_ml=given.concentration_mcg_ml,
        volume_ml=given.volume_ml,
        lot=given.lot.strip(),
        expires_on=given.expires_on,
        route=given.route,
        second_by=given.second_by,
    )
    is_through_catheter = given.route == THROUGH_CATHETER and _trial_catheter(file) is not None
    missing = list(unmet(_needs_of_dose(file, is_through_catheter=is_through_catheter), file.snapshot, work.now))
    if order is not None and Decimal(order.value) != given.dose_mcg:
        missing.append(Blocker("dose_differs", (("ordered", order.value),), (Role.PHYSICIAN,), "", "dose_order"))
    missing += expired_lot(given.expires_on, file.snapshot.calendar.today(file.effective_at))
    begun_in = _catheter_stage(file) if is_through_catheter else ""
    require_reason(
        file,
        "trial",
        missing,
        given.deviation_reason,
        about_seq=dose.seq,
        begun_in=begun_in,
        seen=given.deviation_seen,
    )
    return file.finish("dose_given")


def _needs_of_dose(file: CaseFile, *, is_through_catheter: bool) -> tuple[Requirement, ...]:
    """What a test dose needs. One through the catheter needs no patient without a catheter."""
    step = file.pathway.transition("dose_given", file.pathway.procedures["trial"].day_stage)
    needs = step.needs if step else ()
    if not is_through_catheter:
        return needs
    return tuple(n for n in needs if not (isinstance(n, DeviceState) and n.device == DeviceKind.TRIAL_CATHETER))


def _catheter_stage(file: CaseFile) -> str:
    """Where a case stands while its trial catheter is in."""
    step = file.pathway.transition("catheter_placed", file.pathway.procedures["trial"].day_stage)
    return step.target if step else ""


def _trial_catheter(file: CaseFile) -> Device | None:
    return next((d for d in file.snapshot.devices_in_place if d.kind == DeviceKind.TRIAL_CATHETER), None)


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
    catheter = _trial_catheter(file)
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


def record_score(
    work: Work, ref: CaseRef, *, instrument: str, value: str, occasion: str, site: str = "", taken_at: datetime | None
) -> Written:
    """Record a score: at baseline, or after this attempt's dose.

    :raises InvalidInput: for a value that the instrument does not have, or a score after a dose that was not given
    :raises AskedBack: for a baseline that was taken after this attempt's dose
    """
    file = open_case(work, ref, Permission.SCORE, effective_at=taken_at)
    dose = file.snapshot.attempt_dose
    problems: dict[str, str] = {}
    if not is_word(instrument, Instrument) or value not in SCALES[Instrument(instrument)]:
        problems["value"] = "Choose a value of the scale."
    if not is_word(occasion, Occasion):
        problems["occasion"] = "Choose baseline or after the dose."
    if occasion == Occasion.AFTER_DOSE and (dose is None or file.effective_at < dose.effective_at):
        problems["taken_at"] = "No test dose had been given at this time."
    if problems:
        raise InvalidInput(problems)
    if occasion == Occasion.BASELINE and dose is not None and file.effective_at >= dose.effective_at:
        file.ask(_late_baseline(file, dose, taken_at))
    after = dose.seq if dose and occasion == Occasion.AFTER_DOSE else None
    attempt = file.snapshot.trial_attempt
    file.record(
        Assessment, instrument=instrument, value=value, occasion=occasion, dose_seq=after, attempt=attempt, site=site
    )
    return file.finish("score_recorded")


def _late_baseline(file: CaseFile, dose: TrialDose, taken_at: datetime | None) -> Question:
    given = file.snapshot.calendar.wall(dose.effective_at)
    typed = file.snapshot.calendar.wall(taken_at).isoformat(timespec="minutes") if taken_at else "now"
    sentence = (
        f"The test dose was given on {given:%Y-%m-%d at %H:%M}; a baseline is taken before it. "
        "Give the time at which it was taken, or choose “after the dose”."
    )
    return Question("taken_at", typed, sentence, "It is a baseline, taken after this dose")


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
