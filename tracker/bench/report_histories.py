"""Making every clinic's history and its usual reports anew, in a process of its own, as the scheduler does."""

from concurrent.futures import ProcessPoolExecutor
from contextlib import suppress
from multiprocessing import get_context
from multiprocessing.synchronize import Event
from time import perf_counter
from typing import TYPE_CHECKING, TypedDict

from sqlalchemy import delete

from tracker.bench.memory import peak_mb
from tracker.bench.templates import table_of
from tracker.domain.calendar import ClinicCalendar
from tracker.queries.clinic_history.stored import list_standings
from tracker.runtime import Runtime, build_runtime
from tracker.services.clinic_histories import make_histories, make_one
from tracker.services.clinic_jobs import ClaimLost
from tracker.services.report_sheets import make_sheets, make_slow_of

if TYPE_CHECKING:
    from config import Settings


class Histories(TypedDict):
    """Seconds for the largest clinic's history, for those of all, for the reports made ahead of all, and for the
    largest clinic's that are made once a day; megabytes."""

    largest_s: float
    all_s: float
    sheets_s: float
    slow_s: float
    memory_mb: float


def measure_histories(settings: "Settings", largest: int) -> Histories:
    """Make everything anew in a new process; ``largest``: the id of the largest clinic."""
    with ProcessPoolExecutor(max_workers=1, mp_context=get_context("spawn")) as pool:
        return pool.submit(_measure, settings, largest).result()


def _measure(settings: "Settings", largest: int) -> Histories:
    runtime = build_runtime(settings)
    try:
        return measure_in(runtime, largest)
    finally:
        runtime.database.dispose()


def measure_in(runtime: Runtime, largest: int) -> Histories:
    """The same in this process."""
    database = runtime.database
    with database.write.begin() as connection:
        # A claim that a killed run has left would keep this one waiting.
        for name in ("clinic_histories", "clinic_jobs"):
            connection.execute(delete(table_of(name)))
    began = perf_counter()
    make_one(database, runtime.clock, runtime.ids, largest)
    first = perf_counter()
    make_histories(database, runtime.clock, runtime.ids, pause=lambda: None)
    made = perf_counter()
    make_sheets(database, runtime.clock, pause=lambda: None)
    ahead = perf_counter()
    with database.reading() as session:
        (standing,) = (each for each in list_standings(session) if each.clinic_id == largest)
    make_slow_of(database, standing, ClinicCalendar(standing.zone).today(runtime.clock.now()))
    return {
        "largest_s": round(first - began, 2),
        "all_s": round(made - began, 2),
        "sheets_s": round(ahead - made, 2),
        "slow_s": round(perf_counter() - ahead, 2),
        "memory_mb": round(peak_mb(), 1),
    }


def keep_making(settings: "Settings", clinic_id: int, is_over: Event) -> None:
    """Make one clinic's history and its reports again and again until it is over, for what runs beside it."""
    runtime = build_runtime(settings)
    try:
        while not is_over.is_set():
            with suppress(ClaimLost):
                make_one(runtime.database, runtime.clock, runtime.ids, clinic_id)
            make_sheets(runtime.database, runtime.clock, pause=lambda: None)
    finally:
        runtime.database.dispose()
