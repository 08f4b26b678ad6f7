"""A migrated, empty database for each test, copied from one that was migrated once.

It is emptied and handed on from test to test, with what opens it, which has compiled the statements that the next test
sends too; unless a test has changed more about it than rows.
"""

import os
import shutil
import sqlite3
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from itertools import count
from pathlib import Path
from typing import LiteralString

import psycopg
from psycopg import sql
from psycopg.rows import TupleRow
from sqlalchemy import Engine, event
from sqlalchemy.engine import make_url
from sqlalchemy.events import ConnectionEvents
from sqlalchemy.exc import SQLAlchemyError
from sqlalchemy.pool import QueuePool

from tracker.persistence.database import Database, sqlite_module
from tracker.persistence.migrations import upgrade

#: What may be told of every statement; a test that listens is not heard by the next.
HOOKS = tuple(name for name in dir(ConnectionEvents) if not name.startswith(("_", "dispatch")))


#: The rows of each table.
Rows = Mapping[str, Sequence[tuple[object, ...]]]
#: What a SQLite connection keeps to, and a test may have put aside.
RULES = ("PRAGMA foreign_keys", "PRAGMA ignore_check_constraints", "PRAGMA query_only")


class SqliteFile:
    """A copy of the migrated file ``template`` in a folder of its own, whose rows can be read and exchanged.

    To open a connection takes SQLite as long as a page takes, since it reads the whole schema. So rows are exchanged
    while connections stay open; only what is no more as it was made is made again.
    """

    def __init__(self, template: Path, path: Path) -> None:
        self._template, self._path = template, path
        self.database = Database(f"sqlite:///{path}")
        # Who closes the connections may want the file alone, to copy or replace it.
        event.listen(self.database.write, "engine_disposed", lambda _engine: self._rows.close())
        self._opened = _state(self.database)
        self._make()

    def rows(self) -> Rows:
        """What is stored."""
        return {table: self._rows.execute(f'SELECT * FROM "{table}"').fetchall() for table in self._tables}

    def put(self, rows: Rows) -> None:
        """Store exactly this."""
        if not self._is_as_made():
            self.remove()
            self._make()
        self._rows.execute("BEGIN IMMEDIATE")
        for table in self._tables:
            self._rows.execute(f'DELETE FROM "{table}"')
        for table, values in rows.items():
            if values:
                places = ", ".join("?" * len(values[0]))
                self._rows.executemany(f'INSERT INTO "{table}" VALUES ({places})', values)
        self._rows.execute("COMMIT")

    def tamper(self, *statements: str) -> None:
        """Change rows as an outsider would: no trigger, no check and no reference is in the way."""
        for statement in statements:
            self._rows.execute(statement)

    def is_opened_as_before(self) -> bool:
        """Whether ``database`` can be handed on: nobody changed it, or listens."""
        return _state(self.database) == self._opened

    def remove(self) -> None:
        """Close every connection and delete the file."""
        self._rows.close()
        self.database.dispose()
        shutil.rmtree(self._path.parent)

    def _make(self) -> None:
        self._path.parent.mkdir()
        shutil.copyfile(self._template, self._path)
        # Two for each table, and some; to compile them anew takes longer than to run them.
        self._rows = sqlite_module().connect(str(self._path), isolation_level=None, cached_statements=1000)
        self._rows.executescript("PRAGMA synchronous=OFF; PRAGMA foreign_keys=OFF; PRAGMA ignore_check_constraints=ON")
        named = "SELECT name FROM sqlite_master WHERE type = 'table' AND name NOT LIKE 'sqlite_%'"
        self._tables = [name for (name,) in self._rows.execute(named)]
        # Past the guards: nothing that a trigger would do is done.
        self._rows.set_authorizer(lambda *asked: sqlite3.SQLITE_IGNORE if asked[-1] else sqlite3.SQLITE_OK)
        self._made = self._shape()

    def _is_as_made(self) -> bool:
        try:
            return self._shape() == self._made and all(map(self._is_idle, _engines(self.database)))
        except sqlite_module().ProgrammingError:  # the connection is closed, with all the others
            return False

    def _shape(self) -> list[object]:
        """What a test may have changed beside rows: the schema, what the planner knows, the files."""
        looks = ("PRAGMA schema_version", "SELECT * FROM sqlite_stat1")
        files = sorted((entry.name, entry.inode()) for entry in os.scandir(self._path.parent))
        return [*(self._rows.execute(look).fetchall() for look in looks), files]

    def _is_idle(self, engine: Engine) -> bool:
        """Whether nobody holds a connection, and those in the pool keep to the rules."""
        pool = engine.pool
        assert isinstance(pool, QueuePool)
        pooled = [engine.raw_connection() for _ in range(pool.checkedin())]
        kept = {tuple(each.dbapi_connection.execute(rule).fetchone()[0] for rule in RULES) for each in pooled}
        for each in pooled:
            each.close()
        return pool.checkedout() == 0 and kept <= {(1, 0, int(engine is self.database.read))}


