"""The hours of the night in which nobody is written to, by the wall clock of the patient's zone."""

from dataclasses import dataclass
from datetime import datetime, time, timedelta

from tracker.domain.calendar import ClinicCalendar


@dataclass(frozen=True, slots=True)
class QuietHours:
    """From a wall time of the evening (``begins``, inclusive) until one of the morning (``ends``, exclusive). Calls and
    texts to people's homes are held to 08:00 to 21:00 of their own time (47 CFR 64.1200(c)(1))."""

    begins: time = time(21)
    ends: time = time(8)

    def until(self, now: datetime, calendar: ClinicCalendar) -> datetime | None:
        """The instant at which the night that ``now`` lies in is over; ``None`` by day. ``calendar`` has the patient's
        zone. A night may begin after midnight, and one without any length is none."""
        wall = calendar.wall(now)
        if self.begins <= self.ends:
            is_quiet, is_eve = self.begins <= wall.time() < self.ends, False
        else:
            is_eve = wall.time() >= self.begins
            is_quiet = is_eve or wall.time() < self.ends
        if not is_quiet:
            return None
        return calendar.instant(datetime.combine(wall.date() + timedelta(days=is_eve), self.ends))
