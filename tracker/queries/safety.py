"""The safety figures of a clinic as the scheduler last computed them from the facts, and how old they may be."""

from collections.abc import Collection
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from sqlalchemy import select
from sqlalchemy.orm import Session

from tracker.domain.access import Actor
from tracker.persistence.models import Case, Patient
from tracker.persistence.types import JsonObject
from tracker.queries.clinic_jobs import JobState, get_job
from tracker.queries.identity import IDENTITY, Identity, identity_of, is_patient_of_case
from tracker.queries.invariants import Report

JOB = "safety_check"
#: The least time between two checks; a large clinic is checked so rarely that it takes a twentieth of the time.
LEAST_INTERVAL = timedelta(minutes=5)
SHARE = 20
#: Cases that are kept by name for each figure; ``tracker check`` lists all.
MOST_KEPT = 50
#: How the finding of an unplanned pump ends whose refill is critical.
RED = ", critical"


@dataclass(frozen=True, slots=True)
class Finding:
    """One thing that does not hold. ``case`` is a public id, or empty where no case is meant."""

    invariant: str
    case: str
    message: str


@dataclass(frozen=True, slots=True)
class SafetyCheck:
    """``counts`` of everything, ``failing`` cases or faults by invariant, and the first findings of each."""

    checked_at: datetime
    took: timedelta
    counts: dict[str, int]
    failing: dict[str, int]
    findings: tuple[Finding, ...]

    @property
    def interval(self) -> timedelta:
        """After what time it is checked again."""
        return max(LEAST_INTERVAL, SHARE * self.took)

    def is_stale(self, at: datetime) -> bool:
        """Whether it is older than it should be: twice its interval, and the time that a check takes."""
        return at - self.checked_at > 2 * self.interval + self.took


def kept(report: Report, took: timedelta) -> JsonObject:
    """What of a report is stored, critical pumps first."""
    seen: dict[str, int] = {}
    findings = []
    unplanned = sorted(report.unplanned, key=lambda each: (not each.message.endswith(RED), each.message))
    for each in (*unplanned, *report.violations):
        seen[each.invariant] = seen.get(each.invariant, 0) + 1
        if seen[each.invariant] <= MOST_KEPT:
            findings.append([each.invariant, each.case, each.message])
    return {
        "counts": report.counts,
        "failing": report.failing,
        "findings": findings,
        "seconds": round(took.total_seconds()),
    }


def check_of(state: JobState) -> SafetyCheck | None:
    """What was stored; ``None`` before the first check."""
    if state.done_at is None:
        return None
    stored: dict[str, Any] = dict(state.result)
    return SafetyCheck(
        checked_at=state.done_at,
        took=timedelta(seconds=stored["seconds"]),
        counts=dict(stored["counts"]),
        failing=dict(stored["failing"]),
        findings=tuple(Finding(*each) for each in stored["findings"]),
    )


def get_safety(session: Session, viewer: Actor) -> JobState:
    """The state of the check of the viewer's clinic."""
    return get_job(session, viewer.clinic_id, JOB)


def list_patients(session: Session, viewer: Actor, cases: Collection[str]) -> dict[str, Identity]:
    """Whose cases these are, of the viewer's clinic alone."""
    if not cases:
        return {}
    columns: tuple[Any, ...] = (Case.public_id, *IDENTITY)
    rows = session.execute(
        select(*columns)
        .join(Patient, is_patient_of_case())
        .where(Case.clinic_id == viewer.clinic_id, Case.public_id.in_(sorted(cases)))
    )
    return {row.public_id: identity_of(row) for row in rows}
