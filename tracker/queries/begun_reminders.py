"""What the ledger already has of the reminders of some cases, as the outlook reads it."""

from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from datetime import datetime
from typing import Any

from sqlalchemy import Row, Select, and_, bindparam, select
from sqlalchemy.orm import Session

from tracker.domain.bursts import RELEASED
from tracker.domain.outlook import SENT, Begun
from tracker.domain.ways import NO_WAY
from tracker.persistence.models import Reminder, StaffTask
from tracker.persistence.vocabulary import SET_ASIDE_REMINDER, ReminderState
from tracker.queries.grouped_rows import rows_by
from tracker.queries.reminders import NO_RECEIPT

_S = ReminderState
#: It went, or nobody knows that it did not.
_MAY_HAVE_GONE = frozenset({_S.ACCEPTED, _S.DELIVERED, _S.IN_FLIGHT, _S.UNKNOWN})
_COLUMNS: tuple[Any, ...] = (
    Reminder.case_id,
    Reminder.contact_key,
    Reminder.channel,
    Reminder.state,
    Reminder.closed_reason,
    Reminder.next_action_at,
    Reminder.created_at,
    Reminder.attempts,
    StaffTask.done_at,
)
_ROWS: Select[Any] = (
    select(*_COLUMNS)
    .outerjoin(StaffTask, and_(StaffTask.clinic_id == Reminder.clinic_id, StaffTask.key == Reminder.call_key))
    .where(
        Reminder.clinic_id == bindparam("clinic"),
        Reminder.case_id.in_(bindparam("keys", expanding=True)),
        Reminder.useless_after > bindparam("since"),
    )
)


def read_begun(
    session: Session, clinic_id: int, case_ids: Iterable[int], since: datetime
) -> Mapping[int, Mapping[str, Begun]]:
    """By case and contact key: what was begun of the reminders that were of use after ``since``."""
    found = rows_by(session, _ROWS, clinic_id, list(case_ids), since=since)
    return {case_id: _of_case(case_id, rows) for case_id, rows in found.items()}


def _of_case(case_id: int, rows: Sequence[Row[Any]]) -> Mapping[str, Begun]:
    by_contact: dict[str, list[Row[Any]]] = defaultdict(list)
    for row in rows:
        by_contact[row.contact_key.removeprefix(f"{case_id}:")].append(row)
    return {key: _begun(several) for key, several in by_contact.items()}


def _begun(rows: Sequence[Row[Any]]) -> Begun:
    tried = frozenset(row.channel for row in rows if row.state == _S.PASSED_ON)
    row = next((each for each in rows if each.state not in SET_ASIDE_REMINDER), None)
    if row is None:
        return Begun(tried=tried)
    if row.state in _MAY_HAVE_GONE or row.closed_reason == NO_RECEIPT:
        return Begun(ended=SENT)
    if row.state in {_S.EXPIRED, _S.HELD}:
        # What a held message gives as its reason is the key of its burst.
        return Begun(ended="held" if row.state == _S.HELD else row.closed_reason)
    if row.state == _S.TASKED:
        if row.done_at is not None:
            return Begun(ended=SENT)
        # A way that appears takes the call back: whether one has, the rules say.
        return Begun(tried=tried) if row.closed_reason in NO_WAY else Begun(ended=row.closed_reason)
    is_due = row.state in {_S.DUE, _S.UNDELIVERED}
    return Begun(
        is_planned=True,
        tried=tried | {row.channel} if row.state == _S.UNDELIVERED else tried,
        channel=row.channel,
        not_before=row.next_action_at if is_due else None,
        planned_at=row.created_at,
        is_under_way=row.attempts > 0 or row.closed_reason == RELEASED,
    )
