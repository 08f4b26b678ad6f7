"""The clock of the machine was set: nothing is sent until a person has looked."""

from datetime import timedelta

import pytest
from sqlalchemy import event, select
from structlog.testing import capture_logs

from tests.support.fixed import FixedClock, FixedStopwatch
from tracker.persistence.database import Database
from tracker.persistence.models import DeploymentValue
from tracker.queries.sending import PAUSED_AT, PAUSED_FOR_CLOCK
from tracker.services.clock_watch import ClockWatch
from tracker.services.reminders import pause_sending, resume_sending


class Machine:
    """A clock and a stopwatch, and what watches them."""

    def __init__(self, database: Database, clock: FixedClock) -> None:
        self.database, self.clock, self.stopwatch = database, clock, FixedStopwatch()
        self.told = 0
        self.watch = ClockWatch(database, clock, self.stopwatch, self._tell)

    def _tell(self) -> None:
        self.told += 1

    def go_on(self, *, set_by: timedelta = timedelta(0), **duration: float) -> None:
        """Let time go by, and set the clock by so much beside."""
        self.stopwatch.advance(**duration)
        self.clock.set(self.clock.now() + timedelta(**duration) + set_by)
        self.watch.look()

    def values(self) -> dict[str, str]:
        with self.database.reading() as session:
            return {each.name: each.value for each in session.scalars(select(DeploymentValue))}

    def resume(self) -> None:
        with self.database.writing() as session:
            resume_sending(session)


@pytest.fixture
def machine(database: Database, clock: FixedClock) -> Machine:
    return Machine(database, clock)


class TestTheWatch:
    @pytest.mark.parametrize("step", [timedelta(minutes=11), timedelta(minutes=-11), timedelta(days=30)])
    def test_pauses_sending_for_all_and_says_why(self, machine: Machine, step: timedelta) -> None:
        with capture_logs() as logs:
            machine.go_on(seconds=15, set_by=step)
        said = machine.clock.now().isoformat()
        assert machine.values() == {PAUSED_AT: said, PAUSED_FOR_CLOCK: said}
        (logged,) = logs
        assert (logged["event"], logged["seconds"]) == ("scheduler.clock_stepped", step.total_seconds())

    @pytest.mark.parametrize("duration", [{"seconds": 15}, {"hours": 9}, {"days": 40}])
    def test_lets_time_go_by(self, machine: Machine, duration: dict[str, float]) -> None:
        machine.go_on(**duration)
        assert (machine.values(), machine.told) == ({}, 0)

    def test_lets_a_clock_be_kept_right(self, machine: Machine) -> None:
        for _ in range(20):
            machine.go_on(seconds=15, set_by=timedelta(minutes=1))
        assert machine.values() == {}

    def test_pauses_once_until_somebody_resumes(self, machine: Machine) -> None:
        machine.go_on(seconds=15, set_by=timedelta(hours=1))
        first = machine.values()
        machine.go_on(seconds=15)
        machine.go_on(seconds=15, set_by=timedelta(hours=-1))  # set right again
        assert machine.values() == first
        machine.resume()
        machine.go_on(seconds=15)
        assert machine.values() == {}
        machine.go_on(seconds=15, set_by=timedelta(hours=1))
        assert machine.values().keys() == {PAUSED_AT, PAUSED_FOR_CLOCK}

    def test_leaves_another_reason_to_pause_as_it_is(self, machine: Machine) -> None:
        with machine.database.writing() as session:
            pause_sending(session, now=machine.clock.now())
        before = machine.values()
        machine.go_on(seconds=15, set_by=timedelta(hours=1))
        assert machine.values() == before

    def test_sees_it_again_where_it_could_not_be_written(self, machine: Machine) -> None:
        def fail(*_args: object) -> None:
            raise ConnectionError("away")

        event.listen(machine.database.write, "before_cursor_execute", fail)
        with pytest.raises(ConnectionError):
            machine.go_on(seconds=15, set_by=timedelta(hours=1))
        event.remove(machine.database.write, "before_cursor_execute", fail)
        machine.go_on(seconds=15)
        assert PAUSED_FOR_CLOCK in machine.values()

    @pytest.mark.parametrize(("step", "told"), [(timedelta(minutes=-5), 1), (timedelta(hours=2), 1), (timedelta(0), 0)])
    def test_has_the_bells_told_also_of_less(self, machine: Machine, step: timedelta, told: int) -> None:
        machine.go_on(seconds=15, set_by=step)
        assert machine.told == told
