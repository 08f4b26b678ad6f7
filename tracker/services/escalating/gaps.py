"""The task that somebody is to be named: one open task for each gap, however long it lasts.

It is opened anew each day that nobody is on call and each month that nobody is named for a role, so that a gap which
somebody ended a task about, and did not close, is told again. The one before it is withdrawn.
"""

from datetime import date, datetime

from sqlalchemy import select
from sqlalchemy.orm import Session

from tracker.domain.words import Role, Told
from tracker.persistence.models import StaffTask
from tracker.services.ports import Ids
from tracker.services.staff_tasks import opening, withdrawing

KIND = "nobody_named"
NAMED_NOW = "not needed: somebody is named"
TOLD_AGAIN = "not needed: a newer task tells of it"


def tell_of_gap(session: Session, *, clinic_id: int, gap: str, today: date, now: datetime, ids: Ids) -> None:
    """Open the task of this gap that stands on ``today``, and withdraw the older ones."""
    key = _key(gap, today)
    session.execute(
        opening(
            session,
            clinic_id=clinic_id,
            case_id=None,
            kind=KIND,
            key=key,
            params={"who": gap},
            owner=Role.LEAD_COORDINATOR,
            due_on=today,
            now=now,
            ids=ids,
        )
    )
    _withdraw(session, clinic_id, _open_keys(session, clinic_id, gap) - {key}, TOLD_AGAIN, now)


def close_gap(session: Session, *, clinic_id: int, gap: str, now: datetime) -> None:
    """Somebody is named: withdraw what asks for it."""
    _withdraw(session, clinic_id, _open_keys(session, clinic_id, gap), NAMED_NOW, now)


def _key(gap: str, today: date) -> str:
    return f"{_beginning(gap)}{today:%Y-%m-%d}" if gap == Told.ON_CALL else f"{_beginning(gap)}{today:%Y-%m}"


def _beginning(gap: str) -> str:
    return f"{KIND}:{gap}:"


def _open_keys(session: Session, clinic_id: int, gap: str) -> set[str]:
    keys = select(StaffTask.key).where(
        StaffTask.clinic_id == clinic_id,
        StaffTask.kind == KIND,
        StaffTask.key.startswith(_beginning(gap), autoescape=True),
        StaffTask.done_at.is_(None),
    )
    return set(session.scalars(keys))


def _withdraw(session: Session, clinic_id: int, keys: set[str], outcome: str, now: datetime) -> None:
    if keys:
        session.execute(withdrawing(clinic_id=clinic_id, keys=keys, outcome=outcome, now=now))
