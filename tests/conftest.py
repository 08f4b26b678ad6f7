"""Fixtures for every test: a clock and ids that stand still, and an empty migrated database on either engine.

``database`` runs a test twice, on SQLite and on PostgreSQL, and so does ``world``; ``sqlite_database`` once. What
PostgreSQL needs is started when the first test asks for it, so that domain tests never wait for a server.
"""

import gc
import os
from collections.abc import Iterator
from contextlib import closing
from datetime import UTC, datetime

import hypothesis
import pytest

from tests.support.databases import PostgresqlDatabases, SqliteDatabases
from tests.support.fixed import FixedClock, SeededIds
from tests.support.milestones import Milestones
from tests.support.postgres import postgres_server
from tests.support.web import WebWorld, lent_world
from tracker.persistence.database import Database

#: A Tuesday morning in every zone of the United States, and nowhere near a change of the clocks.
NOW = datetime(2026, 3, 17, 15, 0, tzinfo=UTC)

# Little is thrown away in circles, and each look for it walks over all that is kept, the trees of all sources too.
gc.set_threshold(50_000, 20, 20)

# How long an example takes says more about the machine than about the code.
hypothesis.settings.register_profile("tracker", deadline=None, print_blob=True)
# For a night: `./run soak`.
hypothesis.settings.register_profile(
    "long", parent=hypothesis.settings.get_profile("tracker"), max_examples=1000, stateful_step_count=60
)
# With `./run test fast`.
hypothesis.settings.register_profile("fast", parent=hypothesis.settings.get_profile("tracker"), max_examples=20)
# With `./run mutation`: a mutant is killed in every run or in none.
hypothesis.settings.register_profile(
    "mutation",
    parent=hypothesis.settings.get_profile("fast"),
    derandomize=True,
    database=None,
    suppress_health_check=list(hypothesis.HealthCheck),
)
hypothesis.settings.load_profile("tracker")


def pytest_addoption(parser: pytest.Parser) -> None:
    """What chance begins with, in the simulations."""
    parser.addoption("--seed", type=int, default=1, help="what chance begins with in tests/simulation")


@pytest.hookimpl(tryfirst=True)
def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """Mark as slow what is tried on PostgreSQL, mostly a second time: a fast run needs no server."""
    for item in items:
        parameters = getattr(item, "callspec", None)
        is_second = parameters is not None and parameters.params.get("engine_name") == "postgresql"
        if is_second or any("postgresql" in name for name in getattr(item, "fixturenames", ())):
            item.add_marker(pytest.mark.slow)


def pytest_collection_finish() -> None:
    """What is loaded by now stays until the end: the collector need not look at it again and again."""
    gc.collect()
    gc.freeze()


@pytest.fixture
def clock() -> FixedClock:
    """Stands at ``NOW`` until the test moves it."""
    return FixedClock(NOW)


@pytest.fixture
def ids() -> SeededIds:
    """The same ids in every run."""
    return SeededIds()


@pytest.fixture(params=["sqlite", "postgresql"])
def engine_name(request: pytest.FixtureRequest) -> str:
    """Which engine ``database`` uses; parametrized, so every test that asks for either runs on both."""
    return str(request.param)


@pytest.fixture
def database(engine_name: str, request: pytest.FixtureRequest) -> Database:
    """An empty, migrated database of this test's own, on each engine in turn."""
    chosen: Database = request.getfixturevalue(f"{engine_name}_database")
    return chosen


@pytest.fixture
def sqlite_database(sqlite_databases: SqliteDatabases) -> Iterator[Database]:
    """An empty, migrated SQLite file of this test's own, for tests that the engine does not matter to."""
    with sqlite_databases.fresh() as database:
        yield database


@pytest.fixture
def postgresql_database(_postgresql_databases: PostgresqlDatabases) -> Iterator[Database]:
    """An empty, migrated PostgreSQL database of this test's own."""
    with _postgresql_databases.fresh() as database:
        yield database


@pytest.fixture
def world(database: Database, clock: FixedClock, ids: SeededIds) -> Iterator[WebWorld]:
    """The application on an empty clinic, with one person for every role, on each engine in turn."""
    with lent_world(database, clock, ids) as world:
        yield world


@pytest.fixture(scope="session")
def postgresql_server() -> Iterator[str]:
    """The URL of a server for tests, started if there is none."""
    with postgres_server() as url:
        yield url


@pytest.fixture(scope="session")
def sqlite_databases(tmp_path_factory: pytest.TempPathFactory) -> Iterator[SqliteDatabases]:
    """For tests that need several, or one for longer than a test."""
    with closing(SqliteDatabases(tmp_path_factory.mktemp("sqlite"))) as databases:
        yield databases


@pytest.fixture(scope="session")
def milestones(sqlite_databases: SqliteDatabases) -> Iterator[Milestones]:
    """The way of one patient, walked once for every test that begins somewhere on it."""
    with sqlite_databases.lent() as file:
        yield Milestones(file, NOW)


@pytest.fixture(scope="session")
def _postgresql_databases(postgresql_server: str, worker_id: str) -> Iterator[PostgresqlDatabases]:
    # Two runs may share one server, and each has workers.
    databases = PostgresqlDatabases(postgresql_server, f"{os.getpid()}_{worker_id}")
    yield databases
    databases.close()
