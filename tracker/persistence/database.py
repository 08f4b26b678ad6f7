"""The database: one engine that only reads, one that writes, the same on SQLite and on PostgreSQL.

SQLite has one writer. A transaction that reads first and writes later fails at once when somebody wrote in between,
whatever the busy timeout; so every write transaction takes the write lock with its first statement (BEGIN IMMEDIATE),
and readers can never become writers (query_only).

WAL is used only from SQLite 3.51.3 on: earlier versions can corrupt a database when two connections write and
checkpoint at the same time (the WAL-reset bug, https://sqlite.org/wal.html#walresetbug).

What is written is on the disk when its transaction ends. Only who looked at what, and what a browser was told, is
handed to the operating system and reaches the disk with the next such transaction, at the latest with the scheduler's
next beat: a failure of the power can lose some seconds of it, a failure of the program nothing.
"""

import importlib
import importlib.util
from collections.abc import Iterator
from contextlib import closing, contextmanager
from threading import Event
from time import monotonic
from types import ModuleType
from typing import Any

from psycopg.pq import TransactionStatus
from sqlalchemy import URL, Connection, Engine, create_engine, event, make_url
from sqlalchemy.exc import OperationalError
from sqlalchemy.orm import Session, sessionmaker

#: How long a write waits for another before it fails, in milliseconds.
WAIT_MS = 5000
#: How often it asks again, in milliseconds. SQLite's own waiting asks ever more rarely, in the end ten times a second:
#: among several who write one after another it may never be served.
ASK_AGAIN_MS = 3
FIRST_SAFE_WAL = (3, 51, 3)


def sqlite_module() -> ModuleType:
    """The newest SQLite at hand: pysqlite3 carries its own, the interpreter's comes from the system."""
    bundled = importlib.util.find_spec("pysqlite3")
    return importlib.import_module("pysqlite3.dbapi2" if bundled else "sqlite3")


def journal_pragmas(version: tuple[int, ...]) -> tuple[str, str]:
    """How a SQLite of ``version`` writes without risk to the database."""
    if version >= FIRST_SAFE_WAL:
        return "PRAGMA journal_mode=WAL", "PRAGMA synchronous=FULL"
    return "PRAGMA journal_mode=TRUNCATE", "PRAGMA synchronous=EXTRA"


class Database:
    """Opens sessions on the database at ``url``: ``sqlite:////path/file.db`` or ``postgresql+psycopg://…``.

    Raises ``ValueError`` for any other engine, and for SQLite without a file: two engines cannot share its memory.
    """

    def __init__(self, url: str) -> None:
        self.url: URL = make_url(url)
        self.read: Engine
        self.write: Engine
        self.note: Engine
        if self.url.drivername == "sqlite" and self.url.database not in (None, "", ":memory:"):
            self.read, self.write = _sqlite_engine(self.url, reads=True), _sqlite_engine(self.url, reads=False)
            self.note = _sqlite_engine(self.url, reads=False, is_synced=False)
        elif self.url.drivername == "postgresql+psycopg":
            self.read, self.write = _postgresql_engine(self.url, reads=True), _postgresql_engine(self.url, reads=False)
            self.note = _postgresql_notes(self.url)
        else:
            raise ValueError(f"cannot use a database of the kind {self.url.drivername}")
        self._reading = sessionmaker(self.read, autoflush=False, expire_on_commit=False)
        self._writing = sessionmaker(self.write, autoflush=False, expire_on_commit=False)

    @property
    def is_sqlite(self) -> bool:
        """Whether there is but one writer."""
        return self.url.drivername == "sqlite"

    @contextmanager
    def reading(self) -> Iterator[Session]:
        """A session that sees one state of the database and cannot change it."""
        with self._reading() as session:
            yield session

    @contextmanager
    def writing(self) -> Iterator[Session]:
        """A session whose work is committed at the end, all of it, or rolled back when anything is raised."""
        with self._writing.begin() as session:
            yield session

    @contextmanager
    def noting(self) -> Iterator[Connection]:
        """For one statement that says who looked at what, or what a browser was told: it does not wait for the disk."""
        with self.note.begin() as connection:
            yield connection

    @contextmanager
    def migrating(self) -> Iterator[Connection]:
        """One transaction that may rebuild tables, alone in the database.

        SQLite alters a table by copying it, which its foreign keys would forbid; they are checked before the commit.
        Raises ``RuntimeError`` when a reference then points nowhere.
        """
        engine = _sqlite_engine(self.url, reads=False, foreign_keys=False) if self.is_sqlite else self.write
        try:
            with engine.begin() as connection:
                if not self.is_sqlite:
                    connection.exec_driver_sql("SELECT pg_advisory_xact_lock(hashtext('tracker.migrations'))")
                yield connection
                if self.is_sqlite and connection.exec_driver_sql("PRAGMA foreign_key_check").first():
                    raise RuntimeError("the migration left references that point nowhere")
        finally:
            if self.is_sqlite:
                engine.dispose()

    def learn_sizes(self) -> None:
        """Lets the planner know how large the tables have become: without, SQLite may read a whole clinic where it
        needs one case. PostgreSQL finds out by itself, but not in time after a bulk load. Cheap where little changed.
        """
        if not self.is_sqlite:
            with self.write.begin() as connection:
                connection.exec_driver_sql("ANALYZE")
            return
        # Not in a transaction of ours: so each table is a short one, and other writers come in between.
        with closing(self.write.raw_connection()) as plain, closing(plain.cursor()) as cursor:
            cursor.execute("PRAGMA optimize(0x10002)")

    def dispose(self) -> None:
        """Closes every pooled connection."""
        self.read.dispose()
        self.write.dispose()
        self.note.dispose()


