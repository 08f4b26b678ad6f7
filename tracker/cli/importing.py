"""What the importing commands share: the file, the service identity, progress for a person, and the report."""

import json
import sys
from collections.abc import Iterable, Iterator
from pathlib import Path

import click

from tracker.cli.clinic_choice import chosen_clinic
from tracker.domain.access import Actor
from tracker.integrations.pause import between_writes
from tracker.queries.clinic_calendar import get_calendar
from tracker.runtime import Runtime
from tracker.services.imports import Importer, Report
from tracker.services.system_actor import nobody, system_actor
from tracker.services.table_file import Complaint, Table, UnreadableFile, check_size, read_table


def open_table(file: Path, columns: Iterable[str]) -> Table:
    """Read a file to its end, before anything is written.

    :raises click.ClickException: with the sentence why it cannot be read
    """
    try:
        check_size(file.stat().st_size)
        return read_table(file.read_bytes(), columns)
    except (UnreadableFile, OSError) as error:
        reason = error.strerror if isinstance(error, OSError) else str(error)
        raise click.ClickException(f"{file}: {reason}") from error


def importer_for(runtime: Runtime, clinic: str | None, *, is_dry_run: bool) -> Importer:
    """The command line as an importer at a clinic. A dry run writes nothing, not even who looked.

    :raises InvalidInput: if it cannot be said which clinic is meant
    """
    with runtime.database.reading() as session:
        clinic_id = chosen_clinic(session, clinic)
        calendar = get_calendar(session, clinic_id)
    return Importer(
        writing=runtime.database.writing,
        actor=nobody(clinic_id) if is_dry_run else _actor(runtime, clinic_id),
        calendar=calendar,
        clock=runtime.clock,
        ids=runtime.ids,
        pause=between_writes if runtime.database.is_sqlite else _no_pause,
        readers_confirm=False,
    )


def _actor(runtime: Runtime, clinic_id: int) -> Actor:
    with runtime.database.writing() as session:
        return system_actor(session, clinic_id, runtime.clock.now(), runtime.ids)


def _no_pause() -> None:
    """Other databases let several write at once."""


def follow(reports: Iterator[Report], table: Table, label: str) -> Report:
    """Run an import to its end, with a progress line if a person watches, and hand out its report."""
    report = Report(warnings=list(table.doubts))
    is_watched = sys.stderr.isatty()
    with click.progressbar(
        reports, length=len(table.rows), label=label, file=sys.stderr, hidden=not is_watched
    ) as watched:
        for so_far in watched:
            report = so_far
    return report


def tell(report: Report, *, as_json: bool, is_dry_run: bool) -> None:
    """Print the report: one JSON document, or sentences."""
    if as_json:
        click.echo(json.dumps(report.document(), ensure_ascii=False))
        return
    would = "would be " if is_dry_run else ""
    click.echo(
        f"{report.rows} rows: {report.imported} {would}imported, {report.already_there} already there, "
        f"{len(report.refused)} refused."
    )
    _list("Refused", report.refused)
    _list("To be looked at", report.warnings)


def _list(title: str, complaints: list[Complaint]) -> None:
    if complaints:
        click.echo(f"\n{title}:")
    for each in complaints:
        click.echo(f"  row {each.row}{f', {each.field}' if each.field else ''}: {each.reason}")
