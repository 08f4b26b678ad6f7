"""Ringing the bell: APScheduler with a store in memory, intervals in UTC, and nothing else asked of it.

Truth never lives in its store: with its defaults it drops whatever it could not start in time, and jobs pickled in a
database vanish when the code changes. A bell that was missed is rung once, late; a job never runs beside itself.

It rings by the clock of the machine: set back by an hour, it would be silent for an hour. So a thread that does not
wait by the clock looks whether it was set, and has every bell rung at once.
"""

import signal
from collections.abc import Callable
from datetime import UTC
from threading import Event, Thread
from types import FrameType

import structlog
from apscheduler.executors.pool import ThreadPoolExecutor
from apscheduler.jobstores.memory import MemoryJobStore
from apscheduler.schedulers.background import BackgroundScheduler
from apscheduler.schedulers.base import BaseScheduler
from apscheduler.schedulers.blocking import BlockingScheduler
from apscheduler.triggers.interval import IntervalTrigger

from tracker.runtime import Runtime
from tracker.scheduler.jobs import JOBS, kinds_of, tick
from tracker.services.clock_watch import ClockWatch

log = structlog.get_logger()

#: How often it is looked whether the clock was set: as often as the quickest bell rings.
LOOK_EVERY_S = 15.0


def start_in_background(runtime: Runtime) -> Callable[[], None]:
    """Run the jobs in threads beside the web server; returns what stops them."""
    scheduler, is_over = BackgroundScheduler(**_options(), daemon=True), Event()
    _hang_bells(scheduler, runtime, is_over)
    scheduler.start()

    def stop() -> None:
        is_over.set()
        scheduler.shutdown(wait=True)

    return stop


def run_forever(runtime: Runtime) -> None:
    """Run the jobs in this process until it is told to stop; what has begun is finished first."""
    scheduler, is_over = BlockingScheduler(**_options()), Event()
    _hang_bells(scheduler, runtime, is_over)

    def stop(_signal: int, _frame: FrameType | None) -> None:
        # A handler interrupts the thread that waits for the next bell, perhaps while it holds that wait's own lock.
        # Stopping from here would wait for that lock for ever, so another thread does it.
        Thread(target=scheduler.shutdown, kwargs={"wait": False}).start()

    previous = {each: signal.signal(each, stop) for each in (signal.SIGINT, signal.SIGTERM)}
    try:
        scheduler.start()
    finally:
        is_over.set()
        for each, handler in previous.items():
            signal.signal(each, handler)


def _options() -> dict[str, object]:
    return {
        "jobstores": {"default": MemoryJobStore()},
        # One for each job: a job that waits for a server outside must not keep another one waiting.
        "executors": {"default": ThreadPoolExecutor(len(JOBS))},
        "timezone": UTC,
        "job_defaults": {"coalesce": True, "max_instances": 1, "misfire_grace_time": None},
    }


def _hang_bells(scheduler: BaseScheduler, runtime: Runtime, is_over: Event) -> None:
    watch = ClockWatch(runtime.database, runtime.clock, runtime.stopwatch, lambda: ring_all(scheduler, runtime))
    Thread(target=_watch_clock, args=(watch, is_over), name="clock", daemon=True).start()
    for job in JOBS:
        scheduler.add_job(
            tick,
            IntervalTrigger(seconds=job.seconds, timezone=UTC),
            args=(runtime, job, watch),
            id=job.name,
            name=job.name,
            next_run_time=runtime.clock.now(),
        )


def ring_all(scheduler: BaseScheduler, runtime: Runtime) -> None:
    """Ring every bell at once, and from then on by the clock as it stands now."""
    for job in scheduler.get_jobs():
        job.modify(next_run_time=runtime.clock.now())


def _watch_clock(watch: ClockWatch, is_over: Event) -> None:
    while not is_over.wait(LOOK_EVERY_S):
        try:
            watch.look()
        except Exception as error:  # noqa: BLE001  # a database that is away must not end the watch; the next look tells
            log.error("scheduler.clock_not_watched", errors=kinds_of(error))
