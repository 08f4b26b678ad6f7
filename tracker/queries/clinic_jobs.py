"""What the scheduler did for a clinic last, and what it was asked for since."""

from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import select
from sqlalchemy.orm import Session

from tracker.persistence.models import ClinicJob
from tracker.persistence.types import JsonObject


@dataclass(frozen=True, slots=True)
class JobState:
    """``result`` is that of the time ``done_at``; ``is_running``: somebody is at it now."""

    asked_at: datetime | None
    asked_by: int | None
    is_running: bool
    done_at: datetime | None
    result: JsonObject


NEVER = JobState(asked_at=None, asked_by=None, is_running=False, done_at=None, result={})


def get_job(session: Session, clinic_id: int, name: str) -> JobState:
    """The state of a clinic's job; ``NEVER`` where it was neither done nor asked for."""
    row = session.execute(
        select(
            ClinicJob.asked_at, ClinicJob.asked_by, ClinicJob.claim_token, ClinicJob.done_at, ClinicJob.result
        ).where(ClinicJob.clinic_id == clinic_id, ClinicJob.name == name)
    ).one_or_none()
    if row is None:
        return NEVER
    return JobState(row.asked_at, row.asked_by, row.claim_token is not None, row.done_at, row.result)


def all_jobs(session: Session, name: str) -> dict[int, JobState]:
    """The states of all clinics' jobs of a name, by clinic."""
    rows = session.execute(
        select(
            ClinicJob.clinic_id,
            ClinicJob.asked_at,
            ClinicJob.asked_by,
            ClinicJob.claim_token,
            ClinicJob.done_at,
            ClinicJob.result,
        ).where(ClinicJob.name == name)
    )
    return {
        row.clinic_id: JobState(row.asked_at, row.asked_by, row.claim_token is not None, row.done_at, row.result)
        for row in rows
    }
