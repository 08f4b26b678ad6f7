"""``clinic_at``: the application with one patient who has come as far as a stage."""

from collections.abc import Callable, Iterator

import pytest

from tests.conftest import NOW
from tests.support.databases import SqliteDatabases
from tests.support.journey import Journey
from tests.support.milestones import Milestones
from tests.support.web import WebWorld

ClinicAt = Callable[[str], tuple[WebWorld, Journey]]


@pytest.fixture(scope="session")
def way(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Milestones]:
    """The way of one patient, walked once."""
    folder = tmp_path_factory.mktemp("way")
    with SqliteDatabases(tmp_path_factory.mktemp("template")).fresh(folder) as database:
        yield Milestones(database, folder, NOW)


@pytest.fixture
def clinic_at(way: Milestones) -> ClinicAt:
    """Go to a stage: the application, and the patient's way to go on from there."""
    return way.at
