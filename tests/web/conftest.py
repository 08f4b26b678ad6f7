"""``world``: the application on an empty clinic, with one person for every role."""

from collections.abc import Iterator

import pytest

from tests.support.day import Today
from tests.support.fixed import FixedClock, SeededIds
from tests.support.web import WebWorld, lent_world
from tracker.persistence.database import Database


@pytest.fixture
def world(sqlite_database: Database, clock: FixedClock, ids: SeededIds) -> Iterator[WebWorld]:
    """Pages are tested on SQLite; what differs between the engines is tested in tests/database and tests/queries."""
    with lent_world(sqlite_database, clock, ids) as world:
        yield world


@pytest.fixture
def today(world: WebWorld) -> Today:
    """Visits of today."""
    return Today(world)