class SqliteDatabases:
    """Empty files, made from one that was migrated once, each in a folder of its own below ``folder``."""

    def __init__(self, folder: Path) -> None:
        self._folder, self._template = folder, folder / "template.db"
        self._numbers = count(1)
        _migrate(f"sqlite:///{self._template}")
        self._spare = [self._new()]
        self._empty = self._spare[0].rows()

    @contextmanager
    def fresh(self) -> Iterator[Database]:
        """An empty database."""
        with self.lent() as file:
            yield file.database

    @contextmanager
    def lent(self) -> Iterator[SqliteFile]:
        """The same, for who wants to exchange the rows."""
        file = self._spare.pop() if self._spare else self._new()
        file.put(self._empty)
        try:
            yield file
        finally:
            if file.is_opened_as_before():
                self._spare.append(file)
            else:
                file.remove()

    def close(self) -> None:
        """Close every connection, and delete the files."""
        for file in self._spare:
            file.remove()

    def _new(self) -> SqliteFile:
        return SqliteFile(self._template, self._folder / str(next(self._numbers)) / "tracker.db")


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
        self._keepers: dict[str, psycopg.Connection[TupleRow]] = {}
        self._drop(self._template)
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
            if not _is_at_rest(database):
                database.dispose()
            if self._is_like_new(name) and _state(database) == before:
                self._spare = database
            else:
                database.dispose()
                self._drop(name)

    def close(self) -> None:
        """Leave nothing on a server that lives longer than the tests."""
        if self._spare:
            self._spare.dispose()
        for name in (self._spare and self._spare.url.database, self._template):
            if name:
                self._drop(name)

    def _new(self) -> Database:
        name = f"{self._template}_{next(self._numbers)}"
        self._say("CREATE DATABASE {} TEMPLATE {}", name, self._template)
        return Database(self._address(name))

    def _is_like_new(self, name: str) -> bool:
        """Empty it; whatever is in the way (a left transaction, a missing table, too few rights) makes a new one.

        By a connection that is kept: a new one reads the catalogue of all tables first, which takes most of the time.
        """
        try:
            keeper = self._keepers.get(name) or self._keepers.setdefault(name, self._connect(name))
            keeper.execute(self._emptying)
            return keeper.execute(SHAPE).fetchone() == self._shape
        except psycopg.Error:
            return False

    def _drop(self, name: str) -> None:
        if keeper := self._keepers.pop(name, None):
            keeper.close()
        self._say("DROP DATABASE IF EXISTS {} WITH (FORCE)", name)

    def _say(self, statement: LiteralString, *names: str) -> None:
        with self._connect(self._server.database) as connection:
            connection.execute(sql.SQL(statement).format(*map(sql.Identifier, names)))

    def _connect(self, name: str | None) -> psycopg.Connection[TupleRow]:
        address = self._server.set(drivername="postgresql", database=name)
        return psycopg.connect(address.render_as_string(hide_password=False), autocommit=True)

    def _address(self, name: str) -> str:
        return self._server.set(database=name).render_as_string(hide_password=False)


def _is_at_rest(database: Database) -> bool:
    """Whether nobody holds a connection of ``database``, and each that waits in a pool holds no lock any more.

    To open one again takes longer than most tests.
    """
    try:
        for engine in _engines(database):
            pool = engine.pool
            assert isinstance(pool, QueuePool)
            if pool.checkedout():
                return False
            waiting = [engine.raw_connection() for _ in range(pool.checkedin())]
            for connection in waiting:
                connection.cursor().execute("SELECT pg_advisory_unlock_all()")
                connection.close()
    except (SQLAlchemyError, psycopg.Error):
        return False
    return True


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
    heard = [[len(getattr(engine.dispatch, hook)) for hook in HOOKS] for engine in _engines(database)]
    return dict(vars(database)), heard


def _engines(database: Database) -> list[Engine]:
    return [part for part in vars(database).values() if isinstance(part, Engine)]


def _migrate(url: str) -> None:
    database = Database(url)
    try:
        upgrade(database)
    finally:
        database.dispose()
