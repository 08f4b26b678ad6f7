"""How long the reconciler takes to make everything anew, beside a bare read and write of the same rows.

Runs in a process of its own, whose memory nothing else has touched. The refills of pumps and their watches stay: a
pump without its refill cannot be committed, by anybody.
"""

import sys
from collections.abc import Iterator, Sequence
from concurrent.futures import ProcessPoolExecutor
from dataclasses import dataclass
from multiprocessing import get_context
from time import perf_counter
from typing import TYPE_CHECKING, Any, TypedDict

from sqlalchemy import ColumnElement, Connection, Table, bindparam, delete, insert, select, update

from tracker.bench.measure import timing_of
from tracker.bench.memory import peak_mb
from tracker.bench.templates import FACTS, table_of
from tracker.bench.writing import settle
from tracker.persistence.database import Database
from tracker.runtime import Runtime, build_runtime
from tracker.scheduler.jobs import JOBS, run_once

if TYPE_CHECKING:
    from config import Settings

#: Cases read and written at once by the floor.
CHUNK = 200
IDLE_TICKS = 50
TOUCHED = 100
#: What is allowed: floors for everything from scratch, milliseconds for an idle tick and for a touched case.
FLOORS, IDLE_MS, TOUCHED_MS = 4, 10, 6

_cases, _obligations = table_of("cases"), table_of("obligations")
_blockers, _reminders = table_of("blocker_intervals"), table_of("reminders")
#: What the reconciler makes, and would make again from the facts alone.
_MADE: tuple[tuple[Table, ColumnElement[bool]], ...] = (
    (_obligations, _obligations.c.is_open & (_obligations.c.kind != "refill")),
    (_blockers, _blockers.c.until_at.is_(None)),
    (_reminders, (_reminders.c.state == "planned") & (_reminders.c.attempts == 0)),
)
#: Rows that stand on obligations; the scheduler writes them again.
_TOLD = ("acknowledgements", "escalation_pages", "escalations")
_DERIVED = ("next_step", "first_blocker", "blocker_count", "is_ready", "target_on", "reconcile_at")
_RECONCILE = tuple(job for job in JOBS if job.name == "reconcile")


class Reconciled(TypedDict):
    """What ``tracker bench --reconcile --json`` prints; milliseconds for a case, memory in megabytes."""

    cases: int
    engine: str
    open_cases: int
    rows_made: int
    floor_ms: float
    scratch_ms: float
    ratio: float
    idle_tick_ms: float
    touched_case_ms: float
    memory_mb: float


@dataclass(frozen=True, slots=True)
class _Chunk:
    """Some open cases of one clinic."""

    clinic_id: int
    ids: tuple[int, ...]

    def rows(self, table: Table) -> ColumnElement[bool]:
        """Whether a row is of one of these cases."""
        column = table.c.id if table is _cases else table.c.case_id
        return (table.c.clinic_id == self.clinic_id) & column.in_(self.ids)


def measure_reconciler(settings: "Settings", cases: int) -> Reconciled:
    """Measures a database of the bench in a new process."""
    with ProcessPoolExecutor(max_workers=1, mp_context=get_context("spawn")) as pool:
        return pool.submit(_measure, settings, cases).result()


def _measure(settings: "Settings", cases: int) -> Reconciled:
    runtime = build_runtime(settings)
    try:
        return measure_in(runtime, cases)
    finally:
        runtime.database.dispose()


def measure_in(runtime: Runtime, cases: int) -> Reconciled:
    """Measures the database of this runtime in this process."""
    database, clinics = runtime.database, _clinics(runtime.database)
    _forget_who_was_told(database)
    _ring(runtime, clinics)
    _reconcile(runtime)
    open_cases, rows, floor_s = _floor(database, clinics)
    _wipe(database, clinics)
    _ring(runtime, clinics)
    settle(database)
    began = perf_counter()
    _reconcile(runtime)
    scratch_s = perf_counter() - began
    idle_ms, touched_ms = _ticks(runtime, clinics)
    return {
        "cases": cases,
        "engine": database.url.get_backend_name(),
        "open_cases": open_cases,
        "rows_made": rows,
        "floor_ms": round(1000 * floor_s / open_cases, 3),
        "scratch_ms": round(1000 * scratch_s / open_cases, 3),
        "ratio": round(scratch_s / floor_s, 2),
        "idle_tick_ms": round(idle_ms, 2),
        "touched_case_ms": round(touched_ms, 2),
        "memory_mb": round(peak_mb(), 1),
    }


