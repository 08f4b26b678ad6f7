"""``chromium``: one browser for all browser tests; each test opens windows of its own in it.

``world``, ``checklist`` and ``address`` are what most of them look at.
"""

from collections.abc import Iterator
from pathlib import Path

import pytest
from playwright.sync_api import Browser

from tests.factories.listed import Listed
from tests.support import browser
from tests.support.fixed import FixedClock, SeededIds
from tests.support.web import WebWorld, lent_world
from tracker.persistence.database import Database

FOLDER = Path(__file__).parent
LONGEST = FOLDER / "test_journey.py"


@pytest.fixture(scope="session")
def chromium() -> Iterator[Browser]:
    """The system's Chromium."""
    with browser.chromium() as started:
        yield started


@pytest.fixture
def world(sqlite_database: Database, clock: FixedClock, ids: SeededIds) -> Iterator[WebWorld]:
    """The application on an empty clinic, with one person for every role."""
    with lent_world(sqlite_database, clock, ids) as world:
        yield world


@pytest.fixture
def checklist(world: WebWorld) -> str:
    """The path of the checklist of a patient who has arrived for the trial."""
    with world.database.writing() as session:
        listed = Listed(session, world.clinic_id, world.clock.now(), world.ids)
        case = listed.case(listed.patient("Okafor", "James"), "trial_day")
        listed.visit(case, "trial", hours=0, state="arrived")
        return f"/day/visits/{case.public_id}/20"


@pytest.fixture
def address(world: WebWorld) -> Iterator[str]:
    """Where the application is served."""
    with browser.served(world.app) as address:
        yield address


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """Whatever lies in this folder needs the browser, whether or not its author remembered to say so.

    The longest comes first: begun last, it would have all other workers wait for it.
    """
    for item in items:
        if item.path.is_relative_to(FOLDER):
            item.add_marker(pytest.mark.browser)
    items.sort(key=lambda item: item.path != LONGEST)
