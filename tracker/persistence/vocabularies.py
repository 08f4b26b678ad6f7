"""Adding words to the closed vocabulary of a text column, for migrations.

PostgreSQL changes a constraint in place. SQLite cannot; copying the table would drop its triggers, so the text of the
constraint is changed where SQLite keeps it. That is the way its documentation gives for changes that leave what is
stored as it is (sqlite.org, "Making Other Kinds Of Table Schema Changes").
"""

import re
from collections.abc import Iterable

import sqlalchemy as sa

from tracker.persistence.base import quoted


def close_vocabulary(connection: sa.Connection, table: str, column: str, words: Iterable[str]) -> None:
    """Let ``column`` hold these words and no others.

    :raises LookupError: if the column has no vocabulary yet
    """
    name, allowed = f"ck_{table}_{column}", quoted(sorted(words))
    if connection.dialect.name == "postgresql":
        connection.exec_driver_sql(f"ALTER TABLE {table} DROP CONSTRAINT {name}")
        connection.exec_driver_sql(f"ALTER TABLE {table} ADD CONSTRAINT {name} CHECK ({column} IN ({allowed}))")
        return
    kept = connection.exec_driver_sql("SELECT sql FROM sqlite_schema WHERE type = 'table' AND name = ?", (table,))
    old = re.compile(rf"CONSTRAINT {name} CHECK \({column} IN \([^)]*\)\)")
    text, found = old.subn(f"CONSTRAINT {name} CHECK ({column} IN ({allowed}))", kept.scalar_one())
    if found != 1:
        raise LookupError(f"{table}.{column} has no vocabulary")
    version = connection.exec_driver_sql("PRAGMA schema_version").scalar_one()
    connection.exec_driver_sql("PRAGMA writable_schema = ON")
    connection.exec_driver_sql("UPDATE sqlite_schema SET sql = ? WHERE type = 'table' AND name = ?", (text, table))
    # Every other connection reads the schema again, and so does this one.
    connection.exec_driver_sql(f"PRAGMA schema_version = {version + 1}")
    connection.exec_driver_sql("PRAGMA writable_schema = RESET")
