"""Sending the reminders that are due: claim, write down the attempt, send, write down the answer.

Each step is a short transaction of its own and no transaction is open during the call. Any number of dispatchers may
run. A reminder whose dispatcher died is looked up by our reference, else sent once more, else given to a person to
call; it never rests where nobody must clear it. What is due is found by state and time alone, without a window: after
a month of silence the first pass finds all of it.
"""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import delete, or_, select, update
from sqlalchemy.orm import Session

from tracker.domain.mail import MailError, MailUnavailable, Receipt
from tracker.persistence.database import Database
from tracker.persistence.models import Clinic, DeploymentValue, Reminder
from tracker.persistence.upsert import upsert
from tracker.persistence.vocabulary import HELD_REMINDER, ReminderState
from tracker.queries.sending import PAUSED_AT, PAUSED_FOR_CLOCK, is_all_paused, is_demo
from tracker.services.delivering.accounting import accept_after_all, begin, complete, give_up
from tracker.services.delivering.bursts import clinics_with_bursts, hold_burst
from tracker.services.delivering.taking import Key, Taken, take
from tracker.services.ports import Clock, Ids, Mailer

#: What is looked at during a pause too: nothing is sent from these states.
LEFT_BEHIND = HELD_REMINDER | {ReminderState.ACCEPTED}


@dataclass(frozen=True, slots=True)
class Dispatched:
    """What one pass did: reminders looked at, messages handed over or tried, and those that the other side took."""

    looked_at: int
    tried: int
    accepted: int


@dataclass(frozen=True, slots=True, kw_only=True)
class Dispatcher:
    """One sender of reminders. ``transports``: what carries them, by channel. ``chance`` draws from 0 to 1; ``pause``
    is called between write transactions."""

    database: Database
    clock: Clock
    ids: Ids
    transports: Mapping[str, Mailer]
    chance: Callable[[], float]
    pause: Callable[[], None]

    def dispatch_due(self, *, limit: int = 200) -> Dispatched:
        """Send what is due, oldest first.

        :raises PermissionError: a demonstration has a transport that reaches people
        """
        self._hold_bursts()
        keys = self._due(limit)
        tried = accepted = 0
        for key in keys:
            answer = self._dispatch(key)
            tried += answer is not None
            accepted += isinstance(answer, Receipt)
        return Dispatched(len(keys), tried, accepted)

    def _hold_bursts(self) -> None:
        now = self.clock.now()
        with self.database.reading() as session:
            clinics = [] if is_all_paused(session) else clinics_with_bursts(session, now)
        for clinic_id in clinics:
            with self.database.writing() as session:
                hold_burst(session, clinic_id, now, self.ids)
            self.pause()

    def _due(self, limit: int) -> list[Key]:
        now = self.clock.now()
        with self.database.reading() as session:
            if any(each.reaches_people for each in self.transports.values()) and is_demo(session):
                raise PermissionError("a demonstration writes its messages to files; it must not reach people")
            query = (
                select(Reminder.clinic_id, Reminder.case_id, Reminder.id)
                .join(Clinic, Clinic.id == Reminder.clinic_id)
                .where(Reminder.next_action_at.is_not(None), Reminder.next_action_at <= now)
                .order_by(Reminder.next_action_at, Reminder.id)
                .limit(limit)
            )
            # What became useless during a pause still needs a person, and nobody holds anything longer than its lease.
            without_sending = or_(Reminder.useless_after <= now, Reminder.state.in_(LEFT_BEHIND))
            if is_all_paused(session):
                query = query.where(without_sending)
            else:
                query = query.where(or_(Clinic.sending_paused_at.is_(None), without_sending))
            return [
                Key(clinic_id=row.clinic_id, case_id=row.case_id, reminder_id=row.id) for row in session.execute(query)
            ]

    def _dispatch(self, key: Key) -> Receipt | MailError | None:
        with self.database.writing() as session:
            taken = take(session, key, self.clock.now(), self.ids)
        self.pause()
        if taken is None or (taken.is_unknown and self._is_settled(taken)):
            return None
        with self.database.writing() as session:
            is_ours = begin(session, taken, self.clock.now())
        self.pause()
        return self._send(taken) if is_ours else None

    def _is_settled(self, taken: Taken) -> bool:
        """Whether nothing more is to be sent of a message that may have gone."""
        transport = self.transports.get(taken.channel)
        was_sent = None if transport is None else transport.was_sent(taken.message.reference)
        if was_sent is False or (was_sent is None and taken.may_repeat):
            return False
        with self.database.writing() as session:
            if was_sent:
                accept_after_all(session, taken)
            else:
                give_up(session, taken, now=self.clock.now(), ids=self.ids)
        self.pause()
        return True

    def _send(self, taken: Taken) -> Receipt | MailError:
        answer: Receipt | MailError
        transport = self.transports.get(taken.channel)
        try:
            answer = MailUnavailable("no transport") if transport is None else transport.send(taken.message)
        except MailError as error:
            answer = error
        with self.database.writing() as session:
            complete(session, taken, answer, now=self.clock.now(), ids=self.ids, chance=self.chance)
        self.pause()
        return answer


def pause_sending(session: Session, *, now: datetime, clinic_id: int | None = None) -> None:
    """Send nothing for a clinic, or for nobody where none is named, until it is resumed."""
    if clinic_id is None:
        said = now.isoformat()
        upsert(session, DeploymentValue, {"name": PAUSED_AT}, insert={"value": said}, update={"value": said})
        return
    session.execute(
        update(Clinic)
        .where(Clinic.id == clinic_id, Clinic.sending_paused_at.is_(None))
        .values(sending_paused_at=now, version=Clinic.version + 1)
    )


def resume_sending(session: Session, *, clinic_id: int | None = None) -> None:
    """Send again. What became due meanwhile goes out now, if it is still of use."""
    if clinic_id is None:
        session.execute(delete(DeploymentValue).where(DeploymentValue.name.in_((PAUSED_AT, PAUSED_FOR_CLOCK))))
        return
    session.execute(
        update(Clinic).where(Clinic.id == clinic_id).values(sending_paused_at=None, version=Clinic.version + 1)
    )
