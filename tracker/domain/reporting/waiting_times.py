"""How long something takes, with who has not come to the end yet counted as still waiting; the naive figure beside."""

from collections import Counter
from collections.abc import Iterable
from dataclasses import dataclass
from typing import NamedTuple

from tracker.domain.reporting.counted import Count, count
from tracker.domain.statistics.finished_only import quantile_of_finished
from tracker.domain.statistics.kaplan_meier import KaplanMeier, Quantile, kaplan_meier
from tracker.domain.statistics.risk_sets import Exits

#: The share that is called the slow end.
SLOW = 0.9
CAME, LEFT, WAITS = "came", "left", "waits"


class Wait(NamedTuple):
    """One case's time, in whole days, and how it ended: it came to the end, left otherwise, or still waits."""

    case: int
    days: int
    ended: str


@dataclass(frozen=True, slots=True)
class WaitingTimes:
    """``median`` and ``slow`` are Kaplan–Meier's, from ``curve``; who left otherwise is censored on that day, as who
    waits is today. ``naive_median`` and ``naive_slow`` are those of who came alone: too short while others wait."""

    came: Count
    left: Count
    waits: Count
    curve: KaplanMeier
    median: Quantile
    slow: Quantile
    naive_median: float | None
    naive_slow: float | None

    @property
    def all(self) -> Count:
        """The denominator."""
        return count(self.came.cases + self.left.cases + self.waits.cases)


def waiting_times(waits: Iterable[Wait]) -> WaitingTimes:
    """The times of these cases. A time cannot be less than nothing: what was dated before its beginning took none."""
    kept = list(waits)
    exits = _exits(kept)
    curve = kaplan_meier(exits)
    return WaitingTimes(
        came=count(each.case for each in kept if each.ended == CAME),
        left=count(each.case for each in kept if each.ended == LEFT),
        waits=count(each.case for each in kept if each.ended == WAITS),
        curve=curve,
        median=curve.median,
        slow=curve.quantile(SLOW),
        naive_median=quantile_of_finished(exits, 0.5),
        naive_slow=quantile_of_finished(exits, SLOW),
    )


def _exits(waits: Iterable[Wait]) -> list[Exits]:
    came: Counter[int] = Counter()
    others: Counter[int] = Counter()
    for _case, days, ended in waits:
        (came if ended == CAME else others)[max(0, days)] += 1
    times = sorted(came.keys() | others.keys())
    return [Exits(days, {CAME: came[days]} if came[days] else {}, others[days]) for days in times]
