"""``world``: the application on an empty clinic, with one person for every role."""

import pytest

from tests.support.fixed import FixedClock, SeededIds
from tests.support.web import WebWorld, make_world
from tracker.persistence.database import Database


@pytest.fixture
def world(sqlite_database: Database, clock: FixedClock, ids: SeededIds) -> WebWorld:
    """Pages are tested on SQLite; what differs between the engines is tested in tests/database and tests/queries."""
    return make_world(sqlite_database, clock, ids)
