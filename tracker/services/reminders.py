"""Sending the reminders that are due: hold some, then for each decide and write down the attempt, send, write down the
answer.

Each step is a short transaction of its own and no transaction is open during the call. Any number of dispatchers may
run. A reminder whose dispatcher died is looked up by our reference, else sent once more, else given to a person to
call; it never rests where nobody must clear it. What is due is found by state and time alone, without a window: after
a month of silence the first pass finds all of it.
"""

from collections import deque
from collections.abc import Callable, Iterator, Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from threading import Lock

from sqlalchemy import delete, update
from sqlalchemy.orm import Session

from tracker.domain.mail import MailError, MailUnavailable, Receipt
from tracker.persistence.database import Database
from tracker.persistence.models import Clinic, DeploymentValue
from tracker.persistence.upsert import upsert
from tracker.queries.sending import PAUSED_AT, PAUSED_FOR_CLOCK, is_all_paused, is_demo
from tracker.services.delivering.accounting import accept_after_all, complete, give_up
from tracker.services.delivering.attempts import Taken, begin
from tracker.services.delivering.bursts import clinics_with_bursts, hold_burst
from tracker.services.delivering.holding import Due, Held, Key, find_due, hold, let_go, park, stumble
from tracker.services.delivering.taking import take
from tracker.services.ports import Clock, Ids, Mailer
from tracker.services.turns import Turns

#: How many are held together: few enough that all have their turn before a lease ends.
AT_ONCE = 50
#: How many a scheduler has under way at once: a mail server with TLS and a sign-in takes some tenths of a second.
LANES = 6
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
    patients answer. ``chance`` draws from 0 to 1; ``pause`` is called between write transactions. ``lanes``: how many
    messages may be under way at once, as a provider takes longer to answer than we to ask."""

    database: Database
    clock: Clock
    ids: Ids
    transports: Mapping[str, Mailer]
    replies_at: str
    chance: Callable[[], float]
    pause: Callable[[], None]
    lanes: int = 1
    _pen: Lock = field(default_factory=Lock, repr=False, compare=False)

    def dispatch_due(self, *, at_once: int = AT_ONCE) -> Dispatched:
        """Send what is due, oldest first, until nothing is or the time of one pass is over.

        One that fails does not hold up the others. ``at_once``: how many are held together.

        :raises PermissionError: a demonstration has a transport that reaches people
        :raises ExceptionGroup: at the end, with everything that failed
        """
        until, turns, after = self.clock.now() + LONGEST_PASS, Turns("some reminders could not be sent"), None
        answers: list[Receipt | MailError | None] = []
        self._hold_bursts()
        while self.clock.now() < until and (found := self._due(at_once, after)):
            waiting = deque(self._hold([each.key for each in found]))
            lanes = min(self.lanes, len(waiting))
            if lanes == 1:
                self._work_off(waiting, until, turns, answers)
            elif lanes:
                with ThreadPoolExecutor(lanes) as pool:
                    for lane in [pool.submit(self._work_off, waiting, until, turns, answers) for _ in range(lanes)]:
                        lane.result()
            self._let_go(waiting)
            # Whatever could not be moved on now stays behind until the next pass: this one comes to its end.
            after = found[-1]
        turns.end()
        tried = [each for each in answers if each is not None]
        return Dispatched(len(answers), len(tried), sum(isinstance(each, Receipt) for each in tried))

    def _work_off(
        self, waiting: deque[Held], until: datetime, turns: Turns, answers: list[Receipt | MailError | None]
    ) -> None:
        """One lane: give one after the other its turn, as long as there are any and there is time."""
        while self.clock.now() < until:
            try:
                held = waiting.popleft()
            except IndexError:  # another lane has just taken the last
                return
            answer = None
            with turns.next():
                answer = self._has_its_turn(held)
            answers.append(answer)

    @contextmanager
    def _writing(self) -> Iterator[Session]:
        """A write transaction, and the pause after it: the lanes write one after another, as it is the calls that take
        long, and the one writer of SQLite is for the pages first."""
        with self._pen:
            with self.database.writing() as session:
                yield session
            self.pause()

    def _hold_bursts(self) -> None:
        now = self.clock.now()
        with self.database.reading() as session:
            clinics = [] if is_all_paused(session) else clinics_with_bursts(session, now)
        for clinic_id in clinics:
            with self._writing() as session:
                hold_burst(session, clinic_id, now, self.ids)

    def _due(self, at_once: int, after: Due | None) -> list[Due]:
        with self.database.reading() as session:
            if any(each.reaches_people for each in self.transports.values()) and is_demo(session):
                raise PermissionError("a demonstration writes its messages to files; it must not reach people")
            return find_due(session, self.clock.now(), at_once=at_once, after=after)

    def _hold(self, keys: list[Key]) -> list[Held]:
        with self._writing() as session:
            return hold(session, keys, self.clock.now(), self.ids)

    def _let_go(self, waiting: Sequence[Held]) -> None:
        if waiting:
            with self._writing() as session:
                let_go(session, waiting, self.clock.now())

    def _has_its_turn(self, held: Held) -> Receipt | MailError | None:
        if held.is_poison:
            with self._writing() as session:
                park(session, held, self.clock.now(), self.ids)
            return None
        try:
            return self._dispatch(held)
        except Exception:
            with self._writing() as session:
                stumble(session, held, self.clock.now())
            raise

    def _dispatch(self, held: Held) -> Receipt | MailError | None:
        with self._writing() as session:
            taken = take(session, held, self.clock.now(), self.ids, replies_at=self.replies_at)
        if taken is None:
            return None
        if taken.is_unknown and (self._is_settled(taken) or not self._is_begun_again(taken)):
            return None
        return self._send(taken)

    def _is_begun_again(self, taken: Taken) -> bool:
        with self._writing() as session:
            return begin(session, taken, self.clock.now())

    def _is_settled(self, taken: Taken) -> bool:
        """Whether nothing more is to be sent of a message that may have gone."""
        transport = self.transports.get(taken.channel)
        was_sent = None if transport is None else transport.was_sent(taken.message.reference)
        if was_sent is False or (was_sent is None and taken.may_repeat):
            return False
        with self._writing() as session:
            if was_sent:
                accept_after_all(session, taken)
            else:
                give_up(session, taken, now=self.clock.now(), ids=self.ids)
        return True

    def _send(self, taken: Taken) -> Receipt | MailError:
        answer: Receipt | MailError
        transport = self.transports.get(taken.channel)
        try:
            answer = MailUnavailable("no transport") if transport is None else transport.send(taken.message)
        except MailError as error:
            answer = error
        with self._writing() as session:
            complete(session, taken, answer, now=self.clock.now(), ids=self.ids, chance=self.chance)
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
