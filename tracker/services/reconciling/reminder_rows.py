"""Reminders as stored against the contacts that should exist, and the calls that stand in for them.

A reminder is added, moved, cancelled or revived here until somebody starts to send it; from then on it belongs to
the dispatcher, and one that was sent is never made again. Where no message can go, a person is asked to call.
"""

from collections.abc import Iterator, Sequence
from typing import Any

from sqlalchemy import Row, Select, bindparam, insert, or_, select, update
from sqlalchemy.orm import Session

from tracker.domain.contacts import TO_COME, Address, Contact, Preferences
from tracker.domain.facts import Appointment
from tracker.domain.pathway.snapshot import Snapshot
from tracker.domain.words import Role
from tracker.persistence.models import ContactPoint, Patient, Reminder
from tracker.persistence.vocabulary import ContactKind, ReminderState
from tracker.services.reconciling.scope import Change, Scope, Values, rows_by
from tracker.services.reminder_texts import current_version
from tracker.services.staff_tasks import opening, withdrawing

#: Not yet begun: may still be moved or cancelled.
WAITING = frozenset({ReminderState.PLANNED, ReminderState.DUE})
#: Why a person calls instead, as ``Preferences.route`` says it: undone when an address appears.
NO_ROUTE = frozenset({"no_email", "opted_out", "prefers_call"})
NOT_NEEDED = "not needed: the visit was moved, kept or cancelled"
WRITTEN_INSTEAD = "not needed: a message can be sent"


_NAMES = ("case_id", "id", "key", "kind", "state", "wanted_at", "useless_after", "contact_point_id", "closed_reason")
#: Of some cases, what is still to be sent, could still be wanted, or is waiting for a person's call.
STORED: Select[Any] = select(*(getattr(Reminder, name) for name in _NAMES)).where(
    Reminder.clinic_id == bindparam("clinic"),
    Reminder.case_id.in_(bindparam("keys", expanding=True)),
    or_(
        Reminder.useless_after > bindparam("now"),
        Reminder.next_action_at.is_not(None),
        Reminder.state == ReminderState.TASKED,
    ),
)
_POINT: tuple[Any, ...] = (ContactPoint.id, ContactPoint.owner, ContactPoint.is_possible, ContactPoint.opted_out_at)
#: How some patients want to be reached.
REACHED: Select[Any] = (
    select(Patient.id.label("patient_id"), Patient.zone, Patient.prefers, *_POINT)
    .outerjoin(
        ContactPoint,
        (ContactPoint.clinic_id == Patient.clinic_id)
        & (ContactPoint.patient_id == Patient.id)
        & (ContactPoint.kind == ContactKind.EMAIL)
        & ContactPoint.ended_at.is_(None),
    )
    .where(Patient.clinic_id == bindparam("clinic"), Patient.id.in_(bindparam("keys", expanding=True)))
    .order_by(ContactPoint.id)
)

_INSERT = insert(Reminder)
_CHANGE = update(Reminder).where(
    Reminder.clinic_id == bindparam("clinic"), Reminder.id == bindparam("of_id"), Reminder.state == bindparam("was")
)


def may_be_written_to(snapshot: Snapshot) -> bool:
    """Whether it matters how the patient wants to be reached: there is a visit to come."""
    return any(visit.state in TO_COME for visit in snapshot.of(Appointment))


def preferences_of(rows: Sequence[Row[Any]]) -> Preferences:
    """How a patient wants to be reached; without rows nobody has asked."""
    if not rows:
        return Preferences()
    addresses = tuple(
        Address(row.id, row.owner, row.is_possible, row.opted_out_at is not None) for row in rows if row.id is not None
    )
    return Preferences(rows[0].zone or "", rows[0].prefers, addresses)


def read_preferences(session: Session, clinic_id: int, patient_id: int) -> Preferences:
    """How one patient wants to be reached."""
    return preferences_of(rows_by(session, REACHED, clinic_id, [patient_id])[patient_id])


def reminder_changes(scope: Scope, rows: Sequence[Row[Any]], computed: Sequence[Contact]) -> list[Change]:
    """The statements that bring the stored reminders of a case, and the calls for it, in line."""
    stored = {row.key: row for row in rows}
    wanted = {f"{scope.case_id}:{each.key}": each for each in computed}
    gone = [row for key, row in stored.items() if key not in wanted and row.state in WAITING | {ReminderState.TASKED}]
    changes = [_change(scope, row, state=ReminderState.CANCELLED, reason=scope.cause) for row in gone]
    calls = {call_key(row.key, row.kind) for row in gone if row.state == ReminderState.TASKED}
    if calls:
        gone_calls = withdrawing(clinic_id=scope.clinic_id, keys=calls, outcome=NOT_NEEDED, now=scope.now)
        changes.append(Change(gone_calls))
    new: list[Values] = []
    for key, contact in wanted.items():
        if key in stored:
            changes.extend(_revise(scope, stored[key], contact))
        elif contact.is_wanted:
            new.append(_row(scope, key, contact))
            changes.extend(_call(scope, key, contact))
    return [*changes, Change(_INSERT, new)] if new else changes


