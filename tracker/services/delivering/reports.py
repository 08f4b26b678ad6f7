"""What the provider says became of a text: kept once each, applied to the reminder as soon as it is known to be out.

Reports come late, twice, and in any order; one may come before we have written down that the message was taken. What
is over stays over.
"""

from collections.abc import Callable, Mapping
from datetime import datetime, timedelta
from enum import StrEnum

from sqlalchemy import func, select, update
from sqlalchemy.dialects import postgresql, sqlite
from sqlalchemy.orm import Session

from tracker.persistence.models import DeliveryAttempt, DeliveryReport, Reminder
from tracker.persistence.vocabulary import ReminderState
from tracker.services.ports import Ids

#: How long after a message was begun a report about it is taken: providers give up after three days.
WINDOW = timedelta(days=3)

#: By how much the clock of whoever takes reports may be behind that of whoever sends: less than until the first retry.
SKEW = timedelta(seconds=30)
#: Whether a report that comes at the second instant is in time for a message that was begun at the first.
Fresh = Callable[[datetime, datetime, timedelta], bool]

_S = ReminderState
#: The provider's words that end a message; "sent" and those before it are on the way.
_ARRIVED = frozenset({"delivered", "read"})
_LOST = frozenset({"undelivered", "failed"})
#: What a report may change: nobody holds it for sending, and it is not over.
_OUT: Mapping[ReminderState, frozenset[ReminderState]] = {
    _S.DELIVERED: frozenset({_S.ACCEPTED, _S.UNKNOWN, _S.UNDELIVERED}),
    _S.UNDELIVERED: frozenset({_S.ACCEPTED, _S.UNKNOWN}),
}


class Kept(StrEnum):
    """What became of a report."""

    TAKEN = "taken"
    UNKNOWN = "unknown"
    STALE = "stale"


def record_report(
    session: Session, *, reference: str, status: str, error: str, fresh: Fresh, now: datetime, ids: Ids
) -> Kept:
    """Keep a report about the message with this reference, and do what follows from it.

    ``fresh`` says whether it comes in time for a message that was begun at an instant.
    """
    found = session.execute(
        select(
            DeliveryAttempt.clinic_id,
            DeliveryAttempt.reminder_id,
            func.max(DeliveryAttempt.started_at).label("started_at"),
        )
        .where(DeliveryAttempt.reference == reference, DeliveryAttempt.reference != "")
        .group_by(DeliveryAttempt.clinic_id, DeliveryAttempt.reminder_id)
    ).one_or_none()
    if found is None:
        return Kept.UNKNOWN
    if not fresh(found.started_at, now, WINDOW):
        return Kept.STALE
    values = {
        "clinic_id": found.clinic_id,
        "id": ids.row_id(now),
        "reminder_id": found.reminder_id,
        "reference": reference,
        "status": status,
        "error": error,
        "reported_at": now,
    }
    key, again = ["clinic_id", "reference", "status"], {"reported_at": now, "error": error}
    if session.get_bind().dialect.name == "postgresql":
        session.execute(
            postgresql.insert(DeliveryReport).values(values).on_conflict_do_update(index_elements=key, set_=again)
        )
    else:
        session.execute(
            sqlite.insert(DeliveryReport).values(values).on_conflict_do_update(index_elements=key, set_=again)
        )
    apply_reports(session, clinic_id=found.clinic_id, reminder_id=found.reminder_id, now=now)
    return Kept.TAKEN


def apply_reports(session: Session, *, clinic_id: int, reminder_id: int, now: datetime) -> None:
    """Move a reminder that is out to where its reports say it is. Those about an earlier sending count no more."""
    begun = session.scalars(
        select(func.max(DeliveryAttempt.started_at)).where(
            DeliveryAttempt.clinic_id == clinic_id, DeliveryAttempt.reminder_id == reminder_id
        )
    ).one()
    said = set(
        session.scalars(
            select(DeliveryReport.status).where(
                DeliveryReport.clinic_id == clinic_id,
                DeliveryReport.reminder_id == reminder_id,
                DeliveryReport.reported_at >= begun - SKEW,
            )
        )
    )
    if said & _ARRIVED:
        _move(session, clinic_id, reminder_id, _S.DELIVERED, None)
    elif said & _LOST:
        # The dispatcher goes on by the next way.
        _move(session, clinic_id, reminder_id, _S.UNDELIVERED, now)


def _move(session: Session, clinic_id: int, reminder_id: int, state: ReminderState, at: datetime | None) -> None:
    changed = session.connection().execute(
        update(Reminder)
        .where(Reminder.clinic_id == clinic_id, Reminder.id == reminder_id, Reminder.state.in_(sorted(_OUT[state])))
        .values(state=state, next_action_at=at, claim_token=None, lease_until=None)
    )
    if changed.rowcount and state == _S.DELIVERED:
        session.execute(
            update(DeliveryAttempt)
            .where(
                DeliveryAttempt.clinic_id == clinic_id,
                DeliveryAttempt.reminder_id == reminder_id,
                DeliveryAttempt.outcome == "unknown",
            )
            .values(outcome="accepted")
        )
