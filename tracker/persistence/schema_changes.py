"""What migrations do more than once: laying the guards of a new table, and adding words to a vocabulary."""

import re
from collections.abc import Callable, Iterable, Mapping

import sqlalchemy as sa

from tracker.persistence.base import quoted


def close_vocabulary(connection: sa.Connection, table: str, column: str, words: Iterable[str]) -> None:
    """Let ``column`` hold these words and no others.

    PostgreSQL changes the constraint in place. SQLite cannot; copying the table would drop its triggers, so the text of
    the constraint is changed where SQLite keeps it. That is the way its documentation gives for changes that leave what
    is stored as it is (sqlite.org, "Making Other Kinds Of Table Schema Changes").

    :raises LookupError: if the column has no vocabulary yet
    """
    name, allowed = f"ck_{table}_{column}", quoted(sorted(words))
    if connection.dialect.name == "postgresql":
        connection.exec_driver_sql(f"ALTER TABLE {table} DROP CONSTRAINT {name}")
        connection.exec_driver_sql(f"ALTER TABLE {table} ADD CONSTRAINT {name} CHECK ({column} IN ({allowed}))")
        return
    old = re.compile(rf"CONSTRAINT {name} CHECK \({column} IN \([^)]*\)\)")
    _rewrite(connection, table, old, lambda _: f"CONSTRAINT {name} CHECK ({column} IN ({allowed}))")


def add_constraints(connection: sa.Connection, table: str, constraints: Mapping[str, str]) -> None:
    """Add constraints by their name, each written as a table's definition writes it. What is stored must satisfy them.

    On SQLite as ``close_vocabulary`` does: the text is changed where SQLite keeps it.
    """
    if connection.dialect.name == "postgresql":
        for name, text in constraints.items():
            connection.exec_driver_sql(f"ALTER TABLE {table} ADD CONSTRAINT {name} {text}")
        return
    written = "".join(f",\n\tCONSTRAINT {name} {text}" for name, text in constraints.items())
    _rewrite(connection, table, re.compile(r"\n\)(?=[^)]*$)"), lambda _: f"{written}\n)")


def drop_constraints(connection: sa.Connection, table: str, constraints: Mapping[str, str]) -> None:
    """Take away constraints of these names and texts."""
    for name, text in constraints.items():
        if connection.dialect.name == "postgresql":
            connection.exec_driver_sql(f"ALTER TABLE {table} DROP CONSTRAINT {name}")
        else:
            _rewrite(connection, table, re.compile(r", ?\n\t" + re.escape(f"CONSTRAINT {name} {text}")), lambda _: "")


def _rewrite(connection: sa.Connection, table: str, old: re.Pattern[str], new: Callable[[re.Match[str]], str]) -> None:
    """Change the text of a table's definition in one place, where SQLite keeps it.

    :raises LookupError: if it is not there exactly once
    """
    kept = connection.exec_driver_sql("SELECT sql FROM sqlite_schema WHERE type = 'table' AND name = ?", (table,))
    text, found = old.subn(new, kept.scalar_one())
    if found != 1:
        raise LookupError(f"{old.pattern} is not in the definition of {table}")
    version = connection.exec_driver_sql("PRAGMA schema_version").scalar_one()
    connection.exec_driver_sql("PRAGMA writable_schema = ON")
    connection.exec_driver_sql("UPDATE sqlite_schema SET sql = ? WHERE type = 'table' AND name = ?", (text, table))
    # Every other connection reads the schema again, and so does this one.
    connection.exec_driver_sql(f"PRAGMA schema_version = {version + 1}")
    connection.exec_driver_sql("PRAGMA writable_schema = RESET")


def guard_facts(connection: sa.Connection, table: str) -> None:
    """Let nobody delete a row of a new table of facts, or edit one but to supersede it, once."""
    if connection.dialect.name == "postgresql":
        for name, moment, function in (
            ("not_deleted", "DELETE", "refuse_change"),
            ("only_superseded", "UPDATE", "refuse_edit_of_fact"),
        ):
            connection.exec_driver_sql(
                f"CREATE TRIGGER {table}_{name} BEFORE {moment} ON {table} FOR EACH ROW EXECUTE FUNCTION {function}()"
            )
        return
    columns = (column["name"] for column in sa.inspect(connection).get_columns(table))
    edited = " OR ".join(f'NEW."{name}" IS NOT OLD."{name}"' for name in columns if name != "superseded_by")
    connection.exec_driver_sql(
        f"CREATE TRIGGER {table}_not_deleted BEFORE DELETE ON {table}"
        f" BEGIN SELECT RAISE(ABORT, '{table} cannot be changed'); END"
    )
    connection.exec_driver_sql(
        f"CREATE TRIGGER {table}_only_superseded BEFORE UPDATE ON {table}"
        f" WHEN OLD.superseded_by IS NOT NULL OR NEW.superseded_by IS NULL OR {edited}"
        f" BEGIN SELECT RAISE(ABORT, '{table} can only be superseded, once'); END"
    )


def guard_rows(connection: sa.Connection, table: str) -> None:
    """Let nobody change or delete a row of a new table."""
    for moment, name in (("DELETE", "not_deleted"), ("UPDATE", "not_changed")):
        refusal = (
            "FOR EACH ROW EXECUTE FUNCTION refuse_change()"
            if connection.dialect.name == "postgresql"
            else f"BEGIN SELECT RAISE(ABORT, '{table} cannot be changed'); END"
        )
        connection.exec_driver_sql(f"CREATE TRIGGER {table}_{name} BEFORE {moment} ON {table} {refusal}")
