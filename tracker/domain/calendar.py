"""The clinic's civil days: its zone, the days it is open, and the way from a wall time to an instant.

Refills and expiry dates are civil dates of the clinic; visits are wall times. Only this module turns one into the
other, so that daylight saving and midnight are decided once.
"""

from dataclasses import dataclass
from datetime import UTC, date, datetime, time, timedelta
from zoneinfo import ZoneInfo


@dataclass(frozen=True, slots=True)
class ClinicCalendar:
    """A clinic's zone (IANA name), its open ISO weekdays (1 Monday … 7 Sunday), its closed days, and the wall time at
    which its unit closes; ``None`` where nobody has said."""

    zone: str
    open_weekdays: frozenset[int] = frozenset({1, 2, 3, 4, 5})
    closed_on: frozenset[date] = frozenset()
    closes_at: time | None = None

    def today(self, now: datetime) -> date:
        """The civil date at the clinic at the instant ``now``."""
        return now.astimezone(ZoneInfo(self.zone)).date()

    def start_of(self, day: date) -> datetime:
        """The first instant (UTC) of a civil day, also where midnight is skipped by daylight saving."""
        return self.instant(datetime.combine(day, time.min))

    def instant(self, wall: datetime) -> datetime:
        """The UTC instant of a naive wall time. A time that occurs twice is the first of the two; a time that is
        skipped is read with the offset before the gap, so it lands just after it."""
        return wall.replace(tzinfo=ZoneInfo(self.zone), fold=0).astimezone(UTC)

    def wall(self, instant: datetime) -> datetime:
        """The naive wall time at the clinic of a UTC instant."""
        return instant.astimezone(ZoneInfo(self.zone)).replace(tzinfo=None)

    def is_open(self, day: date) -> bool:
        """Whether the clinic works on that day."""
        return day.isoweekday() in self.open_weekdays and day not in self.closed_on

    def open_days(self, from_on: date, until_on: date) -> int:
        """How many days the clinic is open from one day on and before another."""
        return sum(self.is_open(from_on + timedelta(days=days)) for days in range((until_on - from_on).days))

    def open_day_on_or_before(self, day: date) -> date:
        """The last open day not later than ``day``; ``day`` itself if the clinic has not been open for a year."""
        return next((found for back in range(366) if self.is_open(found := day - timedelta(days=back))), day)

    def add_open_days(self, day: date, count: int) -> date:
        """``count`` open days after ``day`` (before it when negative); zero gives ``day`` itself.

        A clinic that is closed for a year has no open days to count: calendar days are counted then.
        """
        step = 1 if count > 0 else -1
        found, left = day, abs(count)
        for _ in range(abs(count) * 366):
            if left == 0:
                return found
            found += timedelta(days=step)
            left -= self.is_open(found)
        return found if left == 0 else day + timedelta(days=count)
