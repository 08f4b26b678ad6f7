"""What is measured and asked in the hours round a test dose: scores, vital signs, adverse events.

Everything is recordable with its true time, also long after it was written on paper. Nothing is filled in for what
nobody measured.
"""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import datetime, timedelta

from tracker.domain.access import Permission
from tracker.domain.after_dose_alarms import alarming_event, alarming_signs
from tracker.domain.checklists.vital_signs import HIGHEST, LOWER_ABOVE
from tracker.domain.errors import InvalidInput, NotFound, Question
from tracker.domain.facts import AdverseEvent, Assessment, TrialDose, VitalSigns
from tracker.domain.pathway.definition import Pathway
from tracker.domain.pathway.requirements.trial import AssessmentRecorded
from tracker.domain.pathway.trial_wording import ADVERSE_WORDS
from tracker.domain.task_words import AFTER_DOSE_ALARM
from tracker.domain.words import (
    AdverseKind,
    Alertness,
    Happened,
    Instrument,
    Occasion,
    Severity,
    Side,
    is_word,
)
from tracker.services.case_file import CaseFile, open_case
from tracker.services.named import person_problems, reader_problems
from tracker.services.physician_calls import call_physician
from tracker.services.work import CaseRef, Work, Written

#: The values each instrument allows: modified Ashworth, Penn spasm frequency and severity, numeric rating of pain.
SCALES = {
    Instrument.ASHWORTH: ("0", "1", "1+", "2", "3", "4"),
    Instrument.PENN: ("0", "1", "2", "3", "4"),
    Instrument.PENN_SEVERITY: ("1", "2", "3"),
    Instrument.NRS: tuple(str(value) for value in range(11)),
}
#: A set with the same values that is sent again this soon was, more likely than not, sent twice.
AGAIN = timedelta(minutes=10)


@dataclass(frozen=True, slots=True)
class Score:
    """One value of a scale; ``site`` and ``side`` where it is one of a muscle group."""

    instrument: str
    value: str
    site: str = ""
    side: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class Vitals:
    """Pressure in mmHg, pulse and breaths a minute, saturation in percent; ``None`` or empty: not measured."""

    systolic: int | None = None
    diastolic: int | None = None
    pulse: int | None = None
    saturation: int | None = None
    breaths: int | None = None
    alertness: str = ""

    @property
    def is_empty(self) -> bool:
        """Whether nothing was measured."""
        return self == Vitals()


@dataclass(frozen=True, slots=True, kw_only=True)
class Measured:
    """What was measured at one time: at baseline, or after the dose of ``dose_seq`` (``None``: this attempt's).

    ``rater_id``: who measured, where that is not who writes. ``second_by`` vouches for a time typed afterwards.
    """

    occasion: str
    scores: tuple[Score, ...] = ()
    vitals: Vitals = Vitals()
    dose_seq: int | None = None
    taken_at: datetime | None = None
    rater_id: int | None = None
    second_by: int | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class EventAnswer:
    """The answer about one adverse event. ``at``: since when it was there, or when it was asked; ``None``: now."""

    event: str
    happened: str
    severity: str = ""
    note: str = ""
    at: datetime | None = None


def record_measurements(work: Work, ref: CaseRef, measured: Measured) -> Written:
    """Record the scores and vital signs of one time.

    :raises NotFound: for a dose that the case does not have
    :raises InvalidInput: for nothing at all, a value that its scale does not have, a time before the dose, or a time in
        the window that closes the observation, written when it is over and vouched for by nobody else
    :raises AskedBack: for a baseline that was taken after this attempt's dose, and for the same values as of a set that
        was recorded moments ago
    """
    file = open_case(work, ref, Permission.SCORE, effective_at=measured.taken_at)
    dose = _dose(file, measured.dose_seq)
    problems = _problems(measured) | _time_problems(file, measured, dose)
    problems |= person_problems(work, measured.rater_id, "rater_id")
    problems |= reader_problems(work, measured.second_by, Permission.SCORE)
    if problems:
        raise InvalidInput(problems)
    is_after = measured.occasion == Occasion.AFTER_DOSE
    if not is_after and dose is not None and file.effective_at >= dose.effective_at:
        file.ask(_late_baseline(file, dose, measured.taken_at))
    attempt = dose.attempt if dose and is_after else file.snapshot.trial_attempt
    after = dose.seq if dose and is_after else None
    stands = _same_set(file, measured, after)
    if stands is not None:
        file.ask(_again(file, stands))
    for score in measured.scores:
        file.record(
            Assessment,
            instrument=score.instrument,
            value=score.value,
            occasion=measured.occasion,
            dose_seq=after,
            attempt=attempt,
            site=score.site.strip(),
            side=score.side,
            rater_id=measured.rater_id,
            second_by=measured.second_by,
        )
    if not measured.vitals.is_empty:
        signs = {name: getattr(measured.vitals, name) for name in (*HIGHEST, "alertness")}
        written = file.record(VitalSigns, attempt=attempt, dose_seq=after, **signs)
        if dose and is_after:
            call_physician(file, AFTER_DOSE_ALARM, written, alarming_signs(written))
    return file.finish("score_recorded")


