"""How long a stage lasts and where it leads, as something that can be drawn from.

The days are Aalen's and Johansen's: at each day on which somebody left, the share of those still there, and where they
went. Beyond the longest time that was seen, people leave at the stage's own average rate.
"""

from bisect import bisect_left, bisect_right
from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from itertools import accumulate
from math import log

from tracker.domain.chance import Chance
from tracker.domain.statistics.risk_sets import Spell, grouped, risk_sets


class StageTimes:
    """Of one stage. Days are whole."""

    def __init__(self, spells: Iterable[Spell]) -> None:
        """From the time that people spent in it. Of a stage that nobody left nothing can be drawn: ``is_left``."""
        kept = list(spells)
        self._days: list[float] = []
        #: Minus the share still there after that day: rising, as bisect wants it.
        self._left_over: list[float] = []
        self._ways: list[_Ways] = []
        survival = 1.0
        total: Counter[str] = Counter()
        for each in risk_sets(grouped(kept)):
            if each.exits.ended:
                survival *= (each.at_risk - each.exits.ended) / each.at_risk
                self._days.append(each.exits.time)
                self._left_over.append(-survival)
                self._ways.append(_Ways(each.exits.events))
                total.update(each.exits.events)
        self.is_left = bool(total)
        self._all_ways = _Ways(total)
        # A day more for each: who leaves on the first day has spent it there.
        self._mean_days = sum(each.until - each.joined + 1 for each in kept) / max(1, total.total())

    def draw(self, chance: Chance, *, waited: float = -1) -> tuple[int, str]:
        """The day of leaving, counted from entering, and where to. ``waited``: it has not been left by that day.

        :raises IndexError: for a stage that nobody left
        """
        place = bisect_right(self._days, waited)
        there = -self._left_over[place - 1] if place else 1.0
        # The first day after which fewer are left than this share.
        place = bisect_left(self._left_over, -chance.random() * there, lo=place)
        if place < len(self._days):
            return int(self._days[place]), self._ways[place].draw(chance)
        longest = max(self._days[-1], waited)
        beyond = 1 + int(-log(1 - chance.random()) * self._mean_days)
        return int(longest) + beyond, self._all_ways.draw(chance)


class _Ways:
    """Where people went, each as often as it happened."""

    def __init__(self, events: Mapping[str, int]) -> None:
        found = sorted((way, count) for way, count in events.items() if count)
        self._names: Sequence[str] = [way for way, _ in found]
        self._until: Sequence[int] = list(accumulate(count for _, count in found))

    def draw(self, chance: Chance) -> str:
        if len(self._names) == 1:
            return self._names[0]
        return self._names[bisect_right(self._until, chance.random() * self._until[-1])]
