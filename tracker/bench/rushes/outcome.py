"""What became of every reminder: the database's word against the provider's."""

from collections import Counter, defaultdict
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import Row, select

from tracker.bench.templates import table_of
from tracker.persistence.database import Database
from tracker.persistence.vocabulary import FINAL_REMINDER, HELD_REMINDER, ReminderState

_S = ReminderState
_reminders, _attempts, _tasks = (table_of(name) for name in ("reminders", "delivery_attempts", "staff_tasks"))
#: However unknown the answers: what the dispatcher itself allows is what is examined here.
MOST_COPIES = 2
#: Ended because the visit was moved or is off, or because a later one says the same.
_NOT_TO_SEND = frozenset({_S.CANCELLED})


@dataclass(frozen=True, slots=True, kw_only=True)
class Outcome:
    """Keys of reminders, but for ``strangers``: references that no attempt knows of.

    ``lost``: nothing was sent, and no open task asks for a call or a decision. ``repeated``: sent again without an
    unknown answer before, or more often than it may. ``ambiguous``: an answer is unknown. ``claimed_sent``: said to
    have been sent, and was not. ``renamed``: attempts under several references, so that nobody could look them up.
    ``resting``: unfinished without a next action, or held beyond the lease. ``states``: of all reminders.
    """

    lost: tuple[str, ...]
    repeated: tuple[str, ...]
    ambiguous: tuple[str, ...]
    copied: tuple[str, ...]
    claimed_sent: tuple[str, ...]
    renamed: tuple[str, ...]
    resting: tuple[str, ...]
    strangers: tuple[str, ...]
    states: Mapping[str, int]

    @property
    def faults(self) -> dict[str, tuple[str, ...]]:
        """What must be empty, where it is not."""
        names = ("lost", "repeated", "claimed_sent", "renamed", "resting", "strangers")
        return {name: getattr(self, name) for name in names if getattr(self, name)}


def look(database: Database, copies: Mapping[str, int], now: datetime) -> Outcome:
    """Compare every reminder that was to be sent by ``now`` with what the provider took."""
    with database.read.connect() as connection:
        reminders = connection.execute(select(_reminders).order_by(_reminders.c.id)).all()
        attempts = connection.execute(select(_attempts).order_by(_attempts.c.number)).all()
        open_tasks = set(connection.scalars(select(_tasks.c.key).where(_tasks.c.done_at.is_(None))))
    attempts_of: dict[int, list[Row[Any]]] = defaultdict(list)
    for attempt in attempts:
        attempts_of[attempt.reminder_id].append(attempt)
    sent = {row.id: _sent(attempts_of[row.id], copies) for row in reminders}
    unknown = {row.id: any(each.outcome in ("", "unknown") for each in attempts_of[row.id]) for row in reminders}
    known = {each.reference for each in attempts}
    wanted = [row for row in reminders if row.wanted_at <= now and row.state not in _NOT_TO_SEND]
    return Outcome(
        lost=_keys(row for row in wanted if not sent[row.id] and not {row.call_key, row.closed_reason} & open_tasks),
        repeated=_keys(row for row in reminders if sent[row.id] > (MOST_COPIES if unknown[row.id] else 1)),
        ambiguous=_keys(row for row in reminders if unknown[row.id]),
        copied=_keys(row for row in reminders if sent[row.id] > 1),
        claimed_sent=_keys(row for row in reminders if row.state == _S.ACCEPTED and not sent[row.id]),
        renamed=_keys(row for row in reminders if len(_references(attempts_of[row.id])) > 1),
        resting=_keys(row for row in reminders if _rests(row, now)),
        strangers=tuple(sorted(set(copies) - known)),
        states=Counter(row.state for row in reminders),
    )


def _keys(rows: Any) -> tuple[str, ...]:
    return tuple(row.key for row in rows)


def _sent(attempts: Sequence[Row[Any]], copies: Mapping[str, int]) -> int:
    """How many copies the provider has; under however many references, though there should be one."""
    return sum(copies.get(reference, 0) for reference in _references(attempts))


def _references(attempts: Sequence[Row[Any]]) -> set[str]:
    return {each.reference for each in attempts}


def _rests(row: Row[Any], now: datetime) -> bool:
    if row.state in FINAL_REMINDER:
        return row.next_action_at is not None
    return row.next_action_at is None or (row.state in HELD_REMINDER and row.lease_until < now)
