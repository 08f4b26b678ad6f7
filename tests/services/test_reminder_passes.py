"""One pass over what is due: it goes on until nothing is, ends in time, and is not held up by one that fails."""

from collections import Counter
from itertools import count
from pathlib import Path
from threading import Barrier

import pytest
from sqlalchemy import event, select, update

from tracker.bench.rushes.journal import Journal
from tracker.bench.rushes.killing import make_dispatcher
from tracker.bench.rushes.outcome import look
from tracker.bench.rushes.rush import RushClock, make_rush
from tracker.integrations.ids import RandomIds
from tracker.persistence.database import Database
from tracker.persistence.models import Reminder, StaffTask
from tracker.services.delivering.holding import LEASE, MOST_STUMBLES, STEADY
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
        for _ in range(MOST_STUMBLES):
            with pytest.raises(ExceptionGroup, match="could not be sent") as raised:
                dispatcher.dispatch_due(at_once=2)
            assert len(raised.value.exceptions) == 1
            assert journal.copies().total() == DUE - 1
            clock.at += STEADY
        # Then it is parked, and a person calls.
        assert dispatcher.dispatch_due().looked_at == 1
        assert look(database, journal.copies(), clock.at).faults == {}
        with database.reading() as session:
            called = select(Reminder.closed_reason, StaffTask.params).join(
                StaffTask, StaffTask.key == Reminder.call_key
            )
            parked = session.execute(called.where(Reminder.state == "tasked")).one()
        assert (parked.closed_reason, parked.params["why"]) == ("parked", "parked")

    def test_that_is_brought_down_leaves_the_others_to_the_next(
        self, database: Database, clock: RushClock, journal: Journal
    ) -> None:
        """By a row that kills its holder before anything is written about it."""
        with database.reading() as session:
            due = select(Reminder.id).where(Reminder.next_action_at <= clock.now()).order_by(Reminder.id)
            killer = session.scalars(due).all()[2]

        class Killed(BaseException):
            """By the row."""

        def die(_connection: object, _cursor: object, statement: str, parameters: object, *_more: object) -> None:
            is_its_turn = statement.startswith("SELECT") and "reminders.claim_token" in statement
            if is_its_turn and str(killer) in str(parameters):
                raise Killed

        dispatcher = make_dispatcher(database, clock, journal)
        for _ in range(MOST_STUMBLES):
            event.listen(database.write, "before_cursor_execute", die)
            with pytest.raises(Killed):
                dispatcher.dispatch_due()
            event.remove(database.write, "before_cursor_execute", die)
            database.dispose()
            clock.at += LEASE
        dispatcher.dispatch_due()
        assert journal.copies().total() == DUE - 1
        with database.reading() as session:
            ended = select(Reminder.closed_reason).where(Reminder.wanted_at <= clock.now())
            assert Counter(session.scalars(ended)) == {"": DUE - 1, "parked": 1}

    def test_has_as_many_messages_under_way_as_it_has_lanes(
        self, database: Database, clock: RushClock, journal: Journal
    ) -> None:
        """None of the first three is answered before all three are under way."""
        meeting = Barrier(3)
        calls = count(1)

        def meet() -> None:
            # Each message is told of twice; the first three stand before their answer together.
            if next(calls) <= 3:
                meeting.wait(timeout=20)

        done = make_dispatcher(database, clock, journal, on_call=meet, lanes=3).dispatch_due()
        assert (done.accepted, set(journal.copies().values())) == (DUE, {1})
