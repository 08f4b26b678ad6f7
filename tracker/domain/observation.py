"""What is due when after a test dose, and what was measured for it. A due time that passed is missed, never filled in.

Pure: the rule of the pathway, the dose and what stands about it come in, and so does ``now``.
"""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime, timedelta
from enum import StrEnum

from tracker.domain.facts import Appointment, Assessment, Determination, Fact, TrialDose, VitalSigns
from tracker.domain.pathway.definition import Pathway
from tracker.domain.pathway.observation import ObservationRule
from tracker.domain.pathway.snapshot import Snapshot
from tracker.domain.words import AppointmentState, DeterminationKind, Occasion

#: The step that a case waits for while its dose is observed.
CLOSING = "observation_closed"


class DueState(StrEnum):
    TAKEN = "taken"
    MISSED = "missed"
    NOW = "now"
    COMING = "coming"
    OVER = "over"  # it would have been due after the observation was over


@dataclass(frozen=True, slots=True)
class Due:
    """One due time: ``hours`` after the injection. ``taken_at``: when what counts for it was measured first.

    ``lacks``: what of it nobody measured: "scores", "vital signs".
    """

    hours: int
    at: datetime
    state: DueState
    taken_at: datetime | None
    lacks: tuple[str, ...]


def over_at(pathway: Pathway, snapshot: Snapshot, dose: TrialDose) -> datetime | None:
    """When the observation after a dose was over; ``None`` while it runs.

    It ended early, or it was closed: then the visit was over. Where neither is on record and the case has moved on, it
    ended with the dose's own due times at the latest.
    """
    if ended := ended_early(snapshot, dose):
        return ended.effective_at
    is_current = dose == snapshot.attempt_dose
    if is_current and pathway.transition(CLOSING, snapshot.stage) is not None:
        return None
    through_catheter = is_current and snapshot.stage == "trial_catheter_in"
    visit = next((each for each in snapshot.of(Appointment) if each.appointment == dose.appointment), None)
    if visit is not None and visit.state == AppointmentState.COMPLETED and visit.effective_at > dose.effective_at:
        return visit.effective_at
    last = max(pathway.observation.hours) if pathway.observation else 0
    return None if through_catheter else dose.effective_at + timedelta(hours=last)


def ended_early(snapshot: Snapshot, dose: TrialDose) -> Determination | None:
    """That the observation after this dose ended early, with the reason."""
    return snapshot.determination(DeterminationKind.OBSERVATION_ENDED, attempt=dose.attempt)


def after_dose(snapshot: Snapshot, dose: TrialDose) -> tuple[tuple[Assessment, ...], tuple[VitalSigns, ...]]:
    """The scores and the vital signs after a dose, by the time they were taken."""
    scores = (each for each in snapshot.of(Assessment) if each.dose_seq == dose.seq)
    signs = (each for each in snapshot.of(VitalSigns) if each.dose_seq == dose.seq)
    return tuple(sorted(scores, key=_taken)), tuple(sorted(signs, key=_taken))


def baseline(snapshot: Snapshot, dose: TrialDose | None) -> tuple[Assessment, ...]:
    """The latest baseline of each measure: the last one before the dose, or where there is none, the last one."""
    found: dict[tuple[str, str, str], Assessment] = {}
    scores = [each for each in snapshot.of(Assessment) if each.occasion == Occasion.BASELINE]
    for each in sorted(scores, key=_taken):
        old = found.get(measure(each))
        is_late = dose is not None and each.effective_at >= dose.effective_at
        if old is None or not is_late:
            found[measure(each)] = each
    return tuple(found.values())


def measure(score: Assessment) -> tuple[str, str, str]:
    """What a score measures: its instrument, and where."""
    return score.instrument, score.site, score.side


def timeline(
    rule: ObservationRule,
    dose: TrialDose,
    measured: Iterable[Assessment | VitalSigns],
    now: datetime,
    over: datetime | None,
) -> tuple[Due, ...]:
    """Every due time of a dose, in order."""
    facts, tolerance = tuple(measured), timedelta(minutes=rule.tolerance_minutes)

    def due_after(hours: int) -> Due:
        at = dose.effective_at + timedelta(hours=hours)
        mine = [fact for fact in facts if abs(fact.effective_at - at) <= tolerance]
        lacks_scores = hours in rule.score_hours and not any(isinstance(fact, Assessment) for fact in mine)
        lacks_signs = hours in rule.vital_hours and not any(isinstance(fact, VitalSigns) for fact in mine)
        if mine and not lacks_scores:
            state = DueState.TAKEN
        elif over is not None and over < at:
            state = DueState.OVER
        elif now > at + tolerance:
            state = DueState.MISSED
        else:
            state = DueState.NOW if now >= at - tolerance else DueState.COMING
        lacks = tuple(name for name, lacking in (("scores", lacks_scores), ("vital signs", lacks_signs)) if lacking)
        return Due(hours, at, state, min((fact.effective_at for fact in mine), default=None), lacks)

    return tuple(due_after(hours) for hours in rule.hours)


def next_due(dues: Iterable[Due]) -> Due | None:
    """What is to be measured next; ``None`` where nothing is."""
    return next((due for due in dues if due.state in (DueState.NOW, DueState.COMING)), None)


def _taken(fact: Fact) -> tuple[datetime, int]:
    return fact.effective_at, fact.seq
