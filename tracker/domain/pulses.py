"""When a job of the scheduler has been silent for too long."""

from datetime import datetime, timedelta

#: Silence of a ticking job after which every page says so: three ticks.
SILENCE_LIMIT = timedelta(minutes=3)
#: What every other job may take: a full pass over a large clinic is no silence.
LONGEST_WORK = timedelta(hours=1)


def is_silent(beat_at: datetime | None, at: datetime, limit: timedelta = SILENCE_LIMIT) -> bool:
    """Whether a beat is no sign of life at ``at``. One from the future is none either: a clock that was set back would
    else make a dead scheduler look alive until that time comes."""
    return beat_at is None or abs(at - beat_at) > limit
