"""``tracker history``: make what the reports are counted from, without waiting for the scheduler."""

import click

from tracker.cli.clinic_choice import chosen_clinic, clinic_option
from tracker.cli.context import runtime_of
from tracker.services.clinic_histories import make_one


@click.group()
def history() -> None:
    """Look after what the reports are counted from."""


@history.command("make")
@clinic_option
@click.pass_context
def make(context: click.Context, clinic: str | None) -> None:
    """Make the clinic's history now: its reports count what was done until this moment."""
    with runtime_of(context) as runtime:
        with runtime.database.reading() as session:
            clinic_id = chosen_clinic(session, clinic)
        if not make_one(runtime.database, runtime.clock, runtime.ids, clinic_id):
            raise click.ClickException("The scheduler is making it at this moment.")
    click.echo("The history was made.", err=True)
