"""The one module that reads a clock."""

import time
from datetime import UTC, datetime, timedelta

#: Counts the time that the machine sleeps, as macOS' monotonic clock does and Linux' other ones do not.
_SLEEP_COUNTED: int = getattr(time, "CLOCK_BOOTTIME", time.CLOCK_MONOTONIC)


class SystemClock:
    """The machine's clock."""

    def now(self) -> datetime:
        """Return the present instant, aware, in UTC."""
        return datetime.now(UTC)


class SystemStopwatch:
    """What the machine counts since it was started, whatever its clock is set to."""

    def elapsed(self) -> timedelta:
        """Return the time since then, that of its sleep with it."""
        return timedelta(seconds=time.clock_gettime(_SLEEP_COUNTED))
