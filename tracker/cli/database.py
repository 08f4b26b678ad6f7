"""``tracker db``: make the database, or bring it to this version."""

import click

from tracker.cli.context import say, settings_of
from tracker.persistence.migrations import current_revision, head_revision, upgrade
from tracker.runtime import build_runtime
from tracker.services.reconcile import ring_every_clinic


@click.group()
def db() -> None:
    """Make or migrate the database."""


@db.command("upgrade")
@click.pass_context
def upgrade_database(context: click.Context) -> None:
    """Make or migrate the database of TRACKER_DATABASE_URL; every case is looked at again by the next pass."""
    runtime = build_runtime(settings_of(context))
    database = runtime.database
    try:
        before = current_revision(database)
        upgrade(database)
        with database.writing() as session:
            ring_every_clinic(session, now=runtime.clock.now())
    finally:
        database.dispose()
    if before == head_revision():
        say("The database is up to date.")
    else:
        say(f"The database is at version {head_revision()} now; it was {before or 'empty'}.")
