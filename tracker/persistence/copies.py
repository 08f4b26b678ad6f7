"""Whole copies of a database: made while it is in use, and put in its place again.

SQLite is copied with its own backup interface, which sees one state of the database whatever is written meanwhile;
a copied file could be torn. PostgreSQL is dumped and restored with its own tools.
"""

import shutil
import subprocess
from contextlib import closing
from pathlib import Path
from typing import Any

from sqlalchemy import URL, inspect, text

from tracker.persistence.database import Database, sqlite_module

#: Pages copied at once; between two such steps others may write.
STEP_PAGES = 1000


class CopyError(Exception):
    """A copy could not be made, is damaged, or cannot be put in place. The text says which."""


def copy_to(database: Database, path: Path, tools: Path | None = None) -> None:
    """Write a consistent copy of the database to a new file at ``path``.

    ``tools``: the folder of pg_dump, where it is not on the path.

    :raises CopyError: the copy could not be made, or is damaged
    """
    if path.exists():
        raise CopyError(f"{path} is there already.")
    if not path.absolute().parent.is_dir():
        raise CopyError(f"There is no folder {path.absolute().parent}.")
    unfinished = path.with_name(f"{path.name}.unfinished")
    remove_file(unfinished)
    try:
        if database.is_sqlite:
            _copy_sqlite(Path(str(database.url.database)), unfinished)
            check_file(unfinished)
        else:
            _run_tool("pg_dump", tools, database.url, "--format=custom", "--no-owner", f"--file={unfinished}")
        unfinished.replace(path)
    finally:
        remove_file(unfinished)


def check_file(path: Path) -> None:
    """Read every page of a copied SQLite database and follow every reference.

    :raises CopyError: it is not a database, or is damaged
    """
    try:
        with closing(_open_file(path)) as connection:
            said = [row[0] for row in connection.execute("PRAGMA integrity_check")]
            broken = connection.execute("PRAGMA foreign_key_check").fetchone()
    except sqlite_module().DatabaseError as error:
        raise CopyError(f"{path} is not a readable SQLite database: {error}") from error
    if said != ["ok"]:
        raise CopyError(f"{path} is damaged: {said[0]}")
    if broken is not None:
        raise CopyError(f"{path} is damaged: a row of {broken[0]} points nowhere")


def is_empty(database: Database) -> bool:
    """Whether there is nothing to lose in the database."""
    if database.is_sqlite and not Path(str(database.url.database)).exists():
        return True
    with database.read.connect() as connection:
        tables = inspect(connection).get_table_names()
        if "clinics" not in tables:
            return not tables
        return connection.execute(text("SELECT 1 FROM clinics LIMIT 1")).first() is None


def place_beside(database: Database, path: Path) -> Path:
    """Copy a SQLite copy beside the database it shall replace, and return where it is.

    :raises CopyError: the copy is damaged
    """
    check_file(path)
    beside = Path(f"{database.url.database}.restoring")
    remove_file(beside)
    _copy_sqlite(path, beside)
    return beside


def put_in_place(database: Database, beside: Path) -> Path | None:
    """Make ``beside`` the database. The one that was there is kept under another name, which is returned."""
    target = Path(str(database.url.database))
    kept: Path | None = None
    if target.exists():
        # Closing the last connection folds the log into the file.
        with closing(_open_file(target, writable=True)) as connection:
            connection.execute("PRAGMA wal_checkpoint(TRUNCATE)").fetchall()
        kept = target.with_name(f"{target.name}.replaced")
        remove_file(kept)
        target.replace(kept)
    remove_file(target)
    beside.replace(target)
    return kept


def remove_file(path: Path) -> None:
    """Remove a SQLite database with the files beside it."""
    for each in (path, Path(f"{path}-wal"), Path(f"{path}-shm"), Path(f"{path}-journal")):
        each.unlink(missing_ok=True)


def load_dump(database: Database, path: Path, tools: Path | None = None) -> None:
    """Put a PostgreSQL dump in the place of everything that is in the database, in one transaction.

    :raises CopyError: the dump cannot be read or loaded; the database is then as it was
    """
    options = ("--no-owner", "--exit-on-error", "--single-transaction", "--clean", "--if-exists")
    _run_tool("pg_restore", tools, database.url, *options, str(path))


def _copy_sqlite(source: Path, target: Path) -> None:
    with closing(_open_file(source)) as reading, closing(_open_file(target, writable=True)) as writing:
        reading.backup(writing, pages=STEP_PAGES)
        # One file that needs no other; whoever opens it as the database turns the log on again.
        writing.execute("PRAGMA journal_mode=DELETE").fetchall()


def _open_file(path: Path, *, writable: bool = False) -> Any:
    mode = "rwc" if writable else "ro"
    return sqlite_module().connect(f"{path.absolute().as_uri()}?mode={mode}", uri=True)


def _run_tool(name: str, tools: Path | None, url: URL, *options: str) -> None:
    program = shutil.which(name, path=str(tools) if tools else None)
    if program is None:
        raise CopyError(f"{name} was not found: install PostgreSQL's client tools, or say where they are.")
    address = url.set(drivername="postgresql", password=None).render_as_string(hide_password=False)
    # The password goes by the environment: arguments can be read by everybody on the machine.
    environment = {"PGPASSWORD": str(url.password)} if url.password else {}
    done = subprocess.run(  # noqa: S603  # the program is PostgreSQL's, the arguments are ours
        [program, f"--dbname={address}", *options], env=environment, capture_output=True, text=True, check=False
    )
    if done.returncode != 0:
        last = (done.stderr.strip().splitlines() or ["no reason given"])[-1]
        raise CopyError(f"{name} failed: {last}")
