"""``tracker bench --reports``: the reports beside the page floor, printed and judged."""

import json
from collections.abc import Callable
from typing import TYPE_CHECKING

import click

from tracker.bench.client import Browser
from tracker.bench.clinics import WATCHER
from tracker.bench.marker import Made
from tracker.bench.measure import Run, gather
from tracker.bench.report_budget import ReportsReport, lines_of, report_excesses, reports_report_of
from tracker.bench.report_histories import measure_histories
from tracker.bench.reports import Beside, measure_reports
from tracker.bench.server import serving
from tracker.runtime import Runtime

if TYPE_CHECKING:
    from config import Settings


def measure_all(
    runtime: Runtime,
    serve: "Callable[[Settings], None]",
    made: Made,
    how: tuple[str, int],
    progress: Callable[[str], None],
) -> ReportsReport:
    """Make the histories, serve the pages by ``serve`` in a process of its own, and read every report. ``how``: with
    which password, and how many requests an ordinary page gets."""
    password, requests = how
    settings, largest = runtime.settings, made.clinics[0]
    histories = measure_histories(settings, largest)
    port = settings.port
    with serving(port, serve, settings), Browser(port) as user, Browser(port) as nobody, Browser(port) as reader:
        for browser in (user, reader):
            browser.sign_in(WATCHER, password)
        run = Run(runtime.database, user, nobody, gather(runtime.database, largest), requests)
        measured = measure_reports(run, Beside(reader, settings), runtime.clock.now(), progress)
    return reports_report_of(measured, histories, made.cases, runtime.database.url.get_backend_name())


def tell_of_reports(report: ReportsReport, *, as_json: bool) -> list[str]:
    """Print the figures; a sentence for everything that takes too much."""
    if as_json:
        click.echo(json.dumps(report))
    else:
        for line in lines_of(report):
            click.echo(line)
    return report_excesses(report)
