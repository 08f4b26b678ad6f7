"""Deciding what becomes of a reminder that is held, from what is true at the moment of sending.

Everything is read again inside the transaction that writes the attempt: the visit, a death, the address, an opt-out, a
pause. The same pure function that planned the reminder says whether it is still wanted. The case is locked before the
reminder, as every use case does, so that the two never wait for each other.
"""

from dataclasses import replace
from datetime import datetime, time
from typing import Any

from sqlalchemy import Row, select, update
from sqlalchemy.orm import Session

from tracker.domain.contacts import Contact, contacts, is_superseded
from tracker.domain.facts import Appointment
from tracker.domain.obligations import obligations
from tracker.domain.quiet_hours import QuietHours
from tracker.domain.ways import CALL, Preferences, Way
from tracker.persistence.models import Clinic, DeliveryAttempt, Reminder
from tracker.persistence.vocabulary import ReminderState
from tracker.queries.reached import read_preferences
from tracker.queries.sending import is_paused
from tracker.services.delivering.attempts import Taken, begin
from tracker.services.delivering.holding import Held, Key, end_open_attempt, released, still_held
from tracker.services.delivering.writing import write
from tracker.services.ports import Ids
from tracker.services.reconciling.reminder_rows import OTHER_WAY, contact_key, next_way
from tracker.services.reconciling.scope import TIME, Scope
from tracker.services.snapshots import load_snapshot
from tracker.services.staff_tasks import opening_call

#: How often one reminder may have gone out without anybody knowing.
MOST_COPIES = 2
#: Outcomes of attempts that may have reached the patient; empty: the process died before it could say.
MAY_HAVE_GONE = frozenset({"", "unknown"})

_S = ReminderState


def take(session: Session, held: Held, now: datetime, ids: Ids, *, replies_at: str) -> Taken | None:
    """Decide about a reminder that is held, and write down that it is about to leave. ``None``: there is nothing to
    send, and its row says why.

    ``replies_at``: the address below which patients answer.
    """
    scope = scope_of(session, held.key, now, ids, lock=True)
    row = still_held(session, held, now)
    if row is None:
        return None
    if row.state == _S.ACCEPTED:
        _put(scope, row, _S.EXPIRED, reason="no_receipt")
        return None
    if row.state == _S.IN_FLIGHT:
        # The next look decides.
        end_open_attempt(session, held.key, now)
        _put(scope, row, _S.UNKNOWN, next_action_at=now)
        return None
    return _decide(scope, row, replies_at)


def _decide(scope: Scope, row: Row[Any], replies_at: str) -> Taken | None:
    wants = read_preferences(scope.session, scope.clinic_id, scope.patient_id)
    found = contacts_of(scope, wants)
    contact = next((each for each in found if contact_key(scope, each) == row.contact_key), None)
    ending = _ending(scope, row, contact, found)
    if ending is not None:
        state, reason, needs_call = ending
        _put(scope, row, state, reason=reason)
        if needs_call and not _is_over(scope, row):
            call(scope, row, reason)
        return None
    way = None if contact is None else _way_of(contact, row)
    if contact is None or is_paused(scope.session, scope.clinic_id):
        state = _S.DUE if row.state == _S.CLAIMED else row.state
        _put(scope, row, state, reason=row.closed_reason, next_action_at=scope.now)
        return None
    if way is None or row.state == _S.UNDELIVERED:
        pass_on(scope, row, contact, OTHER_WAY if way is None else "undelivered")
        return None
    if _waits_for_morning(scope, row, wants):
        return None
    return _made_ready(scope, row, contact, way, wants, replies_at=replies_at)


def _way_of(contact: Contact, row: Row[Any]) -> Way | None:
    """The end of the row's channel as it is now, perhaps another number or address than was planned."""
    return next((each for each in contact.ways if each.channel == row.channel), None)


def pass_on(scope: Scope, row: Row[Any], contact: Contact, why: str) -> None:
    """Go on by the next way after this one failed; where there is none, or it may have gone, a person calls."""
    rows = scope.session.execute(
        select(Reminder.__table__).where(
            Reminder.clinic_id == scope.clinic_id, Reminder.contact_key == contact_key(scope, contact)
        )
    ).all()
    changes = None if row.state == _S.UNKNOWN else next_way(scope, contact, rows, row.channel)
    if changes is None:
        _put(scope, row, _S.TASKED, reason=why)
        call(scope, row, why)
        return
    _put(scope, row, _S.PASSED_ON, reason=why)
    for each in changes:
        scope.session.connection().execute(each.statement, each.values)


