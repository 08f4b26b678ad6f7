"""``tracker bench``: are the pages, the reports and the reconciler fast with ten or a hundred thousand cases?

The database is the bench's own: a temporary one, a file that is kept and measured again, or an empty one that is named.
"""

import json
import sys
from collections.abc import Callable
from dataclasses import asdict, replace
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING

import click

from tracker.bench import floors, reconciling
from tracker.bench.budget import FLOORS, Report, excesses, report_of
from tracker.bench.client import Browser
from tracker.bench.clinics import WATCHER
from tracker.bench.generate import CLINICS, generate
from tracker.bench.marker import Made, find_marker, has_clinics, leave_marker
from tracker.bench.measure import Run, gather, measure
from tracker.bench.reconciling import Reconciled, measure_reconciler
from tracker.bench.server import free_port, serving
from tracker.cli.bench_place import place_of
from tracker.cli.bench_reminders import reminders
from tracker.cli.bench_reports import measure_all, tell_of_reports
from tracker.cli.context import Composition, say, settings_of
from tracker.cli.serve import serve
from tracker.integrations.ids import RandomIds
from tracker.persistence.migrations import upgrade
from tracker.runtime import Runtime, build_runtime

if TYPE_CHECKING:
    from _typeshed.wsgi import WSGIApplication

    from config import Settings

#: Nobody is there whom it could let in: the database holds invented people, and the server listens on this machine.
PASSWORD = "measured by the bench"  # noqa: S105  # see above
FEWEST_CASES = 1000


@click.group(invoke_without_command=True)
@click.option("--cases", type=click.IntRange(min=FEWEST_CASES), help="How many cases in all clinics.")
@click.option("--one-clinic", is_flag=True, help="All cases in one clinic, not in twenty.")
@click.option("--followed", type=click.FloatRange(0, 1), help="The share of cases with a pump to refill.")
@click.option("--json", "as_json", is_flag=True, help="Print one JSON document.")
@click.option("--database", "url", help="An empty database of the bench's own; without it a temporary SQLite file.")
@click.option("--keep", type=click.Path(path_type=Path), help="Keep the SQLite file here; measure it again if it is.")
@click.option("--requests", type=click.IntRange(min=20), default=300, show_default=True, help="For each page.")
@click.option("--reconcile", "is_reconciler", is_flag=True, help="Measure the reconciler instead of the pages.")
@click.option("--reports", "is_reports", is_flag=True, help="Measure every report instead of the pages.")
@click.pass_context
def bench(
    context: click.Context,
    cases: int | None,
    url: str | None,
    keep: Path | None,
    followed: float | None,
    *,
    one_clinic: bool,
    requests: int,
    as_json: bool,
    is_reconciler: bool,
    is_reports: bool,
) -> None:
    """Measure the pages, the reports or the reconciler beside their floors. Exit 1 when something takes too much."""
    if context.invoked_subcommand is not None:
        return
    if cases is None:
        raise click.UsageError("How many cases? Use --cases.")
    composition: Composition = context.obj
    with place_of(url, keep) as database_url:
        settings = _settings(settings_of(context), database_url)
        runtime = build_runtime(settings)
        try:
            made = _prepare(runtime, cases, 1 if one_clinic else CLINICS, followed)
            if is_reconciler:
                runtime.database.dispose()
                over = _tell_of_reconciler(measure_reconciler(settings, cases), as_json)
            elif is_reports:
                serve_pages = partial(_serve, make_app=composition.make_app)
                found = measure_all(runtime, serve_pages, made, (PASSWORD, requests), _telling())
                over = tell_of_reports(found, as_json=as_json)
            else:
                over = _tell_of_pages(_measure(runtime, composition, made, requests), as_json)
        finally:
            runtime.database.dispose()
    for sentence in over:
        say(sentence)
    if over:
        raise SystemExit(1)


def _settings(given: "Settings", database_url: str) -> "Settings":
    """As in production, on a port of this machine."""
    port = free_port()
    return replace(
        given,
        database_url=database_url,
        secret_key=RandomIds().token(),
        base_url=f"http://127.0.0.1:{port}",
        trusted_proxies=0,
        host="127.0.0.1",
        port=port,
        log_level="WARNING",
    )


def _prepare(runtime: Runtime, cases: int, clinics: int, followed: float | None) -> Made:
    """Generate, unless it was done before.

    :raises click.ClickException: when the database is somebody's
    """
    upgrade(runtime.database)
    made = find_marker(runtime.database)
    if made is not None and (made.cases, len(made.clinics)) == (cases, clinics):
        say(f"Measuring the {cases} cases that are there.")
    elif made is not None or has_clinics(runtime.database):
        raise click.ClickException("This database is not empty. The bench needs one of its own.")
    else:
        say(f"Making {cases} cases in {clinics} {'clinic' if clinics == 1 else 'clinics'} …")
        made = generate(runtime, cases, PASSWORD, _progress, count=clinics, followed=followed)
        with runtime.database.write.begin() as connection:
            floors.make_table(connection)
            leave_marker(connection, made)
    figures = asdict(made)
    del figures["clinics"]
    say(", ".join(f"{name.replace('_', ' ')}: {value}" for name, value in figures.items()))
    return made


def _progress(what: str, done: int, whole: int) -> None:
    if sys.stderr.isatty():
        click.echo(f"\r  {what}: {done} of {whole}" + ("\n" if done == whole else ""), err=True, nl=False)


def _serve(settings: "Settings", make_app: "Callable[[Runtime], WSGIApplication]") -> None:
    """What the other process does."""
    serve(settings, Composition(lambda: settings, partial(floors.with_floors, make_app)))


def _measure(runtime: Runtime, composition: Composition, made: Made, requests: int) -> Report:
    port = runtime.settings.port
    with serving(port, _serve, runtime.settings, composition.make_app), Browser(port) as user, Browser(port) as nobody:
        user.sign_in(WATCHER, PASSWORD)
        run = Run(runtime.database, user, nobody, gather(runtime.database, made.clinics[0]), requests)
        measured = measure(run, runtime.clock.now(), _telling())
    return report_of(measured, made.cases, runtime.database.url.get_backend_name())


def _telling() -> Callable[[str], None]:
    is_watched = sys.stderr.isatty()
    return (lambda page: say(f"  {page} …")) if is_watched else (lambda _page: None)


def _tell_of_reconciler(found: Reconciled, as_json: bool) -> list[str]:
    """Print the figures; a sentence for everything that takes too much."""
    if as_json:
        click.echo(json.dumps(found))
    else:
        for name, value in found.items():
            click.echo(f"  {name.replace('_', ' '):<16} {value:>10}")
    return reconciling.excesses(found)


def _tell_of_pages(report: Report, as_json: bool) -> list[str]:
    """Print the figures; a sentence for everything that takes too much."""
    if as_json:
        click.echo(json.dumps(report))
    else:
        _tell(report)
    return excesses(report)


def _tell(report: Report) -> None:
    floor = report["floor"]
    click.echo(f"{report['cases']} cases on {report['engine']}; floors: {floor['page_ms']} and {floor['write_ms']} ms")
    for name, page in report["pages"].items():
        click.echo(
            f"  {name:<11} {page['p50_ms']:>8} ms  (99 of 100: {page['p99_ms']:>8})"
            f"  {page['ratio']:>6} floors of {FLOORS[name]}"
        )
    click.echo(f"  memory      {report['memory_mb']:>8} MB")


bench.add_command(reminders)
