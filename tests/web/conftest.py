"""``world``: the application on an empty clinic, with one person for every role."""

from collections.abc import Iterator

import pytest

from tests.support.fixed import FixedClock, SeededIds
from tests.support.web import WebWorld, lent_world, make_world
from tracker.persistence.database import Database


@pytest.fixture
def world(sqlite_database: Database, clock: FixedClock, ids: SeededIds) -> Iterator[WebWorld]:
    """Pages are tested on SQLite; what differs between the engines is tested in tests/database and tests/queries."""
    with lent_world(sqlite_database, clock, ids) as world:
        yield world


@pytest.fixture
def own_world(sqlite_database: Database, clock: FixedClock, ids: SeededIds) -> WebWorld:
    """The same on an application that nobody has asked anything, for tests that add pages to it."""
    return make_world(sqlite_database, clock, ids)
