"""Pausing all messages when the clock of the machine was set: once, until a person resumes.

While sending is paused another step changes nothing, so that setting the clock right again does not start it anew.
"""

from collections.abc import Callable
from datetime import datetime, timedelta
from threading import Lock

import structlog
from sqlalchemy.orm import Session

from tracker.domain.clock_steps import Reading, is_step, set_by
from tracker.persistence.database import Database
from tracker.persistence.models import DeploymentValue
from tracker.persistence.upsert import upsert
from tracker.queries.sending import PAUSED_FOR_CLOCK, is_all_paused
from tracker.services.ports import Clock, Stopwatch
from tracker.services.reminders import pause_sending

log = structlog.get_logger()


#: A clock that is set by less is kept right, as by NTP, and nothing has to be told.
SLACK = timedelta(seconds=5)


class ClockWatch:
    """Of one process, whose threads may all look. What it reads when it is made, the first look is held against.

    ``when_set`` is called after every look that finds the clock set, also by less than a step.
    """

    def __init__(
        self, database: Database, clock: Clock, stopwatch: Stopwatch, when_set: Callable[[], None] = lambda: None
    ) -> None:
        self._database, self._clock, self._stopwatch, self._when_set = database, clock, stopwatch, when_set
        self._lock = Lock()
        self._last = self._read()

    def look(self) -> None:
        """Hold the clock against the stopwatch, and pause sending if it was set by a step since the last look.

        What was seen counts as seen only when the pause is written: else the next look sees it again.
        """
        with self._lock:
            now = self._read()
            by = set_by(self._last, now)
            if is_step(by):
                self._pause(by, now.wall)
            self._last = now
        if abs(by) > SLACK:
            self._when_set()

    def _read(self) -> Reading:
        return Reading(self._clock.now(), self._stopwatch.elapsed())

    def _pause(self, step: timedelta, now: datetime) -> None:
        with self._database.writing() as session:
            is_news = not is_all_paused(session)
            if is_news:
                pause_for_clock(session, now=now)
        log.error("scheduler.clock_stepped", seconds=round(step.total_seconds()), paused_now=is_news)


def pause_for_clock(session: Session, *, now: datetime) -> None:
    """Pause sending for all, and keep why."""
    pause_sending(session, now=now)
    said = now.isoformat()
    upsert(session, DeploymentValue, {"name": PAUSED_FOR_CLOCK}, insert={"value": said}, update={"value": said})
