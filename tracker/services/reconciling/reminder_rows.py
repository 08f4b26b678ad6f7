"""Reminders as stored against the contacts that should exist, and the calls that stand in for them.

A contact has a row for each channel it was to go by, of which one counts at a time. It is added, moved, cancelled or
revived here until somebody starts to send it; from then on it belongs to the dispatcher, and one that was sent is never
made again. Where no message can go, a person is asked to call.
"""

from collections import defaultdict
from collections.abc import Iterable, Iterator, Sequence
from datetime import timedelta
from typing import Any

from sqlalchemy import Row, Select, bindparam, insert, or_, select, update

from tracker.domain.contacts import Contact
from tracker.domain.ways import CALL, NO_WAY
from tracker.persistence.models import Reminder
from tracker.persistence.vocabulary import SET_ASIDE_REMINDER, WAITING_REMINDER, ReminderState
from tracker.services.reconciling.scope import Change, Scope, Values
from tracker.services.staff_tasks import opening_call, withdrawing

#: A person decides, or calls: taken back when the visit is off.
LEFT_TO_PEOPLE = frozenset({ReminderState.TASKED, ReminderState.HELD})
NOT_NEEDED = "not needed: the visit was moved, kept or cancelled"
WRITTEN_INSTEAD = "not needed: a message can be sent"
#: Why a planned message does not go by the channel it was planned for: another is to be used.
OTHER_WAY = "other_way"

_NAMES = (
    "case_id", "id", "key", "contact_key", "call_key", "kind", "channel", "state", "wanted_at", "useless_after",
    "contact_point_id", "closed_reason",
)  # fmt: skip
#: No reminder becomes useless so long before its visit: of one that is still to come, it is known what was told.
REMEMBERED = timedelta(days=8)
#: Of some cases, what is still to be sent, could still be wanted, or is waiting for a person's call.
STORED: Select[Any] = select(*(getattr(Reminder, name) for name in _NAMES)).where(
    Reminder.clinic_id == bindparam("clinic"),
    Reminder.case_id.in_(bindparam("keys", expanding=True)),
    or_(
        Reminder.useless_after > bindparam("since"),
        Reminder.next_action_at.is_not(None),
        Reminder.state.in_(LEFT_TO_PEOPLE),
    ),
)

_INSERT = insert(Reminder)
_CHANGE = update(Reminder).where(
    Reminder.clinic_id == bindparam("clinic"), Reminder.id == bindparam("of_id"), Reminder.state == bindparam("was")
)


def reminder_changes(scope: Scope, rows: Sequence[Row[Any]], computed: Sequence[Contact]) -> list[Change]:
    """The statements that bring the stored reminders of a case, and the calls for it, in line."""
    stored: dict[str, list[Row[Any]]] = defaultdict(list)
    for row in rows:
        stored[row.contact_key].append(row)
    wanted = {contact_key(scope, each): each for each in computed}
    gone = [row for row in rows if row.contact_key not in wanted and row.state in WAITING_REMINDER | LEFT_TO_PEOPLE]
    changes = [_change(scope, row, state=ReminderState.CANCELLED, reason=scope.cause) for row in gone]
    calls = {row.call_key for row in gone if row.state == ReminderState.TASKED}
    if calls:
        changes.append(_withdrawn(scope, calls, NOT_NEEDED))
    new: list[Values] = []
    for key, contact in wanted.items():
        changes.extend(_brought_in_line(scope, contact, stored.get(key, []), new))
    return [*changes, Change(_INSERT, new)] if new else changes


def contact_key(scope: Scope, contact: Contact) -> str:
    """The key of a contact among all cases of a clinic."""
    return f"{scope.case_id}:{contact.key}"


def call_key(scope: Scope, contact: Contact) -> str:
    """The key of the one call that stands in for all reminders of a kind about one visit at one time."""
    return f"call:{scope.case_id}:{contact.call_key}"


def next_way(scope: Scope, contact: Contact, rows: Iterable[Row[Any]], tried: str) -> list[Change] | None:
    """The statements that plan a contact by its next way, now, after it failed by the channel ``tried``; ``None`` where
    there is no other. ``rows``: all of the contact."""
    found = list(rows)
    failed = {row.channel for row in found if row.state == ReminderState.PASSED_ON} | {tried}
    way = contact.way(without=failed)
    if way is None:
        return None
    values = {**_as_planned(contact, way.channel, way.point), "next_action_at": scope.now}
    old = next((row for row in found if row.channel == way.channel), None)
    if old is not None:
        return [Change(_CHANGE, {**_at(scope, old), **values})]
    return [Change(_INSERT, [_row(scope, contact, values)])]


