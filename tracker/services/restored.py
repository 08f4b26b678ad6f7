"""What must be done with a database that was restored, before anybody may rely on it.

A restored database remembers reminders as waiting that went out after the copy was made, and does not know of those
who have died or opted out since. So nothing is sent until a person resumes it, and every reminder that was due since
is "unknown": it may have gone, and is looked up or sent at most once more.
"""

from datetime import datetime

from sqlalchemy import func, insert, select, update
from sqlalchemy.orm import Session

from tracker.persistence.database import Database
from tracker.persistence.models import DeliveryAttempt, DeploymentValue, Reminder
from tracker.persistence.upsert import upsert
from tracker.persistence.vocabulary import HELD_REMINDER, ReminderState
from tracker.services.escalating.scan import LIMIT, escalate_due
from tracker.services.ports import Clock, Ids
from tracker.services.reconcile import reconcile_due
from tracker.services.reminders import pause_sending
from tracker.services.turns import Turns

BACKED_UP_AT = "backed_up_at"
NOT_YET_SENT = frozenset({ReminderState.PLANNED, ReminderState.DUE}) | HELD_REMINDER


def note_backup(session: Session, now: datetime) -> None:
    """Write down, in the database and so in its copy, when the copy was made."""
    said = now.isoformat()
    upsert(session, DeploymentValue, {"name": BACKED_UP_AT}, insert={"value": said}, update={"value": said})


def bring_to_present(database: Database, clock: Clock, ids: Ids) -> None:
    """Let the reconciler and the ladders see the time that has gone by since the copy was made.

    :raises ExceptionGroup: at the end, with everything that failed
    """
    turns = Turns("some of it could not be brought up to the present")
    with turns.next():
        while reconcile_due(database, clock, ids, pause=_go_on).looked_at:
            pass
    with turns.next():
        while escalate_due(database, clock, ids, pause=_go_on).looked_at >= LIMIT:
            pass
    turns.end()


def _go_on() -> None:
    """Nobody else writes while a database is restored."""


def settle_restored(session: Session, *, now: datetime, ids: Ids) -> int:
    """Pause sending, and mark what may have gone since the copy was made; returns how many reminders that were."""
    pause_sending(session, now=now)
    rows = session.execute(
        select(Reminder.clinic_id, Reminder.id, Reminder.attempts).where(
            Reminder.state.in_(NOT_YET_SENT), Reminder.wanted_at <= now
        )
    ).all()
    for row in rows:
        mine = (DeliveryAttempt.clinic_id == row.clinic_id, DeliveryAttempt.reminder_id == row.id)
        session.execute(
            update(DeliveryAttempt)
            .where(*mine, DeliveryAttempt.ended_at.is_(None))
            .values(ended_at=now, outcome="unknown")
        )
        last = session.scalar(select(func.max(DeliveryAttempt.number)).where(*mine)) or 0
        session.execute(
            insert(DeliveryAttempt).values(
                clinic_id=row.clinic_id,
                reminder_id=row.id,
                number=last + 1,
                started_at=now,
                ended_at=now,
                outcome="unknown",
                reference=ids.public_id(),
                error="restored from a copy",
                recipient_hash="",
            )
        )
        session.execute(
            update(Reminder)
            .where(Reminder.clinic_id == row.clinic_id, Reminder.id == row.id)
            .values(
                state=ReminderState.UNKNOWN,
                attempts=last + 1,
                next_action_at=now,
                claim_token=None,
                lease_until=None,
            )
        )
    return len(rows)
