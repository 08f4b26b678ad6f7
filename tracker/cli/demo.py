"""``tracker demo``: a living clinic to try the tracker with, in a folder of its own.

The folder holds one database per day: started on another day, the clinic is played anew up to that day. A database is
made under another name first, so that an interrupted start leaves nothing half made.
"""

import sys
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import replace
from datetime import date
from pathlib import Path
from typing import TYPE_CHECKING

import click

from tracker.cli.context import Composition, say, settings_of
from tracker.cli.serve import serve
from tracker.demo.build import build
from tracker.demo.clinic import PASSWORD, PIN, STAFF, ZONE, SimulatedClock, email_of
from tracker.domain.calendar import ClinicCalendar
from tracker.integrations.clock import SystemClock
from tracker.integrations.ids import RandomIds
from tracker.persistence.migrations import is_up_to_date, upgrade
from tracker.runtime import Runtime, build_runtime
from tracker.scheduler.jobs import TICKING, run_once
from tracker.services.deployment import mark_demonstration

if TYPE_CHECKING:
    from config import Settings

FOLDER = Path("demo")
BAR_WIDTH = 30


@click.command()
@click.option("--folder", type=click.Path(path_type=Path), default=FOLDER, help="Where the demonstration lives.")
@click.option("--build-only", is_flag=True, help="Make today's database and stop.")
@click.pass_context
def demo(context: click.Context, folder: Path, *, build_only: bool) -> None:
    """Start the demonstration clinic and print the address and one sign-in for each role."""
    composition: Composition = context.obj
    settings = _settings(settings_of(context), folder)
    _prepare(settings, folder)
    if build_only:
        return
    introduce(settings)
    serve(settings, composition, with_scheduler=True)


def _settings(given: "Settings", folder: Path) -> "Settings":
    """The demonstration's own settings: its database of today, its secret, and files instead of messages."""
    folder.mkdir(parents=True, exist_ok=True)
    secret = folder / "secret"
    if not secret.exists():
        secret.write_text(RandomIds().token(), encoding="utf-8")
        secret.chmod(0o600)
    return given.as_demonstration(
        database_url=f"sqlite:///{folder / f'{_today().isoformat()}.db'}",
        secret_key=secret.read_text(encoding="utf-8"),
        outbox_dir=folder / "outbox",
    )


def _today() -> date:
    return ClinicCalendar(ZONE).today(SystemClock().now())


def _prepare(settings: "Settings", folder: Path) -> None:
    """Make today's database, unless it is there and up to date."""
    made = folder / f"{_today().isoformat()}.db"
    if made.exists():
        with _runtime(settings) as runtime:
            if is_up_to_date(runtime.database):
                return
    for old in folder.glob("*.db*"):
        old.unlink()
    with tempfile.TemporaryDirectory(dir=folder) as workshop:
        fresh = Path(workshop) / "new.db"
        with _runtime(replace(settings, database_url=f"sqlite:///{fresh}")) as runtime:
            _play(runtime)
        fresh.rename(made)


@contextmanager
def _runtime(settings: "Settings") -> Iterator[Runtime]:
    runtime = build_runtime(settings)
    try:
        yield runtime
    finally:
        runtime.database.dispose()


def _play(runtime: Runtime) -> None:
    upgrade(runtime.database)
    now = runtime.clock.now()
    clock = SimulatedClock(now)
    played = replace(runtime, clock=clock)
    with runtime.database.writing() as session:
        mark_demonstration(session)
    say("Playing nine months of a clinic (once a day, less than a minute) …")
    post = [job for job in TICKING if job.name == "dispatch"]
    build(
        played,
        clock,
        now,
        nightly=lambda: run_once(played, TICKING),
        morning=lambda: run_once(played, post),
        progress=_progress,
    )
    run_once(played)


def _progress(done: int, total: int) -> None:
    if sys.stderr.isatty():
        filled = BAR_WIDTH * done // total
        end = "\n" if done == total else ""
        click.echo(f"\r  [{'█' * filled}{'·' * (BAR_WIDTH - filled)}] {done} of {total} days{end}", err=True, nl=False)


def introduce(settings: "Settings") -> None:
    """Print the address at which the demonstration is served, and one sign-in for each role."""
    click.echo(f"\nThe demonstration clinic: {settings.base_url}\n")
    click.echo(f"  password for everybody: {PASSWORD}")
    click.echo(f"  PIN for everybody, as the second person and on a shared tablet: {PIN}\n")
    for name, sign_in, roles in STAFF:
        click.echo(f"  {', '.join(roles).replace('_', ' '):<18} {email_of(sign_in):<26} {name}")
    click.echo("\nStop with Ctrl-C. Nothing is sent: messages become files in the outbox folder.\n")
