"""What one test leaves in a database, the next must not find."""

from collections.abc import Callable, Iterator
from contextlib import closing
from pathlib import Path

import pytest
from sqlalchemy import event, text
from sqlalchemy.exc import IntegrityError

from tests.factories.facts import HAPPENED, WRITTEN
from tests.factories.rows import a_clinic
from tests.support.databases import RULES, PostgresqlDatabases, SqliteDatabases
from tracker.persistence.chain import append_event
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
def on_sqlite(tmp_path_factory: pytest.TempPathFactory) -> Iterator[SqliteDatabases]:
    """Databases apart from those of other tests."""
    with closing(SqliteDatabases(tmp_path_factory.mktemp("isolation"))) as databases:
        yield databases


@pytest.fixture(scope="module")
def on_postgresql(postgresql_server: str, worker_id: str) -> Iterator[PostgresqlDatabases]:
    """The same on the server."""
    with closing(PostgresqlDatabases(postgresql_server, f"isolation_{worker_id}")) as databases:
        yield databases


def opened(databases: SqliteDatabases, leave: Callable[[Database], object]) -> Database:
    """What is handed out, after somebody left something in it."""
    with databases.fresh() as database:
        leave(database)
    return database


def test_an_emptied_sqlite_file_is_used_again_with_its_connections(on_sqlite: SqliteDatabases) -> None:
    connections = []
    for _ in range(2):
        with on_sqlite.fresh() as database:
            assert rows(database) == 0
            add_a_row(database)
            with database.write.connect() as connection:
                connections.append(connection.connection.dbapi_connection)
    assert connections[0] is connections[1]


def test_history_is_gone_although_nothing_deletes_it(on_sqlite: SqliteDatabases) -> None:
    for _ in range(2):
        with on_sqlite.fresh() as database:
            with database.writing() as session:
                append_event(
                    session, clinic_id=a_clinic(session).id, case_id=None, case_version=None, kind="noted", body={},
                    actor_id=None, effective_at=HAPPENED, recorded_at=WRITTEN,
                )  # fmt: skip
            with pytest.raises(IntegrityError, match="events cannot be changed"), database.writing() as session:
                session.execute(text("DELETE FROM events"))


@pytest.mark.parametrize(
    "leave",
    [
        lambda database: event.listen(database.read, "before_cursor_execute", lambda *_args: None),
        lambda database: setattr(database, "reading", None),
        lambda database: setattr(database, "write", database.read),
    ],
)
def test_nobody_gets_what_opens_sqlite_with_a_change(
    on_sqlite: SqliteDatabases, leave: Callable[[Database], object]
) -> None:
    untouched = opened(on_sqlite, add_a_row)
    assert opened(on_sqlite, leave) is untouched
    assert opened(on_sqlite, add_a_row) is not untouched


def say(statement: str) -> Callable[[Database], None]:
    """Send a statement outside of a transaction, by a connection that goes back to its pool."""

    def leave(database: Database) -> None:
        with database.write.connect() as connection:
            connection.connection.dbapi_connection.executescript(statement)

    return leave


def replace_file(database: Database) -> None:
    """Put another file in the place of the one that is open."""
    path = Path(str(database.url.database))
    path.unlink()
    path.touch()


def everything_about(database: Database) -> list[object]:
    """What a test finds."""
    path = Path(str(database.url.database))
    newly_opened = Database(f"sqlite:///{path}")
    found: list[object] = [rows(newly_opened), rows(database)]
    newly_opened.dispose()
    with database.write.connect() as connection:
        looks = ("SELECT sql FROM sqlite_master", "SELECT * FROM sqlite_stat1", *RULES)
        found += [connection.exec_driver_sql(look).all() for look in looks]
    return [*found, sorted(each.name for each in path.parent.iterdir())]


@pytest.mark.parametrize(
    "leave",
    [
        say("DROP TRIGGER events_not_deleted"),
        say("CREATE TABLE more (id integer)"),
        say("ANALYZE"),
        say("PRAGMA foreign_keys=OFF"),
        say("PRAGMA ignore_check_constraints=ON"),
        replace_file,
        lambda database: Path(f"{database.url.database}.copy").write_text(""),
        lambda database: database.dispose(),
    ],
)
def test_a_sqlite_file_that_was_changed_is_made_again(
    on_sqlite: SqliteDatabases, leave: Callable[[Database], object]
) -> None:
    with on_sqlite.fresh() as database:
        before = everything_about(database)
        add_a_row(database)
        leave(database)
    with on_sqlite.fresh() as database:
        assert everything_about(database) == before


def test_a_transaction_that_was_left_open_holds_nobody_up(on_sqlite: SqliteDatabases) -> None:
    with on_sqlite.fresh() as database:
        left = database.write.connect()
        left.exec_driver_sql(ADD_A_ROW)
    with on_sqlite.fresh() as database:
        add_a_row(database)
    left.close()


def test_who_closes_a_sqlite_database_has_its_file_alone(on_sqlite: SqliteDatabases) -> None:
    with on_sqlite.fresh() as database:
        add_a_row(database)
        database.dispose()
        assert [each.name for each in Path(str(database.url.database)).parent.iterdir()] == ["tracker.db"]


def test_two_sqlite_files_at_a_time_are_two(on_sqlite: SqliteDatabases) -> None:
    with on_sqlite.fresh() as one, on_sqlite.fresh() as other:
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


def test_a_lock_that_a_postgresql_connection_was_left_with_is_given_back(on_postgresql: PostgresqlDatabases) -> None:
    with on_postgresql.fresh() as database, database.write.begin() as connection:
        first = database.url.database
        connection.execute(text("SELECT pg_advisory_lock(7)"))
    with on_postgresql.fresh() as database, database.note.begin() as connection:
        assert database.url.database == first
        assert connection.execute(text("SELECT pg_try_advisory_lock(7)")).scalar_one()
        connection.execute(text("SELECT pg_advisory_unlock(7)"))
