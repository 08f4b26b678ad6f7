"""Jobs that the scheduler does for each clinic by itself: asked for by people, claimed by one process, done on record.

A claim is renewed while the work goes on. One that was not renewed for a while belonged to a process that died, and
the next one takes over; whoever lost a claim this way cannot write a result any more.
"""

from dataclasses import dataclass
from datetime import datetime, timedelta

from sqlalchemy import select, update
from sqlalchemy.orm import Session

from tracker.persistence.models import ClinicJob
from tracker.persistence.types import JsonObject
from tracker.persistence.upsert import upsert

#: After so long without being renewed a claim is lost.
CLAIM = timedelta(minutes=5)
#: How often whoever holds a claim renews it.
RENEW = timedelta(minutes=1)


class ClaimLost(Exception):
    """Somebody else does the work now."""


@dataclass(frozen=True, slots=True)
class Claim:
    """The right to do one clinic's job. ``asked_by``: who wanted it, ``None`` for its usual time."""

    clinic_id: int
    name: str
    token: str
    began_at: datetime
    asked_by: int | None


def ask(session: Session, *, clinic_id: int, name: str, user_id: int, now: datetime) -> bool:
    """Ask for a job; false if somebody has asked already and waits."""
    row = _locked(session, clinic_id, name)
    if row is not None and row.asked_at is not None:
        return False
    asked = {"asked_at": now, "asked_by": user_id}
    key = {"clinic_id": clinic_id, "name": name}
    upsert(session, ClinicJob, key, insert={**asked, "result": {}}, update=asked)
    return True


def take(session: Session, *, clinic_id: int, name: str, token: str, now: datetime) -> Claim | None:
    """Claim a job; ``None`` while somebody else is at it."""
    row = _locked(session, clinic_id, name)
    if row is not None and row.claimed_at is not None and now - row.claimed_at < CLAIM:
        return None
    claimed = {"claim_token": token, "claimed_at": now}
    key = {"clinic_id": clinic_id, "name": name}
    upsert(session, ClinicJob, key, insert={**claimed, "result": {}}, update=claimed)
    return Claim(clinic_id, name, token, now, row.asked_by if row is not None else None)


def renew(session: Session, claim: Claim, now: datetime) -> None:
    """Say that the work goes on.

    :raises ClaimLost: somebody else does it now
    """
    _write(session, claim, {"claimed_at": now})


def finish(session: Session, claim: Claim, *, now: datetime, result: JsonObject) -> None:
    """Write down what came of it. What was asked for after it began stays asked for.

    :raises ClaimLost: somebody else does it now
    """
    _write(session, claim, {"claim_token": None, "claimed_at": None, "done_at": now, "result": result})
    session.execute(
        update(ClinicJob)
        .where(
            ClinicJob.clinic_id == claim.clinic_id, ClinicJob.name == claim.name, ClinicJob.asked_at <= claim.began_at
        )
        .values(asked_at=None, asked_by=None)
    )


def _locked(session: Session, clinic_id: int, name: str) -> ClinicJob | None:
    of_job = select(ClinicJob).where(ClinicJob.clinic_id == clinic_id, ClinicJob.name == name)
    return session.scalars(of_job.with_for_update()).one_or_none()


def _write(session: Session, claim: Claim, values: dict[str, object]) -> None:
    mine = (ClinicJob.clinic_id == claim.clinic_id, ClinicJob.name == claim.name, ClinicJob.claim_token == claim.token)
    held = session.scalars(select(ClinicJob.claim_token).where(*mine).with_for_update()).one_or_none()
    if held is None:
        raise ClaimLost(claim.name)
    session.execute(update(ClinicJob).where(*mine).values(values))
