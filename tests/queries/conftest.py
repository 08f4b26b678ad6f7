"""``listed``: an empty clinic to fill; ``viewer`` works there; ``elsewhere`` is another clinic."""

from collections.abc import Iterator

import pytest

from tests.factories.listed import Listed
from tests.factories.rows import a_clinic, a_member
from tests.support.fixed import FixedClock, SeededIds
from tracker.domain.access import Actor
from tracker.domain.words import Role
from tracker.persistence.database import Database

ZONE = "America/Denver"


@pytest.fixture
def viewer() -> Actor:
    """The coordinator of the first clinic."""
    return Actor(user_id=1001, clinic_id=1, roles=frozenset({Role.COORDINATOR}), name="User 1")


@pytest.fixture
def _session(database: Database) -> Iterator[object]:
    with database.writing() as session:
        for number in (1, 2):
            clinic = a_clinic(session, number, zone=ZONE)
            a_member(session, clinic, number)
        yield session


@pytest.fixture
def listed(_session, clock: FixedClock) -> Listed:
    """The viewer's clinic."""
    return Listed(_session, 1, clock.now())


@pytest.fixture
def elsewhere(_session, clock: FixedClock) -> Listed:
    """Another clinic, of which the viewer must see nothing."""
    return Listed(_session, 2, clock.now(), SeededIds(2))
