"""A clinic with pumps and time: staff who do nothing, and staff who work while patients stay away.

``./run soak`` plays a thousand pumps for three years; ``--seed`` plays another story, or one again.
"""

from datetime import timedelta

import pytest

from tests.simulation.at_work import AtWork
from tests.simulation.holding import causes, empty_pumps, untold, violations
from tests.simulation.world import BEGINS, World, a_world
from tests.support.databases import SqliteDatabases

WEEK, MONTH = timedelta(days=7), timedelta(days=28)
SIZES = [
    pytest.param(6, 120, id="six_pumps_four_months"),
    pytest.param(12, 365, id="twelve_pumps_a_year", marks=pytest.mark.slow),
    pytest.param(1000, 3 * 365, id="thousand_pumps_three_years", marks=pytest.mark.soak),
]


@pytest.fixture
def seed(request: pytest.FixtureRequest) -> int:
    """Printed, so that a story that fails can be told again."""
    chosen = int(request.config.getoption("--seed"))
    print(f"seed {chosen}: ./run soak --seed {chosen}")
    return chosen


@pytest.mark.parametrize(("pumps", "days"), SIZES)
class TestStaff:
    def test_who_do_nothing_were_all_told_before_a_pump_is_empty(
        self, sqlite_databases: SqliteDatabases, seed: int, pumps: int, days: int
    ) -> None:
        with a_world(sqlite_databases, seed=seed, pumps=pumps, days=days) as world:
            world.take_in(pumps, is_late=True)
            # By then no drug keeps any longer, and every pump has stood on each list.
            world.pass_until(world.at(BEGINS + timedelta(days=max(days, 200)), 18))
            assert violations(world) == []
            assert untold(world) == []

    @pytest.mark.slow
    def test_who_work_let_no_pump_run_dry(
        self, sqlite_databases: SqliteDatabases, seed: int, pumps: int, days: int
    ) -> None:
        with a_world(sqlite_databases, seed=seed, pumps=pumps, days=days) as world:
            _work(world, days)
            found = causes(world)
            print(f"escalations by cause: {dict(found)}")
            assert [cause for cause in found if cause.endswith("no cause")] == []


def _work(world: World, days: int) -> None:
    staff = AtWork(world)
    friday = world.at(BEGINS + timedelta(days=4), 18)
    while world.clinic.calendar.today(friday) < BEGINS + timedelta(days=days):
        staff.work_until(friday)
        world.tick()
        assert empty_pumps(world) == []
        if (world.today - BEGINS) % MONTH < WEEK:
            assert violations(world) == []
        friday = world.at(world.today + WEEK, 18)
    assert violations(world) == []
