"""Taking hold of reminders that are due: some in one short transaction, before anything is decided about them.

What is held is nobody else's until its lease ends, so that any number of dispatchers share what is due without waiting
for one another. Nothing but the rows themselves is read here; what becomes of each is decided when its turn comes, at
the very moment of sending.

A row whose holder went away without a word has stumbled. It is then held alone, so that it cannot take others down with
it, and after three times it is parked: a person calls, and nothing in the row can stop the next dispatcher.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from itertools import takewhile
from typing import Any, NamedTuple

from sqlalchemy import ColumnElement, Row, case, or_, select, tuple_, update
from sqlalchemy.orm import Session

from tracker.domain.calendar import ClinicCalendar
from tracker.persistence.models import Clinic, DeliveryAttempt, Reminder
from tracker.persistence.vocabulary import HELD_REMINDER, WAITING_REMINDER, ReminderState
from tracker.queries.sending import is_all_paused
from tracker.services.ports import Ids
from tracker.services.staff_tasks import opening_call

#: How long a dispatcher may hold a reminder. Longer than a pass lasts and any transport waits for an answer.
LEASE = timedelta(minutes=5)
#: So often a row may stumble; then it is parked.
MOST_STUMBLES = 3
#: After a failure that the dispatcher survived, the row is looked at again so much later.
STEADY = timedelta(minutes=1)

_S = ReminderState
#: Nothing is sent from these states.
_LOOKED_AT_IN_A_PAUSE = sorted(HELD_REMINDER | {_S.ACCEPTED})


@dataclass(frozen=True, slots=True, kw_only=True)
class Key:
    """Which reminder."""

    clinic_id: int
    case_id: int
    reminder_id: int


@dataclass(frozen=True, slots=True, kw_only=True)
class Held:
    """A reminder held under a token; ``stumbles``: how often it brought down whoever held it before."""

    key: Key
    token: str
    stumbles: int

    @property
    def is_poison(self) -> bool:
        """Whether it must not be looked at again."""
        return self.stumbles >= MOST_STUMBLES


class Due(NamedTuple):
    """A reminder, since when it is due, and whether whoever held it went away without a word."""

    at: datetime
    key: Key
    is_left_behind: bool


def find_due(session: Session, now: datetime, *, at_once: int, after: Due | None) -> list[Due]:
    """What is to be held together: the next that are due ``after`` another, or one alone that was left behind."""
    query = (
        select(Reminder.next_action_at, Reminder.clinic_id, Reminder.case_id, Reminder.id, Reminder.lease_until)
        .join(Clinic, Clinic.id == Reminder.clinic_id)
        .where(Reminder.next_action_at.is_not(None), Reminder.next_action_at <= now)
        .order_by(Reminder.next_action_at, Reminder.id)
        .limit(at_once)
    )
    if after is not None:
        is_later = (Reminder.next_action_at == after.at) & (Reminder.id > after.key.reminder_id)
        query = query.where(Reminder.next_action_at >= after.at, (Reminder.next_action_at > after.at) | is_later)
    # What became useless during a pause still needs a person, and nobody holds anything longer than its lease.
    without_sending = or_(Reminder.useless_after <= now, Reminder.state.in_(_LOOKED_AT_IN_A_PAUSE))
    if is_all_paused(session):
        query = query.where(without_sending)
    else:
        query = query.where(or_(Clinic.sending_paused_at.is_(None), without_sending))
    found = [
        Due(
            row.next_action_at,
            Key(clinic_id=row.clinic_id, case_id=row.case_id, reminder_id=row.id),
            row.lease_until is not None,
        )
        for row in session.execute(query)
    ]
    if found and found[0].is_left_behind:
        return found[:1]
    return list(takewhile(lambda each: not each.is_left_behind, found))


def hold(session: Session, keys: Sequence[Key], now: datetime, ids: Ids) -> list[Held]:
    """Hold those of the reminders that are still due and that nobody else is just taking, in the order of ``keys``."""
    token = ids.token()
    # Whoever is slower skips what another is at, and finds it held afterwards.
    free = (
        select(Reminder.clinic_id, Reminder.id)
        .where(_is_one_of(keys), Reminder.next_action_at.is_not(None), Reminder.next_action_at <= now)
        .with_for_update(skip_locked=True)
    )
    rows = session.execute(
        update(Reminder)
        .where(tuple_(Reminder.clinic_id, Reminder.id).in_(free))
        .values(
            state=case((Reminder.state.in_(sorted(WAITING_REMINDER)), _S.CLAIMED), else_=Reminder.state),
            claim_token=token,
            lease_until=now + LEASE,
            next_action_at=now + LEASE,
            stumbles=case((Reminder.lease_until.is_(None), Reminder.stumbles), else_=Reminder.stumbles + 1),
        )
        .returning(Reminder.clinic_id, Reminder.id, Reminder.stumbles),
        execution_options={"synchronize_session": False},
    )
    stumbles = {(row.clinic_id, row.id): row.stumbles for row in rows}
    found = ((key, stumbles.get((key.clinic_id, key.reminder_id))) for key in keys)
    return [Held(key=key, token=token, stumbles=count) for key, count in found if count is not None]


def let_go(session: Session, several: Sequence[Held], now: datetime) -> None:
    """Give back what had no turn: it is due as before."""
    _give_back(session, several, now, stumbles=0)


def stumble(session: Session, held: Held, now: datetime) -> None:
    """Give back what failed on its turn, for another look later."""
    _give_back(session, [held], now + STEADY, stumbles=1)


def park(session: Session, held: Held, now: datetime, ids: Ids) -> None:
    """Set aside what brings down whoever looks at it, and have a person call. Nothing of its case is read."""
    row = still_held(session, held, now)
    if row is None:
        return
    end_open_attempt(session, held.key, now)
    session.execute(
        update(Reminder)
        .where(Reminder.clinic_id == held.key.clinic_id, Reminder.id == held.key.reminder_id)
        .values({**released(_S.TASKED, None), "closed_reason": "parked"})
    )
    zone = session.scalars(select(Clinic.zone).where(Clinic.id == held.key.clinic_id)).one()
    session.execute(
        opening_call(
            session,
            clinic_id=held.key.clinic_id,
            case_id=held.key.case_id,
            key=row.call_key,
            about=row.kind,
            appointment=row.subject.removeprefix("appointment:"),
            why="parked",
            due_on=ClinicCalendar(zone).today(now),
            now=now,
            ids=ids,
        )
    )


def still_held(session: Session, held: Held, now: datetime) -> Row[Any] | None:
    """The row, locked, if it is ours and the lease goes on."""
    query = select(Reminder.__table__).where(
        Reminder.clinic_id == held.key.clinic_id,
        Reminder.id == held.key.reminder_id,
        Reminder.claim_token == held.token,
        Reminder.lease_until > now,
    )
    found: Row[Any] | None = session.execute(query.with_for_update()).one_or_none()
    return found


def end_open_attempt(session: Session, key: Key, now: datetime) -> None:
    """Whoever was sending it died: nobody knows whether it went."""
    session.execute(
        update(DeliveryAttempt)
        .where(
            DeliveryAttempt.clinic_id == key.clinic_id,
            DeliveryAttempt.reminder_id == key.reminder_id,
            DeliveryAttempt.ended_at.is_(None),
        )
        .values(ended_at=now, outcome="unknown", error="no answer before the lease ended")
    )


def released(state: ReminderState, next_action_at: datetime | None) -> dict[str, object]:
    """The values of a row that nobody holds, because its turn came to its end."""
    return {
        "state": state,
        "next_action_at": next_action_at,
        "claim_token": None,
        "lease_until": None,
        "stumbles": 0,
    }


def _give_back(session: Session, several: Sequence[Held], at: datetime, *, stumbles: int) -> None:
    """What may be on its way keeps its lease: when that ends it is looked up."""
    if not several:
        return
    session.execute(
        update(Reminder)
        .where(
            _is_one_of([each.key for each in several]),
            Reminder.claim_token == several[0].token,
            Reminder.state != _S.IN_FLIGHT,
        )
        .values(
            state=case((Reminder.state == _S.CLAIMED, _S.DUE), else_=Reminder.state),
            next_action_at=at,
            claim_token=None,
            lease_until=None,
            stumbles=Reminder.stumbles + stumbles,
        ),
        execution_options={"synchronize_session": False},
    )


def _is_one_of(keys: Sequence[Key]) -> ColumnElement[bool]:
    return tuple_(Reminder.clinic_id, Reminder.id).in_([(key.clinic_id, key.reminder_id) for key in keys])
