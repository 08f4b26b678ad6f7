"""Puts rows into a database by the thousand: ``executemany`` on SQLite, ``COPY`` on PostgreSQL.

Every constraint, reference and trigger looks at each row, as it does when a use case writes it.
"""

from collections.abc import Sequence
from contextlib import closing

from sqlalchemy import Connection

from tracker.bench.templates import Row, columns_of
from tracker.persistence.database import Database

_CACHE_KB = 512 * 1024


def enlarge_cache(connection: Connection) -> None:
    """Keeps the indexes of gigabytes at hand while they are filled; a page needs but SQLite's own."""
    if connection.dialect.name == "sqlite":
        connection.exec_driver_sql(f"PRAGMA cache_size = {-_CACHE_KB}")


def write_rows(connection: Connection, table: str, rows: Sequence[Row]) -> None:
    """Inserts rows whose cells stand in the order of the table's columns, in the form in which SQLite stores them."""
    columns = ", ".join(f'"{name}"' for name in columns_of(table))
    cursor = connection.connection.cursor()
    try:
        if connection.dialect.name == "sqlite":
            marks = ", ".join("?" for _ in columns_of(table))
            cursor.executemany(f'INSERT INTO "{table}" ({columns}) VALUES ({marks})', rows)  # noqa: S608  # our own names
            return
        with cursor.copy(f'COPY "{table}" ({columns}) FROM STDIN') as copy:
            for row in rows:
                copy.write_row(row)
    finally:
        cursor.close()


def settle(database: Database) -> None:
    """Moves what was written from the log into the database, and waits for the disk before anything is measured."""
    if database.is_sqlite:
        with closing(database.write.raw_connection()) as connection, closing(connection.cursor()) as cursor:
            cursor.execute("PRAGMA wal_checkpoint(TRUNCATE)")