def _brought_in_line(scope: Scope, contact: Contact, rows: Sequence[Row[Any]], new: list[Values]) -> Iterator[Change]:
    """One contact: move or cancel the row that counts, and plan it by the way it now goes."""
    counts = next((row for row in rows if row.state not in SET_ASIDE_REMINDER), None)
    way = contact.way(without={row.channel for row in rows if row.state == ReminderState.PASSED_ON})
    channel = CALL if way is None else way.channel
    if counts is not None:
        waits_in_vain = counts.state == ReminderState.TASKED and counts.closed_reason in NO_WAY
        if counts.state in WAITING_REMINDER and counts.channel == channel:
            yield from _moved(scope, counts, contact, None if way is None else way.point)
            return
        is_other = counts.state in WAITING_REMINDER or (waits_in_vain and way is not None and contact.is_wanted)
        if not is_other:
            return
        yield _change(scope, counts, state=ReminderState.CANCELLED, reason=OTHER_WAY)
        if waits_in_vain:
            yield _withdrawn(scope, {counts.call_key}, WRITTEN_INSTEAD)
    elif not contact.is_wanted:
        return
    values = _as_planned(contact, channel, None if way is None else way.point)
    if way is None:
        values |= {"state": ReminderState.TASKED, "next_action_at": None, "closed_reason": contact.reason}
    old = next((row for row in rows if row.channel == channel), None)
    if old is None:
        new.append(_row(scope, contact, values))
    else:
        yield Change(_CHANGE, {**_at(scope, old), **values})
    if way is None:
        yield _call(scope, contact)


def _as_planned(contact: Contact, channel: str, point: int | None) -> Values:
    return {
        "wanted_at": contact.wanted_at,
        "useless_after": contact.useless_after,
        "channel": channel,
        "contact_point_id": point,
        "state": ReminderState.PLANNED,
        "next_action_at": contact.wanted_at,
        "closed_reason": "",
    }


def _row(scope: Scope, contact: Contact, values: Values) -> Values:
    return {
        "clinic_id": scope.clinic_id,
        "id": scope.ids.row_id(scope.now),
        "case_id": scope.case_id,
        "patient_id": scope.patient_id,
        "key": f"{contact_key(scope, contact)}:{values['channel']}",
        "contact_key": contact_key(scope, contact),
        "call_key": call_key(scope, contact),
        "kind": contact.kind,
        "subject": contact.subject,
        "attempts": 0,
        "template": contact.template,
        "created_at": scope.now,
        **values,
    }


def _moved(scope: Scope, row: Row[Any], contact: Contact, point: int | None) -> Iterator[Change]:
    wanted = {"wanted_at": contact.wanted_at, "useless_after": contact.useless_after, "contact_point_id": point}
    changed = {name: value for name, value in wanted.items() if getattr(row, name) != value}
    if "wanted_at" in changed and row.state == ReminderState.PLANNED:
        changed["next_action_at"] = contact.wanted_at
    if changed:
        yield Change(_CHANGE, {**_at(scope, row), **changed})


def _change(scope: Scope, row: Row[Any], *, state: ReminderState, reason: str) -> Change:
    values: Values = {"state": state, "next_action_at": None, "closed_reason": reason}
    return Change(_CHANGE, {**_at(scope, row), **values})


def _withdrawn(scope: Scope, keys: set[str], outcome: str) -> Change:
    return Change(withdrawing(clinic_id=scope.clinic_id, keys=keys, outcome=outcome, now=scope.now))


def _call(scope: Scope, contact: Contact) -> Change:
    """Somebody must call where no message can go; one task, however many reminders it stands for."""
    task = opening_call(
        scope.session,
        clinic_id=scope.clinic_id,
        case_id=scope.case_id,
        key=call_key(scope, contact),
        about=contact.kind,
        appointment=str(contact.appointment),
        why=contact.reason,
        due_on=max(contact.call_on, scope.snapshot.calendar.today(scope.now)),
        now=scope.now,
        ids=scope.ids,
    )
    return Change(task)


def _at(scope: Scope, row: Row[Any]) -> Values:
    """The row as it was read: one that a dispatcher has taken meanwhile is left to it."""
    return {"clinic": scope.clinic_id, "of_id": row.id, "was": row.state}
