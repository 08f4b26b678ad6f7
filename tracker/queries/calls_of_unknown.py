"""A pump call of somebody who is not found, as whoever takes calls may see it: no list of tasks, one call alone."""

from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import select
from sqlalchemy.orm import Session

from tracker.domain.access import Actor
from tracker.domain.errors import NotFound
from tracker.persistence.models import StaffTask
from tracker.persistence.models.messages import PAGED_TASK


@dataclass(frozen=True, slots=True)
class CallOfUnknown:
    """When it was taken, and what was written down as the number."""

    taken_at: datetime
    phone: str


def get_open_call(session: Session, viewer: Actor, task_id: int) -> CallOfUnknown:
    """A call that nobody has seen to, of the viewer's clinic.

    :raises NotFound: if there is none
    """
    row = session.execute(
        select(StaffTask.opened_at, StaffTask.params).where(
            StaffTask.clinic_id == viewer.clinic_id,
            StaffTask.id == task_id,
            StaffTask.kind == PAGED_TASK,
            StaffTask.done_at.is_(None),
        )
    ).one_or_none()
    if row is None:
        raise NotFound(str(task_id))
    return CallOfUnknown(row.opened_at, str(row.params.get("phone", "")))
