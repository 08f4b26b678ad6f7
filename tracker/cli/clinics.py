"""``tracker clinic``: the first step of a clinic that starts for real."""

import click

from tracker.cli.context import runtime_of, say
from tracker.queries.clinic import list_clinic_names
from tracker.services.clinic_setup import create_clinic


@click.group()
def clinic() -> None:
    """Add and list clinics."""


@clinic.command("add")
@click.argument("name")
@click.option("--zone", required=True, help="The clinic's time zone, like America/Denver.")
@click.pass_context
def add(context: click.Context, name: str, zone: str) -> None:
    """Add the clinic NAME."""
    with runtime_of(context) as runtime, runtime.database.writing() as session:
        create_clinic(session, name=name, zone=zone, at=runtime.clock.now(), ids=runtime.ids)
    say(f"{name} is there. Next: tracker user add EMAIL --name NAME --clinic '{name}' --role administrator")


@clinic.command("list")
@click.pass_context
def show(context: click.Context) -> None:
    """Print the names of all clinics, one a line."""
    with runtime_of(context) as runtime, runtime.database.reading() as session:
        for name in list_clinic_names(session):
            click.echo(name)
