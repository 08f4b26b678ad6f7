"""``tracker backup`` and ``tracker restore``: a copy while everything runs, and the way back that verifies first."""

import shutil
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING

import click

from tracker.cli.check import show
from tracker.cli.context import runtime_of, say, settings_of
from tracker.persistence.copies import (
    CopyError,
    copy_to,
    is_empty,
    load_dump,
    place_beside,
    put_in_place,
    remove_file,
)
from tracker.persistence.database import Database
from tracker.persistence.migrations import current_revision, upgrade
from tracker.queries.invariants import check_everything
from tracker.runtime import Runtime, build_runtime, papers_at
from tracker.services.paper_copies import copy_papers
from tracker.services.papers_check import check_papers
from tracker.services.ports import PaperStore
from tracker.services.restored import bring_to_present, note_backup, settle_restored

if TYPE_CHECKING:
    from config import Settings

TOOLS = click.option(
    "--pg-tools",
    "tools",
    type=click.Path(exists=True, file_okay=False, path_type=Path),
    help="The folder of pg_dump and pg_restore, if they are not on the path.",
)


@click.command()
@click.argument("path", type=click.Path(dir_okay=False, path_type=Path))
@TOOLS
@click.pass_context
def backup(context: click.Context, path: Path, tools: Path | None) -> None:
    """Write a consistent copy of the database to the new file PATH, and of the scans of papers to the new folder
    PATH.papers, while everything runs."""
    with runtime_of(context) as runtime:
        if runtime.papers and _papers_of(path).exists():
            raise click.ClickException(f"{_papers_of(path)} is there already.")
        with runtime.database.writing() as session:
            note_backup(session, runtime.clock.now())
        _or_say(lambda: copy_to(runtime.database, path, tools))
        if runtime.papers:
            _copy_papers(runtime.papers, path)
    say(f"{path} is written and whole. A backup counts once it was restored: try it on another machine.")


@click.command()
@click.argument("path", type=click.Path(exists=True, dir_okay=False, path_type=Path))
@click.option("--replace", "may_replace", is_flag=True, help="Take the place of a database that holds a clinic.")
@click.option("--despite-violations", is_flag=True, help="Put it in place although not everything holds in it.")
@TOOLS
@click.pass_context
def restore(
    context: click.Context, path: Path, tools: Path | None, *, may_replace: bool, despite_violations: bool
) -> None:
    """Verify the copy PATH and make it the database. Stop the web server and the scheduler first.

    Sending starts paused: reminders that may have gone since the copy was made are marked as unknown.
    """
    settings = settings_of(context)
    database = Database(settings.database_url)
    try:
        if not may_replace and not is_empty(database):
            raise click.ClickException("There is a clinic in this database. Say --replace to take its place.")
        if database.is_sqlite:
            kept = _restore_file(settings, database, path, despite_violations=despite_violations)
            say(f"The database that was there is kept as {kept}." if kept else "There was no database before.")
        else:
            _or_say(lambda: load_dump(database, path, tools))
            _settle(settings, path, despite_violations=despite_violations)
    finally:
        database.dispose()
    say("Restored. Sending is paused: look at the reminders marked unknown, then run: tracker sending resume")


def _restore_file(settings: "Settings", database: Database, path: Path, *, despite_violations: bool) -> Path | None:
    """Verify beside the old database, which stays untouched until everything holds."""
    beside: list[Path] = []
    try:
        _or_say(lambda: beside.append(place_beside(database, path)))
        beside_it = replace(settings, database_url=f"sqlite:///{beside[0]}")
        _settle(beside_it, path, despite_violations=despite_violations)
        database.dispose()
        return put_in_place(database, beside[0])
    finally:
        for each in beside:
            remove_file(each)


def _settle(settings: "Settings", path: Path, *, despite_violations: bool) -> None:
    """Migrate, pause, mark, bring back the scans that stand beside the copy at ``path``, reconcile and check."""
    runtime = build_runtime(settings)
    try:
        if current_revision(runtime.database) is None:
            raise click.ClickException("This is not a copy of a tracker database.")
        upgrade(runtime.database)
        with runtime.database.writing() as session:
            unknown = settle_restored(session, now=runtime.clock.now(), ids=runtime.ids)
        say(f"{unknown} reminders may have gone since the copy was made.")
        _bring_papers(runtime, path)
        _check(runtime, despite_violations=despite_violations)
    finally:
        runtime.database.dispose()


def _check(runtime: Runtime, *, despite_violations: bool) -> None:
    try:
        say("Bringing it up to the present …")
        bring_to_present(runtime.database, runtime.clock, runtime.ids)
    except ExceptionGroup as error:
        say(f"{error.message}: the check below says which.")
    with runtime.database.reading() as session:
        report = check_everything(session, runtime.clock.now())
        papers = check_papers(session, runtime.papers)
    show(report, papers, as_json=False)
    if not (report.is_ok and papers.is_ok) and not despite_violations:
        raise click.ClickException(
            "Not everything holds in this copy. Say --despite-violations to use it all the same."
        )


def _papers_of(path: Path) -> Path:
    """Where the scans stand that belong to the copy of a database."""
    return path.with_name(f"{path.name}.papers")


def _copy_papers(papers: PaperStore, path: Path) -> None:
    """After the database: every scan that its copy names was there before. A copy without them is none."""
    folder = _papers_of(path)
    try:
        copied = copy_papers(papers, papers_at(folder))
    except OSError as error:
        shutil.rmtree(folder, ignore_errors=True)
        remove_file(path)
        raise click.ClickException(f"The scans could not be copied, and nothing was: {error.strerror}.") from error
    if copied.count:
        say(f"{copied.count} scans of papers stand in {folder}. Keep both together.")
    if copied.altered:
        say(f"{copied.altered} scans were altered since they were stored, and left out: tracker check names them.")


def _bring_papers(runtime: Runtime, path: Path) -> None:
    """Put back what is missing. What is there already stays: a file lies under the hash of what is in it."""
    folder = _papers_of(path)
    if not folder.is_dir():
        return
    if runtime.papers is None:
        raise click.ClickException(f"Set TRACKER_FILES_DIR, so that the scans in {folder} have a place.")
    try:
        copied = copy_papers(papers_at(folder), runtime.papers)
    except OSError as error:
        raise click.ClickException(f"The scans in {folder} could not be brought back: {error.strerror}.") from error
    say(f"{copied.count} scans of papers are in their place.")


def _or_say(work: Callable[[], object]) -> None:
    try:
        work()
    except CopyError as error:
        raise click.ClickException(str(error)) from error
