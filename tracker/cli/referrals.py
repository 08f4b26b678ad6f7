"""``tracker referrals``: bring in referrals from a spreadsheet."""

from pathlib import Path

import click

from tracker.cli.clinic_choice import clinic_option
from tracker.cli.context import runtime_of
from tracker.cli.importing import follow, importer_for, open_table, tell
from tracker.services.import_preview import preview_referrals
from tracker.services.imports import import_referrals
from tracker.services.referral_file import COLUMNS


@click.group()
def referrals() -> None:
    """Bring in referrals."""


@referrals.command("import")
@click.argument("file", type=click.Path(path_type=Path))
@clinic_option
@click.option("--dry-run", "is_dry_run", is_flag=True, help="Say what would happen, and write nothing.")
@click.option("--json", "as_json", is_flag=True, help="Print one JSON document.")
@click.pass_context
def import_file(context: click.Context, file: Path, clinic: str | None, *, is_dry_run: bool, as_json: bool) -> None:
    """Import the referrals of FILE, a CSV as spreadsheets save it (docs/importing.md).

    Every row is imported, already there, or refused with a reason. Importing a file twice changes nothing.
    """
    table = open_table(file, COLUMNS)
    with runtime_of(context) as runtime:
        importer = importer_for(runtime, clinic, is_dry_run=is_dry_run)
        if is_dry_run:
            with runtime.database.reading() as session:
                report = follow(preview_referrals(importer, session, table), table, "Checking")
        else:
            report = follow(import_referrals(importer, table), table, "Importing")
    tell(report, as_json=as_json, is_dry_run=is_dry_run)
