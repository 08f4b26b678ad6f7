"""Writing down what became of an attempt to send a reminder, and what follows from it."""

from collections.abc import Callable
from datetime import datetime, timedelta
from typing import Any

from sqlalchemy import Result, Row, select, update
from sqlalchemy.orm import Session

from tracker.domain.mail import MailError, MailRejected, MailUnavailable, Receipt
from tracker.persistence.models import DeliveryAttempt, Reminder
from tracker.persistence.vocabulary import ReminderState
from tracker.queries.reached import read_preferences
from tracker.services.delivering.attempts import Taken, fenced
from tracker.services.delivering.holding import released
from tracker.services.delivering.reports import apply_reports
from tracker.services.delivering.taking import call, contacts_of, pass_on, scope_of
from tracker.services.ports import Ids
from tracker.services.reconciling.reminder_rows import contact_key

#: Minutes until the next attempt after the first, second … that surely did not go. After the last, which is more than
#: three hours later, it goes another way.
RETRY_MINUTES = (1, 2, 5, 15, 60, 60, 60)
#: By how much of itself a delay varies either way, so that a thousand retries do not come at once.
JITTER = 0.2
#: How long an unanswered message rests before it is looked up.
REST = timedelta(minutes=5)

_S = ReminderState


def complete(
    session: Session,
    taken: Taken,
    answer: Receipt | MailError,
    *,
    now: datetime,
    ids: Ids,
    chance: Callable[[], float],
) -> None:
    """Write down what became of an attempt. ``chance`` draws from 0 to 1."""
    outcome, state, next_action_at = _verdict(taken, answer, now, chance)
    values = {**released(state, next_action_at), "closed_reason": outcome if state == _S.TASKED else ""}
    if not fenced(session, taken, _S.IN_FLIGHT, values):
        return
    session.execute(
        update(DeliveryAttempt)
        .where(
            DeliveryAttempt.clinic_id == taken.key.clinic_id,
            DeliveryAttempt.reminder_id == taken.key.reminder_id,
            DeliveryAttempt.number == taken.attempt,
        )
        .values(ended_at=now, outcome=outcome, error=str(answer) if isinstance(answer, MailError) else "")
    )
    if state == _S.ACCEPTED:
        # A report may have been quicker than the answer.
        apply_reports(session, clinic_id=taken.key.clinic_id, reminder_id=taken.key.reminder_id, now=now)
    if state == _S.TASKED:
        _go_on_otherwise(session, taken, outcome, now, ids)


def accept_after_all(session: Session, taken: Taken) -> None:
    """The other side has the message that nobody knew of."""
    if fenced(session, taken, _S.UNKNOWN, released(_S.ACCEPTED, taken.useless_after)):
        session.execute(
            update(DeliveryAttempt)
            .where(
                DeliveryAttempt.clinic_id == taken.key.clinic_id,
                DeliveryAttempt.reminder_id == taken.key.reminder_id,
                DeliveryAttempt.outcome == "unknown",
            )
            .values(outcome="accepted")
        )


def give_up(session: Session, taken: Taken, *, now: datetime, ids: Ids) -> None:
    """It may have gone as often as it may: a person calls."""
    if fenced(session, taken, _S.UNKNOWN, {**released(_S.TASKED, None), "closed_reason": "unknown"}):
        _call(session, taken, "unknown", now, ids)


def _verdict(
    taken: Taken, answer: Receipt | MailError, now: datetime, chance: Callable[[], float]
) -> tuple[str, ReminderState, datetime | None]:
    if isinstance(answer, Receipt):
        return "accepted", _S.ACCEPTED, max(taken.useless_after, now)
    if isinstance(answer, MailRejected):
        return "rejected", _S.TASKED, None
    if not isinstance(answer, MailUnavailable):
        return "unknown", _S.UNKNOWN, now + REST
    if taken.attempt > len(RETRY_MINUTES):
        return "unavailable", _S.TASKED, None
    minutes = RETRY_MINUTES[taken.attempt - 1]
    again_at = now + timedelta(minutes=minutes) * (1 + JITTER * (2 * chance() - 1))
    return ("unavailable", _S.TASKED, None) if again_at >= taken.useless_after else ("unavailable", _S.DUE, again_at)


def _go_on_otherwise(session: Session, taken: Taken, why: str, now: datetime, ids: Ids) -> None:
    """By the next way; a person calls where there is none, or nothing is left to be said."""
    row = _row_of(session, taken)
    scope = scope_of(session, taken.key, now, ids, lock=False)
    wants = read_preferences(session, scope.clinic_id, scope.patient_id)
    contact = next((each for each in contacts_of(scope, wants) if contact_key(scope, each) == row.contact_key), None)
    if contact is None or now >= row.useless_after:
        call(scope, row, why)
    else:
        pass_on(scope, row, contact, why)


def _call(session: Session, taken: Taken, why: str, now: datetime, ids: Ids) -> None:
    call(scope_of(session, taken.key, now, ids, lock=False), _row_of(session, taken), why)


def _row_of(session: Session, taken: Taken) -> Row[Any]:
    rows: Result[Any] = session.execute(
        select(Reminder.__table__).where(
            Reminder.clinic_id == taken.key.clinic_id, Reminder.id == taken.key.reminder_id
        )
    )
    return rows.one()