def call_key(reminder_key: str, kind: str) -> str:
    """The key of the one call that stands in for all reminders of a kind about one visit at one time."""
    case_id, _, visit = reminder_key.split(":", 2)
    return f"call:{case_id}:{kind}:{visit}"


def _row(scope: Scope, key: str, contact: Contact) -> Values:
    is_routed = contact.channel != ""
    return {
        "clinic_id": scope.clinic_id,
        "id": scope.ids.row_id(scope.now),
        "case_id": scope.case_id,
        "patient_id": scope.patient_id,
        "key": key,
        "kind": contact.kind,
        "subject": contact.subject,
        "wanted_at": contact.wanted_at,
        "useless_after": contact.useless_after,
        "channel": contact.channel,
        "contact_point_id": contact.contact_point,
        "state": ReminderState.PLANNED if is_routed else ReminderState.TASKED,
        "next_action_at": contact.wanted_at if is_routed else None,
        "attempts": 0,
        "template": contact.template,
        "template_version": current_version(contact.template),
        "created_at": scope.now,
        "closed_reason": contact.reason,
    }


def _revise(scope: Scope, row: Row[Any], contact: Contact) -> Iterator[Change]:
    """Move, revive or hand over one reminder that nobody has begun to send."""
    is_unrouted = row.state == ReminderState.TASKED and row.closed_reason in NO_ROUTE
    if row.state in WAITING and contact.channel:
        yield from _move(scope, row, contact)
    elif not contact.is_wanted:
        return
    elif contact.channel and (is_unrouted or row.state == ReminderState.CANCELLED):
        yield _change(scope, row, state=ReminderState.PLANNED, contact=contact)
        if is_unrouted:
            keys = {call_key(row.key, row.kind)}
            yield Change(withdrawing(clinic_id=scope.clinic_id, keys=keys, outcome=WRITTEN_INSTEAD, now=scope.now))
    elif not contact.channel and (row.state in WAITING or row.state == ReminderState.CANCELLED):
        yield _change(scope, row, state=ReminderState.TASKED, reason=contact.reason, contact=contact)
        yield from _call(scope, row.key, contact)


def _move(scope: Scope, row: Row[Any], contact: Contact) -> Iterator[Change]:
    wanted = {
        "wanted_at": contact.wanted_at,
        "useless_after": contact.useless_after,
        "contact_point_id": contact.contact_point,
    }
    changed = {name: value for name, value in wanted.items() if getattr(row, name) != value}
    if "wanted_at" in changed and row.state == ReminderState.PLANNED:
        changed["next_action_at"] = contact.wanted_at
    if changed:
        yield Change(_CHANGE, {**_at(scope, row), **changed})


def _change(
    scope: Scope, row: Row[Any], *, state: ReminderState, reason: str = "", contact: Contact | None = None
) -> Change:
    values: dict[str, object] = {"state": state, "next_action_at": None, "closed_reason": reason}
    if contact is not None:
        values |= {
            "wanted_at": contact.wanted_at,
            "useless_after": contact.useless_after,
            "channel": contact.channel,
            "contact_point_id": contact.contact_point,
        }
        if state == ReminderState.PLANNED:
            values["next_action_at"] = contact.wanted_at
    return Change(_CHANGE, {**_at(scope, row), **values})


def _call(scope: Scope, key: str, contact: Contact) -> Iterator[Change]:
    """Somebody must call where no message can go; one task, however many reminders it stands for."""
    if contact.channel:
        return
    task = opening(
        scope.session,
        clinic_id=scope.clinic_id,
        case_id=scope.case_id,
        kind="call",
        key=call_key(key, contact.kind),
        params={"about": contact.kind, "appointment": str(contact.appointment), "why": contact.reason},
        owner=Role.COORDINATOR,
        due_on=max(contact.call_on, scope.snapshot.calendar.today(scope.now)),
        now=scope.now,
        ids=scope.ids,
    )
    yield Change(task)


def _at(scope: Scope, row: Row[Any]) -> Values:
    """The row as it was read: one that a dispatcher has taken meanwhile is left to it."""
    return {"clinic": scope.clinic_id, "of_id": row.id, "was": row.state}
