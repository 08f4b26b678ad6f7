"""Tasks that the system opens for people, and takes back when what they were for is gone.

A task has a key: what asks twice opens one. A person ends a task with an outcome; the system ends only tasks that
nobody has ended, and opens again only those that it ended itself.
"""

from collections.abc import Collection, Mapping
from datetime import date, datetime

from sqlalchemy import Executable, Insert, update
from sqlalchemy.dialects import postgresql, sqlite
from sqlalchemy.orm import Session

from tracker.domain.words import Role
from tracker.persistence.models import StaffTask
from tracker.services.ports import Ids


def _opening(into: postgresql.Insert | sqlite.Insert) -> Insert:
    """Insert, or open again what the system ended, whichever engine's ``into`` it is."""
    ended_by_system = StaffTask.done_at.is_not(None) & StaffTask.done_by.is_(None)
    again = {"done_at": None, "outcome": "", "due_on": into.excluded.due_on}
    return into.on_conflict_do_update(index_elements=["clinic_id", "key"], set_=again, where=ended_by_system)


_OPENING: Mapping[str, Insert] = {
    "postgresql": _opening(postgresql.insert(StaffTask)),
    "sqlite": _opening(sqlite.insert(StaffTask)),
}


def opening(
    session: Session,
    *,
    clinic_id: int,
    case_id: int | None,
    kind: str,
    key: str,
    params: Mapping[str, object],
    owner: Role,
    due_on: date,
    now: datetime,
    ids: Ids,
) -> Executable:
    """The statement that makes sure there is such a task. ``due_on`` is the clinic's civil date."""
    values = {
        "clinic_id": clinic_id,
        "id": ids.row_id(now),
        "case_id": case_id,
        "kind": kind,
        "key": key,
        "params": dict(params),
        "owner_role": owner,
        "due_on": due_on,
        "opened_at": now,
        "outcome": "",
    }
    return _OPENING[session.get_bind().dialect.name].values(values)


def withdrawing(*, clinic_id: int, keys: Collection[str], outcome: str, now: datetime) -> Executable:
    """The statement that ends the open tasks of these keys because they are no longer needed."""
    return (
        update(StaffTask)
        .where(StaffTask.clinic_id == clinic_id, StaffTask.key.in_(sorted(keys)), StaffTask.done_at.is_(None))
        .values(done_at=now, outcome=outcome)
    )


def opening_call(
    session: Session,
    *,
    clinic_id: int,
    case_id: int,
    key: str,
    about: str,
    appointment: str,
    why: str,
    due_on: date,
    now: datetime,
    ids: Ids,
) -> Executable:
    """The statement that has the coordinator call the patient in the place of a reminder ``about`` a visit. One task
    stands for all reminders with that ``key``."""
    return opening(
        session,
        clinic_id=clinic_id,
        case_id=case_id,
        kind="call",
        key=key,
        params={"about": about, "appointment": appointment, "why": why},
        owner=Role.COORDINATOR,
        due_on=due_on,
        now=now,
        ids=ids,
    )
