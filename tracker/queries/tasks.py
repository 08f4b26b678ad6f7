"""One task of a person: what it asks for, about whom, and where that patient can be reached."""

from dataclasses import dataclass
from datetime import date, datetime
from typing import Any

from sqlalchemy import and_, select
from sqlalchemy.orm import Session

from tracker.domain.access import Actor
from tracker.domain.errors import NotFound
from tracker.persistence.models import Case, ContactPoint, Patient, StaffTask
from tracker.persistence.types import JsonObject
from tracker.queries.identity import IDENTITY, Identity, identity_of, is_patient_of_case


@dataclass(frozen=True, slots=True)
class Reachable:
    """A number or address as it was typed, and whose it is."""

    kind: str
    as_typed: str
    owner: str


@dataclass(frozen=True, slots=True)
class TaskDetail:
    """A task with its patient. ``done_at`` is ``None`` while somebody must still do it."""

    kind: str
    params: JsonObject
    owner_role: str
    due_on: date
    opened_at: datetime
    done_at: datetime | None
    outcome: str
    case_id: int | None
    case_public_id: str
    patient: Identity | None
    reach: tuple[Reachable, ...]


_COLUMNS: tuple[Any, ...] = (StaffTask, Case.public_id, Case.patient_id, *IDENTITY)


def get_task(session: Session, viewer: Actor, task_id: int) -> TaskDetail:
    """A task of the viewer's clinic.

    :raises NotFound: if there is none
    """
    of_case = and_(Case.clinic_id == StaffTask.clinic_id, Case.id == StaffTask.case_id)
    query = (
        select(*_COLUMNS)
        .outerjoin(Case, of_case)
        .outerjoin(Patient, is_patient_of_case())
        .where(StaffTask.clinic_id == viewer.clinic_id, StaffTask.id == task_id)
    )
    row = session.execute(query).one_or_none()
    if row is None:
        raise NotFound(str(task_id))
    task: StaffTask = row[0]
    return TaskDetail(
        kind=task.kind,
        params=task.params,
        owner_role=task.owner_role,
        due_on=task.due_on,
        opened_at=task.opened_at,
        done_at=task.done_at,
        outcome=task.outcome,
        case_id=task.case_id,
        case_public_id=row.public_id or "",
        patient=identity_of(row) if row.patient_id is not None else None,
        reach=_reach(session, viewer, row.patient_id),
    )


def _reach(session: Session, viewer: Actor, patient_id: int | None) -> tuple[Reachable, ...]:
    if patient_id is None:
        return ()
    rows = session.execute(
        select(ContactPoint.kind, ContactPoint.as_typed, ContactPoint.owner)
        .where(
            ContactPoint.clinic_id == viewer.clinic_id,
            ContactPoint.patient_id == patient_id,
            ContactPoint.ended_at.is_(None),
        )
        .order_by(ContactPoint.kind.desc(), ContactPoint.id)
    )
    return tuple(Reachable(row.kind, row.as_typed, row.owner) for row in rows)
