"""How long something takes, with who has not come to the end yet counted as still waiting; the naive figure beside."""

from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import NamedTuple

from tracker.domain.reporting.counted import Count, count
from tracker.domain.statistics.finished_only import quantile_of_finished
from tracker.domain.statistics.kaplan_meier import KaplanMeier, Quantile, kaplan_meier
from tracker.domain.statistics.risk_sets import Exits

#: The share that is called the slow end.
SLOW = 0.9
CAME, LEFT, WAITS = "came", "left", "waits"
#: Cases, and the days of each.
Spans = tuple[Sequence[int], Sequence[int]]
NOBODY: Spans = ((), ())


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

    @property
    def n(self) -> int:
        """How many these are."""
        return self.came.n + self.left.n + self.waits.n


def waiting_times(waits: Iterable[tuple[int, int, str]]) -> WaitingTimes:
    """The times of these cases, each a ``Wait``. A time cannot be less than nothing: what was dated before its
    beginning took none."""
    kept: dict[str, tuple[list[int], list[int]]] = {ended: ([], []) for ended in (CAME, LEFT, WAITS)}
    for case, days, ended in waits:
        cases, times = kept[ended]
        cases.append(case)
        times.append(days)
    return times_of(*kept.values())


def times_of(came: Spans, left: Spans, waits: Spans) -> WaitingTimes:
    """The same, of cases and their days parted by how they ended."""
    exits = _exits(Counter(came[1]), Counter(left[1]) + Counter(waits[1]))
    curve = kaplan_meier(exits)
    return WaitingTimes(
        came=count(came[0]),
        left=count(left[0]),
        waits=count(waits[0]),
        curve=curve,
        median=curve.median,
        slow=curve.quantile(SLOW),
        naive_median=quantile_of_finished(exits, 0.5),
        naive_slow=quantile_of_finished(exits, SLOW),
    )


def _exits(came: Mapping[int, int], others: Mapping[int, int]) -> list[Exits]:
    """One for each time, those below nothing together."""
    ended: dict[int, list[int]] = {}
    for place, counts in enumerate((came, others)):
        for days, n in counts.items():
            ended.setdefault(max(0, days), [0, 0])[place] += n
    return [Exits(days, {CAME: n} if n else {}, censored) for days, (n, censored) in sorted(ended.items())]
