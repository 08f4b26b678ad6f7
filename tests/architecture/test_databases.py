"""What one test leaves in a database, the next must not find."""

from collections.abc import Callable
from pathlib import Path

import pytest
from sqlalchemy import event, text

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
        with databases.fresh() as database:
            assert rows(database) == 0
            add_a_row(database)


def opened(databases: SqliteDatabases, leave: Callable[[Database], object]) -> Database:
    """What is handed out, after somebody left something in it."""
    with databases.fresh() as database:
        leave(database)
    return database


@pytest.mark.parametrize(
    "leave",
    [
        lambda database: event.listen(database.read, "before_cursor_execute", lambda *_args: None),
        lambda database: setattr(database, "reading", None),
        lambda database: setattr(database, "write", database.read),
    ],
)
def test_nobody_gets_what_opens_sqlite_with_a_change(tmp_path: Path, leave: Callable[[Database], object]) -> None:
    databases = SqliteDatabases(tmp_path)
    untouched = opened(databases, add_a_row)
    assert opened(databases, leave) is untouched
    assert opened(databases, add_a_row) is not untouched


def test_two_sqlite_files_at_a_time_are_two(tmp_path: Path) -> None:
    databases = SqliteDatabases(tmp_path)
    with databases.fresh() as one, databases.fresh() as other:
        add_a_row(one)
        assert rows(other) == 0


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
