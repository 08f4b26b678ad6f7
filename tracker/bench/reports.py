"""How long each report takes, as its reader sees it, beside the page floor; what reading them costs in memory, and
what it costs those who take a patient's steps meanwhile."""

from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import datetime
from itertools import cycle, islice
from multiprocessing import get_context
from threading import Event, Thread
from typing import TYPE_CHECKING

from tracker.bench import floors
from tracker.bench.client import Browser
from tracker.bench.measure import Floor, Run, Timing, measure_transition, timing_of
from tracker.bench.report_histories import keep_making
from tracker.bench.report_pages import FILTERED_LIST, LIST, ReportPage, filters_of, pages_of
from tracker.demo.clinic import ZONE
from tracker.domain.calendar import ClinicCalendar

if TYPE_CHECKING:
    from config import Settings

#: Requests of each page before it is measured; the first one of all is told by itself.
WARM_UP = 2
#: Of the requests of an ordinary page: there are a hundred pages here.
SHARE = 15
#: Pages that a reader opens before any report, so that memory is compared with a process at work.
ORDINARY = ("/board", "/today", "/refills", "/find")


@dataclass(frozen=True, slots=True)
class ReportTiming:
    """Milliseconds. ``first``: the very first request, which nothing was kept for."""

    panel: str
    way: str
    first: float
    timing: Timing


@dataclass(frozen=True, slots=True)
class MeasuredReports:
    """``memory``: the most resident megabytes before any report, after all of them, and after all once more;
    ``transition`` alone and beside readers and a build, each with the floor of writes of the same minutes."""

    page_floor: Timing
    reports: tuple[ReportTiming, ...]
    memory: tuple[float, float, float]
    transition: tuple[Timing, Timing]
    transition_beside: tuple[Timing, Timing]


@dataclass(frozen=True, slots=True)
class Beside:
    """What goes on while transitions are measured: ``reader`` reads reports, the clinic's history is made anew."""

    reader: Browser
    settings: "Settings"


def measure_reports(run: Run, beside: Beside, at: datetime, progress: Callable[[str], None]) -> MeasuredReports:
    """Ask for every page of the reports, and for the floor between them.

    :raises UnexpectedAnswer: when a page does not answer as it should
    """
    for path in ORDINARY:
        run.user.get(path)
    before = _memory(run)
    today = ClinicCalendar(ZONE).today(at)
    filters = filters_of(run.database, run.material.clinic_id, today)
    floor = Floor(lambda: run.nobody.get(f"{floors.PAGE}?clinic={run.material.clinic_id}").ms)
    times, pages = [], []
    for page in pages_of(run.user, filters, today):
        progress(f"{page.panel} {page.way}")
        pages.append(page)
        times.append(_timed(run, page))
        floor.ask(max(1, run.requests // SHARE))
    after = _memory(run)
    for page in pages:
        run.user.get(page.paths[0])
    again = _memory(run)
    progress("transition")
    alone = measure_transition(run, at)
    # The steps that are measured move who is behind the numbers of this moment.
    paths = [path for page in pages for path in page.paths if page.way not in (LIST, FILTERED_LIST)]
    with _reading(beside, run.material.clinic_id, paths):
        meanwhile = measure_transition(run, at)
    return MeasuredReports(floor.timing(), tuple(times), (before, after, again), alone, meanwhile)


def _timed(run: Run, page: ReportPage) -> ReportTiming:
    paths: Iterator[str] = cycle(page.paths)
    first = run.user.get(next(paths)).ms
    for path in islice(paths, WARM_UP):
        run.user.get(path)
    times = [run.user.get(path).ms for path in islice(paths, max(1, run.requests // SHARE))]
    return ReportTiming(page.panel, page.way, first, timing_of(times))


def _memory(run: Run) -> float:
    return float(run.nobody.get(floors.MEMORY).text)


@contextmanager
def _reading(beside: Beside, clinic_id: int, paths: list[str]) -> Iterator[None]:
    """A reader who opens one report after the other, and a process that makes the history anew, until it ends."""
    context = get_context("spawn")
    is_over, is_over_there = Event(), context.Event()

    def read() -> None:
        for path in cycle(paths):
            if is_over.is_set():
                return
            beside.reader.get(path)

    reader = Thread(target=read)
    builder = context.Process(target=keep_making, args=(beside.settings, clinic_id, is_over_there))
    builder.start()
    reader.start()
    try:
        yield
    finally:
        is_over.set()
        is_over_there.set()
        reader.join()
        builder.join()


def worst_of(reports: tuple[ReportTiming, ...]) -> Mapping[str, ReportTiming]:
    """Of each panel the way that takes longest."""
    found: dict[str, ReportTiming] = {}
    for each in sorted(reports, key=lambda report: report.timing.p50):
        found[each.panel] = each
    return found
