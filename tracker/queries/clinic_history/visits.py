"""The visits of a history, how they were moved and lost, and the messages that went out about them."""

from collections import defaultdict
from collections.abc import Iterable, Sequence
from datetime import datetime
from itertools import pairwise
from typing import Any, NamedTuple

from sqlalchemy import Row, func, select

from tracker.domain.reporting.columns import Moves, Reminders, Visits
from tracker.domain.words import LOST_APPOINTMENT, AppointmentState
from tracker.persistence.models import (
    AppointmentRow,
    DeliveryAttempt,
    Reminder,
    ReplyLink,
    StaffTask,
    VisitLossRow,
)
from tracker.persistence.vocabulary import ReminderState
from tracker.queries.clinic_history.source import CLINIC, Source, facts, part_of
from tracker.queries.replies import DECLINED

#: How a visit was confirmed that the patient confirmed, by answering a message.
BY_ANSWER = frozenset({"link", "text message"})
#: The tasks that an answer about one visit opens; their keys name case and visit.
ANSWER_TASKS = (DECLINED, "reply_call", "reply_off")
#: What was never begun to be sent, and is not a call either, says nothing of what was sent.
NOTHING_DONE = (ReminderState.PLANNED, ReminderState.DUE, ReminderState.CLAIMED, ReminderState.CANCELLED)

_VERSIONS = facts(
    AppointmentRow, "appointment", "purpose", "state", "attempt", "starts_at", "ends_at", "effective_at",
    "recorded_at", "room_id", "clinician_id", "reason", "superseded_by", versions=True,
)  # fmt: skip
_LINKS = select(ReplyLink.case_id, ReplyLink.appointment).where(
    ReplyLink.clinic_id == CLINIC, ReplyLink.used_at.is_not(None)
)
_TASKS = select(StaffTask.case_id, StaffTask.key).where(
    StaffTask.clinic_id == CLINIC, StaffTask.kind.in_(ANSWER_TASKS), StaffTask.case_id.is_not(None)
)
_ATTEMPTS = (
    select(
        DeliveryAttempt.reminder_id,
        func.min(DeliveryAttempt.started_at).label("tried_at"),
        func.count().filter(DeliveryAttempt.outcome == "accepted").label("taken"),
    )
    .where(DeliveryAttempt.clinic_id == CLINIC)
    .group_by(DeliveryAttempt.reminder_id)
    .subquery()
)
_REMINDERS = (
    select(
        Reminder.case_id, Reminder.kind, Reminder.subject, Reminder.channel, Reminder.state,
        _ATTEMPTS.c.tried_at, _ATTEMPTS.c.taken,
    )
    .outerjoin(_ATTEMPTS, _ATTEMPTS.c.reminder_id == Reminder.id)
    .where(
        Reminder.clinic_id == CLINIC,
        _ATTEMPTS.c.reminder_id.is_not(None) | Reminder.state.not_in(NOTHING_DONE),
    )
    .order_by(Reminder.case_id, Reminder.id)
)  # fmt: skip


class Seen(NamedTuple):
    """Visits and their moves; ``places``: the place of each visit by its case's id and its number; ``clinicians``: by
    the case's id and the number."""

    visits: Visits
    moves: Moves
    places: dict[tuple[int, int], int]
    standing: dict[tuple[int, int], Row[Any]]


def make_visits(source: Source) -> Seen:
    """The visits that stand, in the order of cases and of booking."""
    versions: dict[tuple[int, int], list[Row[Any]]] = defaultdict(list)
    for row in source.of_cases(_VERSIONS):
        versions[row.case_id, row.appointment].append(row)
    standing = {key: rows[-1] for key, rows in versions.items() if rows[-1].superseded_by is None}
    places = {key: place for place, key in enumerate(standing)}
    causes = {
        (row.case_id, row.appointment): row.cause
        for row in source.of_cases(facts(VisitLossRow, "appointment", "cause"))
    }
    answered = _answered(source)
    visits: list[tuple[int, ...]] = []
    moves: list[tuple[int, ...]] = []
    for key, place in places.items():
        moved = list(_moves(source, versions[key], place))
        moves += moved
        is_answered = key in answered or any(_is_answer(row) for row in versions[key])
        visits.append(_visit(source, versions[key], causes.get(key, ""), len(moved), is_answered=is_answered))
    return Seen(part_of(Visits, visits), part_of(Moves, moves), places, standing)


def _visit(source: Source, rows: Sequence[Row[Any]], cause: str, moves: int, *, is_answered: bool) -> tuple[int, ...]:
    first, last = rows[0], rows[-1]
    lost_at: datetime | None = last.effective_at if last.state in LOST_APPOINTMENT else None
    return (
        source.places[last.case_id],
        last.appointment,
        source.code(last.purpose),
        source.code(last.state),
        source.day(last.starts_at),
        int((last.ends_at - last.starts_at).total_seconds()) // 60,
        source.day(first.recorded_at),
        source.day(lost_at),
        source.code(cause),
        last.clinician_id or 0,
        last.room_id or 0,
        moves,
        int(is_answered),
    )


def _moves(source: Source, rows: Sequence[Row[Any]], place: int) -> Iterable[tuple[int, ...]]:
    for old, new in pairwise(rows):
        if old.starts_at != new.starts_at:
            yield (
                source.places[new.case_id],
                place,
                source.day(new.recorded_at),
                source.day(old.starts_at),
            )


def _is_answer(row: Row[Any]) -> bool:
    return row.state == AppointmentState.CONFIRMED and row.reason in BY_ANSWER


def _answered(source: Source) -> set[tuple[int, int]]:
    """The visits about which a patient answered something."""
    found = {(row.case_id, row.appointment) for row in source.of_cases(_LINKS)}
    for row in source.of_cases(_TASKS):
        number = row.key.split(":")[2]
        if number.isdecimal():
            found.add((row.case_id, int(number)))
    return found


def make_reminders(source: Source, places: dict[tuple[int, int], int]) -> Reminders:
    """What was sent, or given to a person because it could not be."""
    return part_of(Reminders, [_reminder(source, row, places) for row in source.of_cases(_REMINDERS)])


def _reminder(source: Source, row: Row[Any], places: dict[tuple[int, int], int]) -> tuple[int, ...]:
    subject, _, number = row.subject.partition(":")
    visit = (row.case_id, int(number)) if subject == "appointment" and number.isdecimal() else (0, 0)
    return (
        source.places[row.case_id],
        places.get(visit, -1),
        source.code(row.kind),
        source.code(row.channel),
        source.code(row.state),
        source.day(row.tried_at),
        int(bool(row.taken)),
    )
