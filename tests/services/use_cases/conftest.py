"""``at``: one patient at a stage of the pathway, brought there by the services themselves."""

from collections.abc import Callable, Iterator

import pytest

from tests.conftest import NOW
from tests.support.databases import SqliteDatabases
from tests.support.journey import Journey
from tests.support.milestones import Milestones


@pytest.fixture(scope="session")
def milestones(_sqlite_databases: SqliteDatabases, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Milestones]:
    """The way of one patient, walked once."""
    folder = tmp_path_factory.mktemp("milestones")
    with _sqlite_databases.fresh(folder) as database:
        yield Milestones(database, folder, NOW)


@pytest.fixture
def at(milestones: Milestones) -> Callable[[str], Journey]:
    """Go to a stage, and on from there."""
    return lambda stage: milestones.at(stage)[1]
