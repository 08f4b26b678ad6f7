"""Sending the reminders that are due: claim, write down the attempt, send, write down the answer.

Each step is a short transaction of its own and no transaction is open during the call. Any number of dispatchers may
run. A reminder whose dispatcher died is looked up by our reference, else sent once more, else given to a person to
call; it never rests where nobody must clear it. What is due is found by state and time alone, without a window: after
a month of silence the first pass finds all of it.
"""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta

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
from tracker.services.turns import Turns

#: What is looked at during a pause too: nothing is sent from these states.
LEFT_BEHIND = HELD_REMINDER | {ReminderState.ACCEPTED}
#: After this a pass ends, so that its pulse is shown in time while there is more to send, or a mail server is slow.
LONGEST_PASS = timedelta(minutes=1)


@dataclass(frozen=True, slots=True)
class Dispatched:
    """What one pass did: reminders looked at, messages handed over or tried, and those that the other side took."""

    looked_at: int
    tried: int
    accepted: int


@dataclass(frozen=True, slots=True, kw_only=True)
class Dispatcher:
    """One sender of reminders. ``transports``: what carries them, by channel; ``replies_at``: the address below which
    patients answer. ``chance`` draws from 0 to 1; ``pause`` is called between write transactions."""

    database: Database
    clock: Clock
    ids: Ids
    transports: Mapping[str, Mailer]
    replies_at: str
    chance: Callable[[], float]
    pause: Callable[[], None]

    def dispatch_due(self, *, at_once: int = 200) -> Dispatched:
        """Send what is due, oldest first, until nothing is or the time of one pass is over.

        One that fails does not hold up the others. ``at_once``: how many are looked up together.

        :raises PermissionError: a demonstration has a transport that reaches people
        :raises ExceptionGroup: at the end, with everything that failed
        """
        until, turns, after = self.clock.now() + LONGEST_PASS, Turns("some reminders could not be sent"), None
        looked_at = tried = accepted = 0
        self._hold_bursts()
        while found := self._due(at_once, after):
            for _, key in found:
                if self.clock.now() >= until:
                    break
                looked_at += 1
                with turns.next():
                    answer = self._dispatch(key)
                    tried += answer is not None
                    accepted += isinstance(answer, Receipt)
            # Whatever could not be moved on now stays behind until the next pass: this one comes to its end.
            after = (found[-1][0], found[-1][1].reminder_id)
            if self.clock.now() >= until:
                break
        turns.end()
        return Dispatched(looked_at, tried, accepted)

    def _hold_bursts(self) -> None:
        now = self.clock.now()
        with self.database.reading() as session:
            clinics = [] if is_all_paused(session) else clinics_with_bursts(session, now)
        for clinic_id in clinics:
            with self.database.writing() as session:
                hold_burst(session, clinic_id, now, self.ids)
            self.pause()

    def _due(self, at_once: int, after: tuple[datetime, int] | None) -> list[tuple[datetime, Key]]:
        now = self.clock.now()
        with self.database.reading() as session:
            if any(each.reaches_people for each in self.transports.values()) and is_demo(session):
                raise PermissionError("a demonstration writes its messages to files; it must not reach people")
            query = (
                select(Reminder.next_action_at, Reminder.clinic_id, Reminder.case_id, Reminder.id)
                .join(Clinic, Clinic.id == Reminder.clinic_id)
                .where(Reminder.next_action_at.is_not(None), Reminder.next_action_at <= now)
                .order_by(Reminder.next_action_at, Reminder.id)
                .limit(at_once)
            )
            if after is not None:
                at, reminder_id = after
                is_later = (Reminder.next_action_at == at) & (Reminder.id > reminder_id)
                query = query.where(Reminder.next_action_at >= at, (Reminder.next_action_at > at) | is_later)
            # What became useless during a pause still needs a person, and nobody holds anything longer than its lease.
            without_sending = or_(Reminder.useless_after <= now, Reminder.state.in_(LEFT_BEHIND))
            if is_all_paused(session):
                query = query.where(without_sending)
            else:
                query = query.where(or_(Clinic.sending_paused_at.is_(None), without_sending))
            return [
                (row.next_action_at, Key(clinic_id=row.clinic_id, case_id=row.case_id, reminder_id=row.id))
                for row in session.execute(query)
            ]

    def _dispatch(self, key: Key) -> Receipt | MailError | None:
        with self.database.writing() as session:
            taken = take(session, key, self.clock.now(), self.ids, replies_at=self.replies_at)
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
