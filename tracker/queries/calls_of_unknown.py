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
    """When it was taken, what was written down as the number, and whether somebody has seen to it."""

    taken_at: datetime
    phone: str
    is_over: bool


def get_call(session: Session, viewer: Actor, task_id: int) -> CallOfUnknown:
    """A call of the viewer's clinic, also once somebody has seen to it: who has its form open hears so.

    :raises NotFound: if there is none
    """
    row = session.execute(
        select(StaffTask.opened_at, StaffTask.params, StaffTask.done_at).where(
            StaffTask.clinic_id == viewer.clinic_id,
            StaffTask.id == task_id,
            StaffTask.kind == PAGED_TASK,
        )
    ).one_or_none()
    if row is None:
        raise NotFound(str(task_id))
    return CallOfUnknown(row.opened_at, str(row.params.get("phone", "")), row.done_at is not None)
