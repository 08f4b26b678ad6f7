"""The health page: every job with its last beat, and whether that is recent enough."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

from tracker.domain.pulses import SILENCE_LIMIT, is_silent
from tracker.queries.accounts import TICKING_JOBS, SystemState
from tracker.queries.health import Beat
from tracker.web.common.filters import ago
from tracker.web.common.frame import is_scheduler_silent

#: Jobs that run once a day may be two hours late.
_DAILY_LIMIT = timedelta(hours=26)


@dataclass(frozen=True, slots=True, kw_only=True)
class JobLine:
    """One job. ``tone``: ready or critical."""

    name: str
    beat: str
    detail: str
    state: str
    tone: str


@dataclass(frozen=True, slots=True, kw_only=True)
class HealthPage:
    """What the page shows."""

    is_ok: bool
    jobs: tuple[JobLine, ...]
    stuck_reminders: int
    engine: str
    is_sending_paused: bool
    is_paused_for_clock: bool


def ticked_at(beats: Sequence[Beat]) -> datetime | None:
    """Return the older beat of the ticking jobs, ``None`` when one of them never ran."""
    ticks = {beat.name: beat.beat_at for beat in beats if beat.name in TICKING_JOBS}
    return min(ticks.values()) if len(ticks) == len(TICKING_JOBS) else None


def _job_line(name: str, beat: Beat | None, at: datetime) -> JobLine:
    if beat is None:
        return JobLine(name=name, beat="never", detail="", state="never ran", tone="critical")
    is_late = is_silent(beat.beat_at, at, SILENCE_LIMIT if name in TICKING_JOBS else _DAILY_LIMIT)
    return JobLine(
        name=name,
        beat=ago(beat.beat_at, at),
        detail=beat.detail,
        state="silent" if is_late else "running",
        tone="critical" if is_late else "ready",
    )


def present(
    beats: Sequence[Beat], *, at: datetime, stuck_reminders: int, engine: str, system: SystemState
) -> HealthPage:
    """Make the page from what is stored."""
    by_name = {beat.name: beat for beat in beats}
    names = sorted({*TICKING_JOBS, *by_name})
    return HealthPage(
        is_ok=not is_scheduler_silent(ticked_at(beats), at),
        jobs=tuple(_job_line(name, by_name.get(name), at) for name in names),
        stuck_reminders=stuck_reminders,
        engine=engine,
        is_sending_paused=system.is_sending_paused,
        is_paused_for_clock=system.is_paused_for_clock,
    )