def _waits_for_morning(scope: Scope, row: Row[Any], wants: Preferences) -> bool:
    """Whether it is night where the patient is: the message is moved to the morning, or becomes a call if that is too
    late."""
    hours = scope.session.execute(
        select(Clinic.quiet_from, Clinic.quiet_until).where(Clinic.id == scope.clinic_id)
    ).one()
    calendar = replace(scope.snapshot.calendar, zone=wants.zone) if wants.zone else scope.snapshot.calendar
    quiet = QuietHours(time.fromisoformat(hours.quiet_from), time.fromisoformat(hours.quiet_until))
    over_at = quiet.until(scope.now, calendar)
    if over_at is None:
        return False
    if over_at < row.useless_after:
        state = _S.UNKNOWN if row.state == _S.UNKNOWN else _S.DUE
        # That a person released it holds in the morning too.
        _put(scope, row, state, reason=row.closed_reason, next_action_at=over_at)
    else:
        _put(scope, row, _S.TASKED, reason="quiet_hours")
        call(scope, row, "quiet_hours")
    return True


def call(scope: Scope, row: Row[Any], why: str) -> None:
    """Ask a person to call the patient, because the reminder did not or may not have reached them."""
    scope.session.execute(
        opening_call(
            scope.session,
            clinic_id=scope.clinic_id,
            case_id=scope.case_id,
            key=row.call_key,
            about=row.kind,
            appointment=str(_appointment(row)),
            why=why,
            due_on=scope.snapshot.calendar.today(scope.now),
            now=scope.now,
            ids=scope.ids,
        )
    )


def scope_of(session: Session, key: Key, now: datetime, ids: Ids, *, lock: bool) -> Scope:
    """The case of a reminder. Lock it before the reminder or not at all."""
    loaded = load_snapshot(session, key.clinic_id, key.case_id, lock=lock)
    return Scope(
        session=session,
        clinic_id=key.clinic_id,
        case_id=key.case_id,
        patient_id=loaded.case.patient_id,
        pathway=loaded.pathway,
        snapshot=loaded.snapshot,
        now=now,
        ids=ids,
        cause=TIME,
    )


def contacts_of(scope: Scope, wants: Preferences) -> tuple[Contact, ...]:
    """The reminders that should exist, from what is true now."""
    due = obligations(scope.pathway, scope.snapshot, scope.now)
    return contacts(scope.pathway, scope.snapshot, due, wants, scope.now).items


def _ending(
    scope: Scope, row: Row[Any], contact: Contact | None, found: tuple[Contact, ...]
) -> tuple[ReminderState, str, bool] | None:
    """The state a reminder ends in instead of being sent, why, and whether somebody must call; else ``None``."""
    if contact is None:
        return _S.CANCELLED, "not_wanted", False
    if is_superseded(contact, found, scope.now):
        return _S.CANCELLED, "superseded", False
    if scope.now >= row.useless_after:
        return _S.EXPIRED, "too_late", True
    if not contact.ways:
        return _S.TASKED, contact.reason, True
    if row.channel == CALL and row.state == _S.CLAIMED:
        return _S.TASKED, "call_due", True
    return None


def _appointment(row: Row[Any]) -> int:
    return int(row.subject.removeprefix("appointment:"))


def _is_over(scope: Scope, row: Row[Any]) -> bool:
    """Whether the visit has begun: then nobody needs to be called about it, its day must be marked."""
    visits = [each for each in scope.snapshot.of(Appointment) if each.appointment == _appointment(row)]
    return not visits or visits[0].starts_at <= scope.now


def _put(
    scope: Scope, row: Row[Any], state: ReminderState, *, reason: str = "", next_action_at: datetime | None = None
) -> None:
    """Leave the reminder in a state in which nobody holds it."""
    scope.session.execute(
        update(Reminder)
        .where(Reminder.clinic_id == scope.clinic_id, Reminder.id == row.id)
        .values({**released(state, next_action_at), "closed_reason": reason})
    )


def _made_ready(
    scope: Scope, row: Row[Any], contact: Contact, way: Way, wants: Preferences, *, replies_at: str
) -> Taken | None:
    attempts = scope.session.execute(
        select(DeliveryAttempt.outcome, DeliveryAttempt.reference)
        .where(DeliveryAttempt.clinic_id == scope.clinic_id, DeliveryAttempt.reminder_id == row.id)
        .order_by(DeliveryAttempt.number)
    ).all()
    copies = sum(each.outcome in MAY_HAVE_GONE for each in attempts)
    reference = attempts[0].reference if attempts else scope.ids.public_id()
    message, text = write(scope, row, contact, way, wants, replies_at=replies_at, reference=reference)
    taken = Taken(
        key=Key(clinic_id=scope.clinic_id, case_id=scope.case_id, reminder_id=row.id),
        token=row.claim_token,
        attempt=row.attempts + 1,
        channel=way.channel,
        point=way.point,
        message=message,
        text=text,
        useless_after=row.useless_after,
        is_unknown=row.state == _S.UNKNOWN,
        may_repeat=copies < MOST_COPIES,
    )
    return taken if taken.is_unknown or begin(scope.session, taken, scope.now) else None
