"""What one test leaves in a database, the next must not find."""

from pathlib import Path

import pytest
from sqlalchemy import text

from tests.support.databases import PostgresqlDatabases, SqliteDatabases
from tracker.persistence.database import Database

ADD_A_ROW = "INSERT INTO deployment (name, value) VALUES ('left_behind', 'x')"
COUNT_ROWS = "SELECT count(*) FROM deployment WHERE name = 'left_behind'"


def add_a_row(database: Database) -> None:
    """Leave something behind."""
    with database.writing() as session:
        session.execute(text(ADD_A_ROW))


def rows(database: Database) -> int:
    """How much is left behind."""
    with database.reading() as session:
        return int(session.execute(text(COUNT_ROWS)).scalar_one())


@pytest.fixture(scope="module")
def on_postgresql(postgresql_server: str, worker_id: str) -> PostgresqlDatabases:
    """Databases apart from those of other tests."""
    return PostgresqlDatabases(postgresql_server, f"isolation_{worker_id}")


def test_each_sqlite_file_is_new(tmp_path: Path) -> None:
    databases = SqliteDatabases(tmp_path)
    for _ in range(2):
        with databases.fresh(tmp_path) as database:
            assert rows(database) == 0
            add_a_row(database)


def test_an_emptied_postgresql_database_is_used_again(on_postgresql: PostgresqlDatabases) -> None:
    with on_postgresql.fresh() as database:
        first = database.url.database
        add_a_row(database)
    with on_postgresql.fresh() as database:
        assert database.url.database == first
        assert rows(database) == 0


@pytest.mark.parametrize(
    "change",
    [
        "ALTER TABLE events DISABLE TRIGGER ALL",
        "DROP TABLE heartbeats",
        "CREATE TABLE more (id integer)",
        "UPDATE alembic_version SET version_num = '0001'",
    ],
)
def test_a_postgresql_database_that_was_changed_is_thrown_away(on_postgresql: PostgresqlDatabases, change: str) -> None:
    with on_postgresql.fresh() as database:
        changed = database.url.database
        with database.writing() as session:
            session.execute(text(change))
    with on_postgresql.fresh() as database:
        assert database.url.database != changed
        assert rows(database) == 0
