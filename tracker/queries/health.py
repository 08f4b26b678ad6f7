"""What the running system says of itself: the beats of its jobs, and messages that should have moved on."""

from dataclasses import dataclass
from datetime import datetime, timedelta

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from tracker.persistence.models import Heartbeat, Reminder

#: A message that was to move on this long ago is stuck: every tick should have taken it.
STUCK_AFTER = timedelta(minutes=15)


@dataclass(frozen=True, slots=True, kw_only=True)
class Beat:
    """When a job last ran to its end, and what it said."""

    name: str
    beat_at: datetime
    detail: str


def list_beats(session: Session) -> list[Beat]:
    """Return the last beat of every job that ever ran, by name."""
    rows = session.execute(select(Heartbeat.name, Heartbeat.beat_at, Heartbeat.detail).order_by(Heartbeat.name))
    return [Beat(name=row.name, beat_at=row.beat_at, detail=row.detail) for row in rows]


def count_stuck_reminders(session: Session, clinic_id: int, at: datetime) -> int:
    """Return how many messages of the clinic were to move on a while ago and did not."""
    return (
        session.scalar(
            select(func.count()).where(
                Reminder.clinic_id == clinic_id,
                Reminder.next_action_at.is_not(None),
                Reminder.next_action_at < at - STUCK_AFTER,
            )
        )
        or 0
    )
