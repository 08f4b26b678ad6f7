"""A migrated, empty database for each test, copied from one that was migrated once.

What opens it is handed on from test to test, since it has compiled the statements that the next test sends too.
"""

import shutil
from collections.abc import Iterator
from contextlib import contextmanager
from itertools import count
from pathlib import Path
from typing import LiteralString

import psycopg
from psycopg import sql
from psycopg.rows import TupleRow
from sqlalchemy import Engine
from sqlalchemy.engine import make_url
from sqlalchemy.events import ConnectionEvents

from tracker.persistence.database import Database
from tracker.persistence.migrations import upgrade

#: What may be told of every statement; a test that listens is not heard by the next.
HOOKS = tuple(name for name in dir(ConnectionEvents) if not name.startswith(("_", "dispatch")))


class SqliteDatabases:
    """Copies of one migrated file, each in an empty folder of its own below ``folder``."""

    def __init__(self, folder: Path) -> None:
        self._folder, self._template = folder, folder / "template.db"
        self._numbers = count(1)
        self._spare: list[Database] = []
        _migrate(f"sqlite:///{self._template}")

    @contextmanager
    def fresh(self) -> Iterator[Database]:
        """An empty database; closed and gone afterwards."""
        database = self._spare.pop() if self._spare else self._new()
        before, path = _state(database), Path(str(database.url.database))
        path.parent.mkdir()
        try:
            shutil.copyfile(self._template, path)
            yield database
        finally:
            database.dispose()
            shutil.rmtree(path.parent)
            if _state(database) == before:
                self._spare.append(database)

    def _new(self) -> Database:
        return Database(f"sqlite:///{self._folder / str(next(self._numbers)) / 'tracker.db'}")


#: What a test may have changed beside rows, for example a guard that it took away to forge something.
SHAPE = """
    SELECT (SELECT max(version_num) FROM alembic_version),
           (SELECT count(*) FROM pg_trigger WHERE tgenabled <> 'D'),
           (SELECT count(*) FROM pg_constraint),
           (SELECT count(*) FROM pg_class)
"""


class PostgresqlDatabases:
    """Databases made from one migrated template on the server at ``server_url``; ``name`` keeps workers apart.

    Making one takes ten times as long as emptying one, so an emptied one is handed out again if it kept its shape.
    """

    def __init__(self, server_url: str, name: str) -> None:
        self._server = make_url(server_url).set(drivername="postgresql+psycopg")
        self._template = f"tracker_test_{name}"
        self._numbers = count(1)
        self._spare: Database | None = None
        self._say("DROP DATABASE IF EXISTS {} WITH (FORCE)", self._template)
        self._say("CREATE DATABASE {}", self._template)
        _migrate(self._address(self._template))
        with self._connect(self._template) as connection:
            self._shape = connection.execute(SHAPE).fetchone()
            self._emptying = _statement_that_empties(connection)

    @contextmanager
    def fresh(self) -> Iterator[Database]:
        """An empty database, of one caller at a time."""
        database, self._spare = self._spare or self._new(), None
        name, before = str(database.url.database), _state(database)
        try:
            yield database
        finally:
            database.dispose()
            if self._is_like_new(name) and _state(database) == before:
                self._spare = database
            else:
                self._say("DROP DATABASE IF EXISTS {} WITH (FORCE)", name)

    def close(self) -> None:
        """Leave nothing on a server that lives longer than the tests."""
        for name in (self._spare and self._spare.url.database, self._template):
            if name:
                self._say("DROP DATABASE IF EXISTS {} WITH (FORCE)", name)

    def _new(self) -> Database:
        name = f"{self._template}_{next(self._numbers)}"
        self._say("CREATE DATABASE {} TEMPLATE {}", name, self._template)
        return Database(self._address(name))

    def _is_like_new(self, name: str) -> bool:
        """Empty it; whatever is in the way (a left transaction, a missing table, too few rights) makes a new one."""
        try:
            with self._connect(name) as connection:
                connection.execute(self._emptying)
                return connection.execute(SHAPE).fetchone() == self._shape
        except psycopg.Error:
            return False

    def _say(self, statement: LiteralString, *names: str) -> None:
        with self._connect(self._server.database) as connection:
            connection.execute(sql.SQL(statement).format(*map(sql.Identifier, names)))

    def _connect(self, name: str | None) -> psycopg.Connection[TupleRow]:
        address = self._server.set(drivername="postgresql", database=name)
        return psycopg.connect(address.render_as_string(hide_password=False), autocommit=True)

    def _address(self, name: str) -> str:
        return self._server.set(database=name).render_as_string(hide_password=False)


def _statement_that_empties(connection: psycopg.Connection[TupleRow]) -> sql.Composed:
    """Deletes what tests wrote, past the triggers that forbid it, but not what the migrations wrote."""
    rows = connection.execute("SELECT tablename FROM pg_tables WHERE schemaname = 'public'").fetchall()
    tables = [sql.Identifier(str(row[0])) for row in rows]
    deleting = [
        sql.SQL("DELETE FROM {}").format(table)
        for table in tables
        if not connection.execute(sql.SQL("SELECT 1 FROM {} LIMIT 1").format(table)).fetchone()
    ]
    return sql.SQL("; ").join(
        [sql.SQL("SET lock_timeout = '2s'"), sql.SQL("SET session_replication_role = replica"), *deleting]
    )


def _state(database: Database) -> tuple[dict[str, object], list[list[int]]]:
    """What a test may have changed about whatever opens the database: its attributes, and who listens."""
    engines = [part for part in vars(database).values() if isinstance(part, Engine)]
    return dict(vars(database)), [[len(getattr(engine.dispatch, hook)) for hook in HOOKS] for engine in engines]


def _migrate(url: str) -> None:
    database = Database(url)
    try:
        upgrade(database)
    finally:
        database.dispose()
