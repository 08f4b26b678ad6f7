"""Ringing the bell: APScheduler with a store in memory, intervals in UTC, and nothing else asked of it.

Truth never lives in its store: with its defaults it drops whatever it could not start in time, and jobs pickled in a
database vanish when the code changes. A bell that was missed is rung once, late; a job never runs beside itself.
"""

import signal
from collections.abc import Callable
from datetime import UTC
from threading import Thread
from types import FrameType

from apscheduler.jobstores.memory import MemoryJobStore
from apscheduler.schedulers.background import BackgroundScheduler
from apscheduler.schedulers.base import BaseScheduler
from apscheduler.schedulers.blocking import BlockingScheduler
from apscheduler.triggers.interval import IntervalTrigger

from tracker.runtime import Runtime
from tracker.scheduler.jobs import JOBS, tick


def start_in_background(runtime: Runtime) -> Callable[[], None]:
    """Run the jobs in threads beside the web server; returns what stops them."""
    scheduler = BackgroundScheduler(**_options(), daemon=True)
    _hang_bells(scheduler, runtime)
    scheduler.start()

    def stop() -> None:
        scheduler.shutdown(wait=True)

    return stop


def run_forever(runtime: Runtime) -> None:
    """Run the jobs in this process until it is told to stop; what has begun is finished first."""
    scheduler = BlockingScheduler(**_options())
    _hang_bells(scheduler, runtime)

    def stop(_signal: int, _frame: FrameType | None) -> None:
        # A handler interrupts the thread that waits for the next bell, perhaps while it holds that wait's own lock.
        # Stopping from here would wait for that lock for ever, so another thread does it.
        Thread(target=scheduler.shutdown, kwargs={"wait": False}).start()

    previous = {each: signal.signal(each, stop) for each in (signal.SIGINT, signal.SIGTERM)}
    try:
        scheduler.start()
    finally:
        for each, handler in previous.items():
            signal.signal(each, handler)


def _options() -> dict[str, object]:
    return {
        "jobstores": {"default": MemoryJobStore()},
        "timezone": UTC,
        "job_defaults": {"coalesce": True, "max_instances": 1, "misfire_grace_time": None},
    }


def _hang_bells(scheduler: BaseScheduler, runtime: Runtime) -> None:
    for job in JOBS:
        scheduler.add_job(
            tick,
            IntervalTrigger(seconds=job.seconds, timezone=UTC),
            args=(runtime, job),
            id=job.name,
            name=job.name,
            next_run_time=runtime.clock.now(),
        )