def _sqlite_engine(url: URL, *, reads: bool, foreign_keys: bool = True, is_synced: bool = True) -> Engine:
    module = sqlite_module()
    engine = create_engine(url, module=module, connect_args={"isolation_level": None})
    journal, synchronous = journal_pragmas(module.sqlite_version_info)
    # With write-ahead logging nothing can be damaged by this; without, it could.
    if not is_synced and journal.endswith("WAL"):
        synchronous = "PRAGMA synchronous=NORMAL"
    pragmas = [f"PRAGMA busy_timeout={WAIT_MS}", journal, synchronous]
    pragmas.append(f"PRAGMA foreign_keys={'ON' if foreign_keys else 'OFF'}")
    if reads:
        # In kilobytes: what the lists of a large clinic are read from again and again.
        pragmas.append("PRAGMA cache_size=-8192")
    pragmas.append(f"PRAGMA query_only={'ON' if reads else 'OFF'}")

    @event.listens_for(engine, "connect")
    def prepare(connection: Any, _record: object) -> None:
        for pragma in pragmas:
            connection.execute(pragma).close()

    @event.listens_for(engine, "begin")
    def start(connection: Connection) -> None:
        if reads:
            connection.exec_driver_sql("BEGIN")
        else:
            _take_the_pen(connection)

    return engine


def _take_the_pen(connection: Connection) -> None:
    """Begin a transaction as the one who writes.

    :raises OperationalError: when somebody else wrote for as long as a write may wait
    """
    plain: Any = connection.connection.dbapi_connection
    until, never = monotonic() + WAIT_MS / 1000, Event()
    plain.execute("PRAGMA busy_timeout=0").close()
    while True:
        try:
            connection.exec_driver_sql("BEGIN IMMEDIATE")
        except OperationalError:
            if monotonic() >= until:
                raise
            never.wait(ASK_AGAIN_MS / 1000)
        else:
            break
    plain.execute(f"PRAGMA busy_timeout={WAIT_MS}").close()


def _postgresql_engine(url: URL, *, reads: bool) -> Engine:
    if reads:
        # One snapshot for all statements of a page, as on SQLite.
        engine = create_engine(
            url,
            pool_pre_ping=True,
            isolation_level="REPEATABLE READ",
            execution_options={"postgresql_readonly": True},
        )
        event.listen(engine, "rollback", _keep_what_is_prepared)
    else:
        engine = create_engine(url, pool_pre_ping=True)
    # Planning a page's statements anew for their values takes longer than answering them (docs/adr/0016).
    return _prepared(engine, f"SET lock_timeout = {WAIT_MS}; SET plan_cache_mode = force_generic_plan")


def _keep_what_is_prepared(connection: Connection) -> None:
    """End a reading by a commit: rolled back, psycopg forgets the statements that it has prepared, and the server plans
    every page anew. What failed is rolled back as usual."""
    if connection.invalidated:
        return
    plain: Any = connection.connection.dbapi_connection
    if plain.info.transaction_status == TransactionStatus.INTRANS:
        plain.commit()


def _postgresql_notes(url: URL) -> Engine:
    # Each statement is a transaction: it goes to the server and back once, with a transaction around it four times.
    engine = create_engine(url, pool_pre_ping=True, isolation_level="AUTOCOMMIT")
    return _prepared(engine, f"SET lock_timeout = {WAIT_MS}; SET synchronous_commit = off")


def _prepared(engine: Engine, settings: str) -> Engine:
    """The engine, with these settings on each of its connections."""

    @event.listens_for(engine, "connect")
    def prepare(connection: Any, _record: object) -> None:
        connection.execute(settings)
        connection.commit()

    return engine
