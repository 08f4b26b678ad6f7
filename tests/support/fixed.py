"""A clock and ids that stand still until a test moves them: the ports of ``tracker.services``, made repeatable."""

import random
from datetime import UTC, datetime, timedelta

_START = datetime(2020, 1, 1, tzinfo=UTC)


class FixedClock:
    """A clock that shows what it was told."""

    def __init__(self, now: datetime) -> None:
        self._now = now

    def now(self) -> datetime:
        """The instant it was set to, aware."""
        return self._now

    def advance(self, **duration: float) -> datetime:
        """Move by ``timedelta(**duration)``, for example ``advance(hours=24)``; returns the new instant."""
        self._now += timedelta(**duration)
        return self._now

    def set(self, now: datetime) -> None:
        """Move to ``now``, backwards too."""
        self._now = now


class SeededIds:
    """Ids of the same shape as the real ones, the same in every run."""

    def __init__(self, seed: int = 1) -> None:
        self._random = random.Random(seed)
        self._last = 0

    def twin(self) -> "SeededIds":
        """Ids that go on as these do."""
        twin = SeededIds()
        twin._random.setstate(self._random.getstate())
        twin._last = self._last
        return twin

    def row_id(self, at: datetime) -> int:
        """Grows with time and within one instant, so that a test may rely on the order of creation."""
        drawn = (((at - _START) // timedelta(milliseconds=1)) << 22) | self._random.getrandbits(10)
        self._last = drawn if drawn > self._last else self._last + 1
        return self._last

    def public_id(self) -> str:
        """32 hexadecimal characters."""
        return f"{self._random.getrandbits(128):032x}"

    def token(self) -> str:
        """43 characters that are safe in a URL."""
        return f"{self._random.getrandbits(172):043x}"


class FixedStopwatch:
    """A stopwatch that runs as far as it was told."""

    def __init__(self) -> None:
        self._elapsed = timedelta(0)

    def elapsed(self) -> timedelta:
        """The time since it was made."""
        return self._elapsed

    def advance(self, **duration: float) -> None:
        """Let ``timedelta(**duration)`` go by."""
        self._elapsed += timedelta(**duration)
