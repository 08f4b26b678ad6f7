"""One pass over what is due: it goes on until nothing is, ends in time, and is not held up by one that fails."""

from datetime import timedelta
from pathlib import Path

import pytest
from sqlalchemy import select, update

from tracker.bench.rushes.journal import Journal
from tracker.bench.rushes.killing import make_dispatcher
from tracker.bench.rushes.rush import RushClock, make_rush
from tracker.integrations.ids import RandomIds
from tracker.persistence.database import Database
from tracker.persistence.models import Reminder
from tracker.services.reminders import LONGEST_PASS

DUE = 7


@pytest.fixture
def clock() -> RushClock:
    return RushClock()


@pytest.fixture
def journal(tmp_path: Path) -> Journal:
    return Journal(tmp_path / "taken")


@pytest.fixture(autouse=True)
def _due(database: Database, clock: RushClock) -> None:
    make_rush(database, clock, RandomIds(), DUE)


class TestAPass:
    def test_goes_on_until_nothing_is_due(self, database: Database, clock: RushClock, journal: Journal) -> None:
        done = make_dispatcher(database, clock, journal).dispatch_due(at_once=2)
        assert (done.looked_at, done.accepted, journal.copies().total()) == (DUE, DUE, DUE)

    def test_ends_in_time_where_the_provider_is_slow(
        self, database: Database, clock: RushClock, journal: Journal
    ) -> None:
        def take_time() -> None:
            clock.at += LONGEST_PASS / 6

        dispatcher = make_dispatcher(database, clock, journal, on_call=take_time)
        assert [dispatcher.dispatch_due().accepted for _ in range(4)] == [3, 3, 1, 0]

    @pytest.mark.parametrize("place", [0, DUE - 1])
    def test_is_not_held_up_by_one_that_fails(
        self, database: Database, clock: RushClock, journal: Journal, place: int
    ) -> None:
        with database.writing() as session:
            due = session.scalars(
                select(Reminder.id).where(Reminder.next_action_at <= clock.now()).order_by(Reminder.id)
            )
            session.execute(update(Reminder).where(Reminder.id == due.all()[place]).values(template="of no version"))
        dispatcher = make_dispatcher(database, clock, journal)
        for _ in range(2):
            with pytest.raises(ExceptionGroup, match="could not be sent") as raised:
                dispatcher.dispatch_due(at_once=2)
            assert len(raised.value.exceptions) == 1
            assert journal.copies().total() == DUE - 1
            clock.at += timedelta(minutes=1)
