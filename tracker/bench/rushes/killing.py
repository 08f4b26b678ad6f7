"""Killing real dispatchers at any point of their work, and counting what that was.

A dispatcher is forked warm from a process that has closed its connections: SQLite's locks and PostgreSQL's wire belong
to one process. Some kill themselves before a statement, after it, around a commit or around the call; some when a
message has just been taken, which is the moment that nobody can tell from the one before; the others are killed from
outside while they go on, wherever that finds them.
"""

import gc
import os
import signal
import sys
import traceback
import warnings
from collections import Counter
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import timedelta
from random import Random
from typing import ClassVar

from sqlalchemy import Engine, event

from tracker.bench.rushes.journal import Journal, JournalMailer
from tracker.bench.rushes.rush import QUIET, RushClock
from tracker.integrations.chance import draw
from tracker.integrations.ids import RandomIds
from tracker.persistence.database import Database
from tracker.services.delivering.holding import LEASE
from tracker.services.ports import Clock
from tracker.services.reminders import Dispatcher

Tell = Callable[[], None]
_HOOKS = ("before_cursor_execute", "after_cursor_execute", "commit")
#: The latest point of its work at which a dispatcher is killed: a reminder or two.
MOST_POINTS = 90
#: Until when a clean dispatcher must have come to the end of what was left behind.
_MOST_PASSES = 60
_BROKEN = 70


#: Where nobody answers.
REPLIES_AT = "https://replies.invalid"


def make_dispatcher(
    database: Database,
    clock: Clock,
    journal: Journal,
    *,
    on_call: Tell | None = None,
    on_end: Tell | None = None,
    lanes: int = 1,
) -> Dispatcher:
    """A dispatcher of so many ``lanes`` that writes into the journal. ``on_call`` is told before and after a message is
    taken, ``on_end`` after each transaction."""
    mailer = JournalMailer(journal, on_call or _nothing)
    return Dispatcher(
        database=database,
        clock=clock,
        ids=RandomIds(),
        transports={"email": mailer},
        replies_at=REPLIES_AT,
        chance=draw,
        pause=on_end or _nothing,
        lanes=lanes,
    )


def _nothing() -> None:
    """Nobody listens."""


@contextmanager
def telling(database: Database, tell: Tell) -> Iterator[None]:
    """Tell of every statement, before and after it, and before every commit."""

    def hear(*_said: object) -> None:
        tell()

    pairs: list[tuple[Engine, str]] = [(engine, hook) for engine in (database.read, database.write) for hook in _HOOKS]
    for engine, hook in pairs:
        event.listen(engine, hook, hear)
    try:
        yield
    finally:
        for engine, hook in pairs:
            event.remove(engine, hook, hear)


def fork(work: Callable[[], None]) -> int:
    """Do ``work`` in a copy of this process, which never returns from here; its id."""
    sys.stdout.flush()
    sys.stderr.flush()
    with warnings.catch_warnings():
        # Newer Pythons warn where other threads run; none of ours holds a lock that the copy needs.
        warnings.simplefilter("ignore", DeprecationWarning)
        pid = os.fork()
    if pid:
        return pid
    status = _BROKEN
    try:
        gc.disable()  # it would touch, and so copy, all the memory that is shared
        work()
        status = 0
    except BaseException:  # noqa: BLE001  # said, and told by the status: nothing may run on in the copy
        os.write(2, traceback.format_exc().encode())
    finally:
        os._exit(status)


def outlive(pid: int) -> bool:
    """Wait for the end of a copy; whether it was killed.

    :raises RuntimeError: it failed in another way
    """
    _pid, status = os.waitpid(pid, 0)
    if os.WIFSIGNALED(status):
        return os.WTERMSIG(status) == signal.SIGKILL
    if os.WEXITSTATUS(status):
        raise RuntimeError(f"a forked process ended with {os.WEXITSTATUS(status)}; what it said is above")
    return False


@dataclass(slots=True)
class Assassin:
    """Kills one dispatcher after the other. All processes of the database must have closed their connections.

    ``refill`` makes more that is due, where everything is done; ``killed`` counts how often each way came about.
    """

    database: Database
    clock: RushClock
    journal: Journal
    chance: Random
    refill: Callable[[], None]
    killed: Counter[str] = field(default_factory=Counter, init=False)

    def kill(self, times: int) -> None:
        """Kill so many, within the hours in which nothing else falls due."""
        until = self.clock.at + QUIET
        for left in range(times, 0, -1):
            self.database.dispose()
            step = self.chance.random() * min(2 * LEASE, (until - self.clock.at) / left)
            idle = 0
            while not self._kill_one():
                idle += 1
                # What the killed ones held is due again when their leases have ended.
                if idle == 1 and self.clock.at + LEASE + step < until:
                    self.clock.at += LEASE
                else:
                    self.refill()
                    self.database.dispose()
            self.clock.at += step

    def _kill_one(self) -> bool:
        way = self.chance.choice(tuple(self._ways))
        is_killed = self._ways[way](self, self.chance.randint(1, MOST_POINTS))
        self.killed[way] += is_killed
        return is_killed

    def _at_a_point(self, number: int) -> bool:
        return self._dies_at(number, lambda tell: self._dispatch(tell, on_call=tell))

    def _after_the_call(self, number: int) -> bool:
        """Before and after each message it is told; the second time of the first or second one."""
        return self._dies_at(2 + number % 2 * 2, lambda tell: self._dispatch(_nothing, on_call=tell))

    def _dies_at(self, number: int, dispatch: Callable[[Tell], None]) -> bool:
        left = number

        def tell() -> None:
            nonlocal left
            left -= 1
            if left == 0:
                os.kill(os.getpid(), signal.SIGKILL)

        return outlive(fork(lambda: dispatch(tell)))

    def _from_outside(self, points: int) -> bool:
        """Kill it when it has said so often that it goes on, while it goes on."""
        hears, says = os.pipe()

        def tell() -> None:
            os.write(says, b".")

        pid = fork(lambda: self._dispatch(tell, on_call=tell))
        os.close(says)
        heard = 0
        while heard < points and (said := os.read(hears, points - heard)):
            heard += len(said)
        # An offset that no statement of the other process has to do with.
        for _ in range(self.chance.randrange(20_000)):
            pass
        if heard == points:
            os.kill(pid, signal.SIGKILL)
        is_killed = outlive(pid)
        os.close(hears)
        return is_killed

    def _dispatch(self, tell: Tell, *, on_call: Tell) -> None:
        with telling(self.database, tell):
            dispatcher = make_dispatcher(
                self.database, self.clock, self.journal, on_call=on_call, on_end=tell, lanes=self.chance.choice((1, 3))
            )
            dispatcher.dispatch_due()

    _ways: ClassVar[Mapping[str, Callable[["Assassin", int], bool]]] = {
        "at a point": _at_a_point,
        "after the call": _after_the_call,
        "from outside": _from_outside,
    }


def recover(dispatcher: Dispatcher, clock: RushClock, *, most_passes: int = _MOST_PASSES) -> int:
    """Have a clean dispatcher go on until nothing is due and every lease has ended; returns how many passes it took.

    :raises RuntimeError: when it comes to no end
    """
    idle = 0
    for number in range(1, most_passes + 1):
        looked_at = dispatcher.dispatch_due().looked_at
        idle = 0 if looked_at else idle + 1
        if idle == 2:  # a lease may have begun in the pass before the first idle one
            return number
        if not looked_at:
            clock.at += LEASE + timedelta(seconds=1)
    raise RuntimeError("the dispatcher comes to no end")