def record_adverse_events(work: Work, ref: CaseRef, *, dose_seq: int, answers: Sequence[EventAnswer]) -> Written:
    """Record answers about adverse events after a dose, each by itself. What was not answered stays open; a "no" takes
    the place of the "no" before it, and never of a "yes".

    :raises NotFound: for a dose that the case does not have
    :raises InvalidInput: for no answer at all, or one that is not whole: at ``<event>``, ``<event>_severity``,
        ``<event>_at`` or ``<event>_note``
    """
    file = open_case(work, ref, Permission.GIVE_DOSE)
    dose = _dose(file, dose_seq)
    if dose is None:
        raise NotFound(str(dose_seq))
    problems: dict[str, str] = {}
    for answer in answers:
        problems |= _answer_problems(file, dose, answer)
    if not answers:
        problems["answers"] = "Answer at least one of them."
    if problems:
        raise InvalidInput(problems)
    for answer in answers:
        values: dict[str, object] = {
            "happened": answer.happened,
            "severity": answer.severity,
            "note": answer.note.strip(),
            "effective_at": _moment(dose, answer, work.now),
        }
        before = [each for each in answers_about(file, dose, answer.event) if each.happened != Happened.YES]
        if before:
            written = file.change(before[-1], **values)
        else:
            written = file.record(AdverseEvent, dose_seq=dose.seq, event=answer.event, **values)
        call_physician(file, AFTER_DOSE_ALARM, written, tuple(filter(None, (alarming_event(written),))))
    return file.finish("adverse_events_answered")


def answers_about(file: CaseFile, dose: TrialDose, event: str) -> list[AdverseEvent]:
    """What stands about one adverse event after a dose, oldest first."""
    return [each for each in file.snapshot.of(AdverseEvent) if (each.dose_seq, each.event) == (dose.seq, event)]


def _dose(file: CaseFile, seq: int | None) -> TrialDose | None:
    if seq is None:
        return file.snapshot.attempt_dose
    found = next((dose for dose in file.snapshot.of(TrialDose) if dose.seq == seq), None)
    if found is None:
        raise NotFound(str(seq))
    return found


def _problems(measured: Measured) -> dict[str, str]:
    found: dict[str, str] = {}
    if not is_word(measured.occasion, Occasion):
        found["occasion"] = "Choose baseline or after the dose."
    if not measured.scores and measured.vitals.is_empty:
        found["scores"] = "Nothing was filled in. Enter at least one score, or vital signs."
    for score in measured.scores:
        if not is_word(score.instrument, Instrument) or score.value not in SCALES[Instrument(score.instrument)]:
            found["value"] = "Choose a value of the scale."
        if score.side and not is_word(score.side, Side):
            found["side"] = "Choose left or right."
    if measured.vitals.alertness and not is_word(measured.vitals.alertness, Alertness):
        found["alertness"] = "Choose how awake the patient is."
    for name, most in HIGHEST.items():
        value = getattr(measured.vitals, name)
        if value is not None and not 0 <= value <= most:
            found[name] = f"Must be from 0 to {most}. Read it again."
    upper, lower = measured.vitals.systolic, measured.vitals.diastolic
    if upper is not None and lower is not None and lower >= upper:
        found.setdefault("diastolic", LOWER_ABOVE)
    return found


def _time_problems(file: CaseFile, measured: Measured, dose: TrialDose | None) -> dict[str, str]:
    if measured.occasion != Occasion.AFTER_DOSE:
        return {}
    if dose is None or file.effective_at < dose.effective_at:
        return {"taken_at": "No test dose had been given at this time."}
    window = score_window(file.pathway)
    if window is None or not measured.scores or measured.second_by not in (None, file.work.actor.user_id):
        return {}
    start, end = (dose.effective_at + timedelta(hours=hours) for hours in window)
    if start <= file.effective_at <= end < file.work.now:
        sentence = "The time in which a score lets the observation close is over: a second person vouches for this one."
        return {"second_by": sentence}
    return {}


