"""``tracker pumps``: take over patients who have a pump already."""

from pathlib import Path

import click
from sqlalchemy.orm import Session

from tracker.cli.clinic_choice import clinic_option
from tracker.cli.context import runtime_of
from tracker.cli.importing import follow, importer_for, open_table, tell
from tracker.domain.errors import InvalidInput
from tracker.queries.accounts import find_user_id, list_members
from tracker.services.import_preview import preview_pumps
from tracker.services.imports import import_pumps
from tracker.services.pump_file import COLUMNS


@click.group()
def pumps() -> None:
    """Take over patients who have a pump."""


@pumps.command("import")
@click.argument("file", type=click.Path(path_type=Path))
@clinic_option
@click.option(
    "--second-person",
    metavar="EMAIL",
    help="Who else read the print-outs. Without it every alarm date waits for a second reader.",
)
@click.option("--dry-run", "is_dry_run", is_flag=True, help="Say what would happen, and write nothing.")
@click.option("--json", "as_json", is_flag=True, help="Print one JSON document.")
@click.pass_context
def import_file(
    context: click.Context,
    file: Path,
    clinic: str | None,
    second_person: str | None,
    *,
    is_dry_run: bool,
    as_json: bool,
) -> None:
    """Take over the patients of FILE, a CSV as spreadsheets save it (docs/importing.md).

    A pump without an alarm date comes in all the same: it is critical and due today.
    """
    table = open_table(file, COLUMNS)
    with runtime_of(context) as runtime:
        importer = importer_for(runtime, clinic, is_dry_run=is_dry_run)
        with runtime.database.reading() as session:
            second_by = _reader(session, importer.actor.clinic_id, second_person)
        if is_dry_run:
            with runtime.database.reading() as session:
                report = follow(preview_pumps(importer, session, table, second_by), table, "Checking")
        else:
            report = follow(import_pumps(importer, table, second_by), table, "Taking over")
    tell(report, as_json=as_json, is_dry_run=is_dry_run)


def _reader(session: Session, clinic_id: int, email: str | None) -> int | None:
    """The second person: somebody who works in the clinic."""
    if email is None:
        return None
    user_id = find_user_id(session, email)
    members = {member.user_id for member in list_members(session, clinic_id) if member.is_active}
    if user_id not in members:
        raise InvalidInput({"second_person": f"Nobody with the address {email} works in this clinic."})
    return user_id
