"""Brings a database to the schema of this version of the code, and says which version it has.

Alembic is driven from here, without an ini file: the database is the one the program already uses, and a migration
runs in one transaction on both engines, so that it happens wholly or not at all, however many processes start at once.
"""

from pathlib import Path

from alembic import command
from alembic.config import Config
from alembic.runtime.migration import MigrationContext
from alembic.script import ScriptDirectory
from sqlalchemy import Connection

from tracker.persistence.database import Database

FOLDER = Path(__file__).resolve().parents[2] / "migrations"


def upgrade(database: Database, revision: str = "head") -> None:
    """Applies every migration up to ``revision`` that is not yet applied."""
    with database.migrating() as connection:
        command.upgrade(_config(connection), revision)
    # A new index is not known to the planner as long as nobody has counted what it holds.
    database.learn_sizes()


def downgrade(database: Database, revision: str) -> None:
    """Takes migrations back, down to ``revision``; ``base`` leaves nothing. What the tables held is gone."""
    with database.migrating() as connection:
        command.downgrade(_config(connection), revision)


def draft(database: Database, message: str, revision: str) -> None:
    """Writes a new migration file from the difference between the models and an up-to-date database."""
    with database.migrating() as connection:
        command.revision(_config(connection), message, autogenerate=True, rev_id=revision)


def head_revision() -> str | None:
    """The newest migration of this code."""
    return ScriptDirectory.from_config(_config()).get_current_head()


def current_revision(database: Database) -> str | None:
    """The newest migration applied to the database; ``None`` for an empty one."""
    with database.read.connect() as connection:
        return MigrationContext.configure(connection).get_current_revision()


def is_up_to_date(database: Database) -> bool:
    """Whether code and database agree. The program does not start otherwise."""
    return current_revision(database) == head_revision()


def _config(connection: Connection | None = None) -> Config:
    config = Config()
    config.set_main_option("script_location", str(FOLDER).replace("%", "%%"))
    config.set_main_option("path_separator", "os")
    config.attributes["connection"] = connection
    return config
