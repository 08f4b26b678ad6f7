"""When so many messages at once are a burst that nobody foresaw: of the dispatcher as of the preview."""

from collections import defaultdict
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

from tracker.domain.outlook import Foreseen

#: So many at once are no burst, nor are they up to a share of the patients.
FEW, SHARE = 20, 0.1
#: Later than this is late.
LATE = timedelta(days=1)
#: What a person has said may go although it came in a burst.
RELEASED = "released"


@dataclass(frozen=True, slots=True, kw_only=True)
class BurstGuard:
    """A clinic's measure of a burst. ``forecast_at``: what was planned by then goes as foreseen; before the first
    forecast only what is late counts. ``next_forecast_at``: when what is planned by now will be foreseen too."""

    patients: int
    forecast_at: datetime | None
    next_forecast_at: datetime

    def is_unforeseen(self, at: datetime, *, planned_at: datetime, wanted_at: datetime) -> bool:
        """Whether a message that a dispatcher finds ``at`` an instant counts."""
        if wanted_at < at - LATE:
            return True
        return self.forecast_at is not None and self.forecast_at < planned_at and at < self.next_forecast_at

    def is_burst(self, count: int) -> bool:
        """Whether so many that count, found at one instant, are held back."""
        return count > FEW and count > self.patients * SHARE


def held_back(several: Sequence[Foreseen], guard: BurstGuard) -> frozenset[int]:
    """The places of those that would be held back for a person, as the dispatcher's first pass at each instant decides:
    what was held earlier counts no more."""
    found_at: dict[datetime, set[int]] = defaultdict(set)
    for place, each in enumerate(several):
        for look in each.looks:
            if guard.is_unforeseen(look, planned_at=each.planned_at, wanted_at=each.wanted_at):
                found_at[look].add(place)
    held: set[int] = set()
    for look in sorted(found_at):
        counted = found_at[look] - held
        if guard.is_burst(len(counted)):
            held |= counted
    return frozenset(held)
