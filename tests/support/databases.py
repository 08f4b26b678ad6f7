"""A migrated, empty database for each test, copied from one that was migrated once."""

import shutil
from collections.abc import Iterator
from contextlib import contextmanager
from itertools import count
from pathlib import Path

import psycopg
from psycopg import sql
from sqlalchemy.engine import URL, make_url

from tracker.persistence import models
from tracker.persistence.base import Base
from tracker.persistence.database import Database


class SqliteDatabases:
    """Copies of one migrated file."""

    def __init__(self, folder: Path) -> None:
        self._template = folder / "template.db"
        _migrate(f"sqlite:///{self._template}")

    @contextmanager
    def fresh(self, folder: Path) -> Iterator[Database]:
        """An empty database in ``folder``; closed afterwards."""
        path = folder / "tracker.db"
        shutil.copyfile(self._template, path)
        with _open(f"sqlite:///{path}") as database:
            yield database


class PostgresqlDatabases:
    """Databases made from one migrated template on the server at ``server_url``; ``name`` keeps workers apart."""

    def __init__(self, server_url: str, name: str) -> None:
        self._server = make_url(server_url).set(drivername="postgresql+psycopg")
        self._template = f"tracker_test_{name}"
        self._numbers = count(1)
        self._say("DROP DATABASE IF EXISTS {} WITH (FORCE)", self._template)
        self._say("CREATE DATABASE {}", self._template)
        _migrate(self._address(self._template))

    @contextmanager
    def fresh(self) -> Iterator[Database]:
        """An empty database; dropped afterwards."""
        name = f"{self._template}_{next(self._numbers)}"
        self._say("CREATE DATABASE {} TEMPLATE {}", name, self._template)
        try:
            with _open(self._address(name)) as database:
                yield database
        finally:
            self._say("DROP DATABASE IF EXISTS {} WITH (FORCE)", name)

    def close(self) -> None:
        """Leave nothing on a server that lives longer than the tests."""
        self._say("DROP DATABASE IF EXISTS {} WITH (FORCE)", self._template)

    def _address(self, name: str) -> str:
        return self._server.set(database=name).render_as_string(hide_password=False)

    def _say(self, statement: str, *names: str) -> None:
        dsn = self._libpq(self._server)
        with psycopg.connect(dsn, autocommit=True) as connection:
            connection.execute(sql.SQL(statement).format(*map(sql.Identifier, names)))

    @staticmethod
    def _libpq(url: URL) -> str:
        return url.set(drivername="postgresql").render_as_string(hide_password=False)


@contextmanager
def _open(url: str) -> Iterator[Database]:
    database = Database(url)
    try:
        yield database
    finally:
        database.dispose()


def _migrate(url: str) -> None:
    with _open(url) as database, database.migrating() as connection:
        assert models
        if not database.is_sqlite:
            connection.exec_driver_sql("CREATE EXTENSION IF NOT EXISTS btree_gist")
        Base.metadata.create_all(connection)
