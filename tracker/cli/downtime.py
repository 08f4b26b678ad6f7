"""``tracker downtime-kit``: what a clinic needs on paper when the system is down, and opening one that is sealed."""

from pathlib import Path

import click

from tracker.cli.clinic_choice import chosen_clinic, clinic_option
from tracker.cli.context import runtime_of, say, settings_of
from tracker.integrations.kit_shelf import KitError, open_sealed
from tracker.queries.clinic import find_clinic_id, list_clinic_names
from tracker.runtime import Runtime, shelf_at
from tracker.services.downtime import KitMaker
from tracker.services.system_actor import system_actor


@click.command("downtime-kit")
@click.argument("path", required=False, type=click.Path(file_okay=False, path_type=Path))
@click.option(
    "--open",
    "sealed",
    type=click.Path(exists=True, dir_okay=False, path_type=Path),
    help="Unpack this sealed kit into PATH, or beside it. Needs the key, but no database.",
)
@clinic_option
@click.pass_context
def downtime_kit(context: click.Context, path: Path | None, sealed: Path | None, clinic: str | None) -> None:
    """Write one folder for each clinic into PATH: refills, visits with empty checklists, what is critical.

    The pages print and need neither a network nor this system. They are sealed where TRACKER_DOWNTIME_KEY is set.
    """
    if sealed is not None:
        _open(context, sealed, path)
        return
    if path is None:
        raise click.UsageError("Say where the kits shall be written: tracker downtime-kit PATH.")
    with runtime_of(context) as runtime:
        for clinic_id in _chosen(runtime, clinic):
            click.echo(_make(runtime, clinic_id, path))
    say("Written. Keep it where it can be reached when this machine cannot.")


def _open(context: click.Context, sealed: Path, folder: Path | None) -> None:
    key = settings_of(context).downtime_key
    if not key:
        raise click.ClickException("TRACKER_DOWNTIME_KEY must hold the key that the kit was sealed with.")
    to = folder or sealed.with_suffix("")
    try:
        names = open_sealed(sealed, key, to)
    except KitError as error:
        raise click.ClickException(str(error)) from error
    say(f"{len(names)} files are in {to}. Open index.html. Remove the folder when it is no longer needed.")


def _chosen(runtime: Runtime, clinic: str | None) -> list[int]:
    """The clinic that is named, or all."""
    with runtime.database.reading() as session:
        if clinic is not None:
            return [chosen_clinic(session, clinic)]
        found = (find_clinic_id(session, name) for name in list_clinic_names(session))
        return [each for each in found if each is not None]


def _make(runtime: Runtime, clinic_id: int, path: Path) -> Path:
    with runtime.database.writing() as session:
        actor = system_actor(session, clinic_id, runtime.clock.now(), runtime.ids)
    maker = KitMaker(
        database=runtime.database,
        clock=runtime.clock,
        ids=runtime.ids,
        shelf=shelf_at(runtime.settings, path),
        pause=lambda: None,
    )
    try:
        return maker.make_now(clinic_id, actor.user_id)
    except OSError as error:
        raise click.ClickException(f"It could not be written: {error.strerror}.") from error
