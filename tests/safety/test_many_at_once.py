"""Four schedulers and four web processes on one database: every reminder that is due goes out, and goes out once."""

import os
from collections.abc import Callable
from contextlib import suppress
from datetime import datetime, time, timedelta
from pathlib import Path
from random import Random

import pytest
from sqlalchemy import select

from config import load_settings
from tests.support.web import WEAK_PASSWORDS
from tracker.bench.rushes.journal import Journal, JournalMailer
from tracker.bench.rushes.killing import fork, make_dispatcher, recover
from tracker.bench.rushes.outcome import look
from tracker.bench.rushes.rush import DAYS_BEFORE, VISIT, Rush, RushClock, make_rush
from tracker.domain.errors import StaleVersion
from tracker.integrations.ids import RandomIds
from tracker.persistence.database import Database
from tracker.persistence.models import Reminder
from tracker.queries.case_detail import open_for_reading
from tracker.queries.reminders import get_sending, list_ledger
from tracker.runtime import Runtime
from tracker.scheduler.jobs import JOBS, breath, run_job
from tracker.services import appointments
from tracker.services.appointments import Slot
from tracker.services.work import CaseRef, Work

DISPATCH = next(job for job in JOBS if job.name == "dispatch")
SCHEDULERS = WEB_PROCESSES = 4
#: How many visits each web process moves.
MOVES = 40


@pytest.mark.slow
@pytest.mark.parametrize("due", [250, pytest.param(2_000, marks=pytest.mark.soak)])
def test_everything_due_goes_out_once(database: Database, tmp_path: Path, due: int) -> None:
    clock, journal = RushClock(), Journal(tmp_path / "taken")
    rush = make_rush(database, clock, RandomIds(), due)
    shares = Journal(tmp_path / "shares")

    def schedule(number: int) -> None:
        mailer = JournalMailer(journal, lambda: shares.take(str(number)))
        runtime = Runtime(load_settings({}), database, clock, RandomIds(), WEAK_PASSWORDS, mailer)
        while is_due(database, clock):
            run_job(runtime, DISPATCH, breath(runtime.database))

    database.dispose()
    run_at_once(
        [
            *(lambda number=number: schedule(number) for number in range(SCHEDULERS)),
            *(lambda number=number: work_at_pages(database, rush, clock, number) for number in range(WEB_PROCESSES)),
        ]
    )
    recover(make_dispatcher(database, clock, journal), clock)
    found, moved = look(database, journal.copies(), clock.at), WEB_PROCESSES * MOVES
    assert found.faults == {}
    assert (found.copied, found.ambiguous) == ((), ())
    # Each visit has two reminders, and where it was moved two more; what is still to come is of the visits that stand.
    assert sum(found.states.values()) == 2 * (due + moved)
    assert found.states["planned"] == due
    assert due <= found.states["accepted"] <= due + moved
    assert set(found.states) == {"planned", "accepted", "cancelled"}
    assert len(shares.copies()) == SCHEDULERS


def is_due(database: Database, clock: RushClock) -> bool:
    """Whether anything waits to be sent."""
    with database.reading() as session:
        return session.scalar(select(Reminder.id).where(Reminder.next_action_at <= clock.now()).limit(1)) is not None


def run_at_once(works: list[Callable[[], None]]) -> None:
    """Fork a process for each; none begins before all are there."""
    gate, key = os.pipe()

    def wait_and(work: Callable[[], None]) -> None:
        os.close(key)
        os.read(gate, 1)
        work()

    pids = [fork(lambda work=work: wait_and(work)) for work in works]
    os.close(key)
    statuses = [os.waitpid(pid, 0)[1] for pid in pids]
    os.close(gate)
    assert statuses == [0] * len(works)


def work_at_pages(database: Database, rush: Rush, clock: RushClock, number: int) -> None:
    """Look at reminders, open a case, move its visit: as a page does it, again where somebody else was first."""
    chance, ids, moved = Random(number), RandomIds(), 0
    # A minute of its own: keys are unlikely to meet in one millisecond, not where time stands still for everybody.
    now = clock.now() + timedelta(minutes=1 + number)
    while moved < MOVES:
        public_id = chance.choice(rush.cases)
        with database.reading() as session:
            list_ledger(session, rush.actor)
            get_sending(session, rush.actor)
            version = open_for_reading(session, rush.actor, public_id).head.version
        day = clock.now().date() + timedelta(days=DAYS_BEFORE)
        slot = Slot(starts=datetime.combine(day, time(15 + number, moved)), minutes=20)
        with suppress(StaleVersion), database.writing() as session:
            work = Work(session, rush.actor, ids, now)
            appointments.move(work, CaseRef(public_id, version), appointment=VISIT, slot=slot)
            moved += 1