def excesses(found: Reconciled) -> list[str]:
    """A sentence for everything that takes more than it may."""
    said = (
        (found["ratio"] > FLOORS, f"Everything from scratch takes {found['ratio']} floors; {FLOORS} are allowed."),
        (found["idle_tick_ms"] >= IDLE_MS, f"An idle tick takes {found['idle_tick_ms']} ms; {IDLE_MS} are too many."),
        (found["touched_case_ms"] > TOUCHED_MS, f"A touched case takes more than {TOUCHED_MS} ms."),
    )
    return [sentence for is_over, sentence in said if is_over]


def _clinics(database: Database) -> list[int]:
    clinics = table_of("clinics")
    with database.read.connect() as connection:
        return list(connection.scalars(select(clinics.c.id).order_by(clinics.c.id)))


def _chunks(database: Database, clinics: Sequence[int]) -> Iterator[_Chunk]:
    for clinic_id in clinics:
        after = 0
        while True:
            page = select(_cases.c.id).where(_cases.c.clinic_id == clinic_id, _cases.c.is_open, _cases.c.id > after)
            with database.read.connect() as connection:
                ids = tuple(connection.scalars(page.order_by(_cases.c.id).limit(CHUNK)))
            if not ids:
                break
            yield _Chunk(clinic_id, ids)
            after = ids[-1]


def _reconcile(runtime: Runtime) -> None:
    """The scheduler's own job, until nothing is due."""
    due = select(_cases.c.id).where(_cases.c.reconcile_at <= runtime.clock.now()).limit(1)
    while True:
        run_once(runtime, _RECONCILE)
        with runtime.database.read.connect() as connection:
            if connection.scalar(due) is None:
                return


def _ring(runtime: Runtime, clinics: Sequence[int], most: int = sys.maxsize) -> int:
    """Has the open cases, or some of them, looked at by the next tick, as a change of rules does; returns how many."""
    database, now = runtime.database, runtime.clock.now()
    rung = 0
    for chunk in _chunks(database, clinics):
        some = _Chunk(chunk.clinic_id, chunk.ids[: most - rung])
        with database.write.begin() as connection:
            connection.execute(update(_cases).where(some.rows(_cases)).values(reconcile_at=now))
        rung += len(some.ids)
        if rung == most:
            break
    return rung


def _forget_who_was_told(database: Database) -> None:
    with database.write.begin() as connection:
        for name in _TOLD:
            connection.execute(delete(table_of(name)))


def _wipe(database: Database, clinics: Sequence[int]) -> None:
    for chunk in _chunks(database, clinics):
        with database.write.begin() as connection:
            for table, is_made in _MADE:
                connection.execute(delete(table).where(chunk.rows(table), is_made))


def _floor(database: Database, clinics: Sequence[int]) -> tuple[int, int, float]:
    """Reads the rows that the reconciler reads and writes those that it writes; cases, rows written and seconds."""
    done = rows = 0
    began = perf_counter()
    for chunk in _chunks(database, clinics):
        with database.write.begin() as connection:
            rows += _read_and_write(connection, chunk)
        done += len(chunk.ids)
    return done, rows, perf_counter() - began


def _read_and_write(connection: Connection, chunk: _Chunk) -> int:
    cases = connection.execute(select(_cases).where(chunk.rows(_cases))).all()
    for name in FACTS:
        connection.execute(select(table_of(name)).where(chunk.rows(table_of(name)))).all()
    written = 0
    for table, is_made in _MADE:
        rows = connection.execute(select(table).where(chunk.rows(table), is_made)).mappings().all()
        connection.execute(delete(table).where(chunk.rows(table), is_made))
        if rows:
            connection.execute(insert(table), [dict(row) for row in rows])
        written += len(rows)
    connection.execute(_UPDATE, [_derived(case) for case in cases])
    return written


_UPDATE = (
    update(_cases)
    .where(_cases.c.clinic_id == bindparam("of_clinic"), _cases.c.id == bindparam("of_case"))
    .values({name: bindparam(f"new_{name}") for name in _DERIVED})
)


def _derived(case: Any) -> dict[str, object]:
    own = {f"new_{name}": getattr(case, name) for name in _DERIVED}
    return {"of_clinic": case.clinic_id, "of_case": case.id, **own}


def _ticks(runtime: Runtime, clinics: Sequence[int]) -> tuple[float, float]:
    """Milliseconds of an idle tick of the job, and of each case more."""
    idle: list[float] = []
    for _ in range(IDLE_TICKS):
        began = perf_counter()
        run_once(runtime, _RECONCILE)
        idle.append(1000 * (perf_counter() - began))
    middle = timing_of(idle).p50
    touched = _ring(runtime, clinics, TOUCHED)
    began = perf_counter()
    run_once(runtime, _RECONCILE)
    return middle, (1000 * (perf_counter() - began) - middle) / touched
