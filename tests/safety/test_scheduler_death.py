"""A dead scheduler is seen within three minutes: by whatever watches from outside, and by everybody on every page."""

from collections.abc import Iterator
from datetime import timedelta

import pytest

from tests.access.test_matrix import addresses
from tests.support.fixed import FixedClock, SeededIds
from tests.support.web import Browser, WebWorld, lent_world, make_world
from tracker.domain.words import Role
from tracker.persistence.database import Database
from tracker.queries.accounts import TICKING_JOBS
from tracker.services.heartbeats import beat

THREE_TICKS = timedelta(minutes=3)
SILENT = "The scheduler is silent"
#: Pages on the way in stand outside the frame, and must come up whatever else is broken.
SIGNING_IN = frozenset({"accounts.sign_in", "accounts.choose_clinic"})


@pytest.fixture
def world(sqlite_database: Database, clock: FixedClock, ids: SeededIds) -> Iterator[WebWorld]:
    """A clinic whose scheduler has just ticked."""
    with lent_world(sqlite_database, clock, ids) as world:
        tick(world, *TICKING_JOBS)
        yield world


#: What a page fetches for itself: no frame is around it.
PARTS = {"day.rows"}
#: What a browser keeps for hours, for where no network is: what it said of the scheduler would be of another time.
KEPT = {"day.offline"}


def tick(world: WebWorld, *names: str) -> None:
    """What these jobs do when they come to their end."""
    with world.database.writing() as session:
        for name in names:
            beat(session, name=name, at=world.clock.now())


def health(world: WebWorld) -> int:
    """What the machine that watches from outside is told."""
    return world.browser().get("/health").status_code


def pages(world: WebWorld, browser: Browser) -> dict[str, bool]:
    """Every page in the frame that can be opened without naming a record, and whether it warns."""
    found = {}
    for endpoint, method, path in addresses(world.app):
        if method == "GET" and "/" + "f" * 32 not in path and endpoint not in SIGNING_IN | PARTS | KEPT:
            answer = browser.get(path)
            if answer.status_code == 200 and answer.mimetype == "text/html":
                found[path] = SILENT in answer.get_data(as_text=True)
    return found


class TestAnOutsider:
    @pytest.mark.parametrize(("silence", "status"), [(timedelta(0), 200), (THREE_TICKS, 200)])
    def test_hears_that_all_is_well(self, world: WebWorld, silence: timedelta, status: int) -> None:
        world.clock.set(world.clock.now() + silence)
        assert health(world) == status

    def test_is_alarmed_after_three_ticks(self, world: WebWorld) -> None:
        world.clock.set(world.clock.now() + THREE_TICKS + timedelta(seconds=1))
        assert health(world) == 503

    @pytest.mark.parametrize("dead", TICKING_JOBS)
    def test_is_alarmed_by_one_dead_job_among_living_ones(self, world: WebWorld, dead: str) -> None:
        world.clock.advance(minutes=4)
        tick(world, *(set(TICKING_JOBS) - {dead}))
        assert health(world) == 503

    def test_is_alarmed_where_no_scheduler_ever_ran(
        self, sqlite_database: Database, clock: FixedClock, ids: SeededIds
    ) -> None:
        assert health(make_world(sqlite_database, clock, ids)) == 503

    def test_is_alarmed_by_beats_that_lie_ahead(self, world: WebWorld) -> None:
        """The clock was set back: until the old time comes again a dead scheduler would look alive."""
        world.clock.set(world.clock.now() - THREE_TICKS - timedelta(seconds=1))
        assert health(world) == 503

    def test_hears_that_it_ticks_again(self, world: WebWorld) -> None:
        world.clock.advance(hours=9)
        tick(world, *TICKING_JOBS)
        assert health(world) == 200


@pytest.mark.parametrize("role", [Role.COORDINATOR, Role.FRONT_DESK, Role.MANAGER, Role.ADMINISTRATOR])
class TestEverybody:
    def test_sees_it_on_every_page(self, world: WebWorld, role: Role) -> None:
        world.clock.set(world.clock.now() + THREE_TICKS + timedelta(seconds=1))
        found = pages(world, world.sign_in(role))
        assert len(found) > 1
        assert [path for path, warns in found.items() if not warns] == []

    def test_is_not_alarmed_for_nothing(self, world: WebWorld, role: Role) -> None:
        found = pages(world, world.sign_in(role))
        assert [path for path, warns in found.items() if warns] == []