def score_window(pathway: Pathway) -> tuple[int, int] | None:
    """Between which hours after a dose a score lets its observation close; ``None`` where the pathway asks for none."""
    needs = (need for edge in pathway.transitions for need in edge.needs if isinstance(need, AssessmentRecorded))
    return next(((n.from_hours, n.to_hours) for n in needs if n.occasion == Occasion.AFTER_DOSE), None)


def _late_baseline(file: CaseFile, dose: TrialDose, taken_at: datetime | None) -> Question:
    given = file.snapshot.calendar.wall(dose.effective_at)
    typed = file.snapshot.calendar.wall(taken_at).isoformat(timespec="minutes") if taken_at else "now"
    sentence = (
        f"The test dose was given on {given:%Y-%m-%d at %H:%M}; a baseline is taken before it. "
        "Give the time at which it was taken, or choose “after the dose”."
    )
    return Question("taken_at", typed, sentence, "It is a baseline, taken after this dose")


def _same_set(file: CaseFile, measured: Measured, after: int | None) -> datetime | None:
    """When a set with the same values was taken that was recorded moments ago; another time that is typed makes it
    another set."""
    since = file.work.now - AGAIN
    scores: dict[datetime, set[Score]] = {}
    signs: dict[datetime, Vitals] = {}
    for each in file.snapshot.of(Assessment):
        if each.recorded_at >= since and (each.occasion, each.dose_seq) == (measured.occasion, after):
            found = Score(each.instrument, each.value, each.site, each.side)
            scores.setdefault(each.effective_at, set()).add(found)
    for taken in file.snapshot.of(VitalSigns):
        if taken.recorded_at >= since and taken.dose_seq == after:
            signs[taken.effective_at] = Vitals(**{name: getattr(taken, name) for name in (*HIGHEST, "alertness")})
    wanted = {replace(score, site=score.site.strip()) for score in measured.scores}, measured.vitals
    for at in sorted(scores.keys() | signs.keys(), reverse=True):
        is_other_time = measured.taken_at is not None and abs(measured.taken_at - at) >= timedelta(minutes=1)
        if (scores.get(at, set()), signs.get(at, Vitals())) == wanted and not is_other_time:
            return at
    return None


def _again(file: CaseFile, stands: datetime) -> Question:
    at = file.snapshot.calendar.wall(stands)
    sentence = f"The same values stand at {at:%H:%M}: record them again?"
    return Question("taken_at", at.isoformat(timespec="minutes"), sentence, "They were measured again")


def _moment(dose: TrialDose, answer: EventAnswer, now: datetime) -> datetime:
    """When it was. A time is typed in whole minutes: what is said to have begun in that of the injection came after."""
    at = answer.at or now
    return max(at, dose.effective_at) if dose.effective_at - at < timedelta(minutes=1) else at


def _answer_problems(file: CaseFile, dose: TrialDose, answer: EventAnswer) -> dict[str, str]:
    event, at = answer.event, _moment(dose, answer, file.work.now)
    if not is_word(event, AdverseKind) or not is_word(answer.happened, Happened):
        return {event: "Choose yes, no, or not known."}
    found: dict[str, str] = {}
    has_happened = answer.happened == Happened.YES
    if has_happened and not is_word(answer.severity, Severity):
        found[f"{event}_severity"] = "Choose how severe it was."
    if not has_happened and answer.severity:
        found[f"{event}_severity"] = "What did not happen has no severity."
    if has_happened and answer.at is None:
        found[f"{event}_at"] = "Say when it began."
    if not dose.effective_at <= at <= file.work.now:
        found[f"{event}_at"] = "This time is before the dose, or in the future."
    needs_words = answer.happened == Happened.NOT_KNOWN or (has_happened and event == AdverseKind.OTHER)
    if needs_words and not answer.note.strip():
        found[f"{event}_note"] = "Say what it was." if has_happened else "Say why nobody could tell."
    stands = [each for each in answers_about(file, dose, event) if each.happened == Happened.YES]
    if stands and not has_happened:
        began = file.snapshot.calendar.wall(stands[-1].effective_at)
        found[event] = f"It is on record that this happened, at {began:%H:%M}. If that is wrong, correct that entry."
    if event == AdverseKind.OTHER and not has_happened:
        found[event] = f"Only what happened is written down as {ADVERSE_WORDS[event]}."
    return found
