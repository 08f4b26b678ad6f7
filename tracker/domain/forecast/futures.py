"""One possible future of a clinic after another: present cases go on from where they stand, new referrals follow."""

from collections import defaultdict
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from tracker.domain.chance import Chance, any_of
from tracker.domain.forecast.stage_times import StageTimes
from tracker.domain.statistics.risk_sets import Spell

#: After so many ways from a stage on, they are drawn from instead of being made anew for every patient of every future.
JOURNEYS = 200

#: Days after entering a stage at which a stage that is counted is entered, and its name.
Journey = tuple[tuple[int, str], ...]


@dataclass(frozen=True, slots=True)
class Waiting:
    """A present case: its stage, and for how many whole days."""

    stage: str
    days: int


class Model:
    """How long stages last and where they lead, as some cases' past says; with it, futures.

    Semi-Markov: what comes next depends on the stage and on how long a case has been in it, and on nothing else.
    """

    def __init__(
        self, chance: Chance, cases: Sequence[Sequence[tuple[str, Spell]]], *, counted: frozenset[str], days: int
    ) -> None:
        """``counted``: the stages whose entries are counted; ``days``: how far a future goes."""
        spells: dict[str, list[Spell]] = defaultdict(list)
        for case in cases:
            for stage, spell in case:
                spells[stage].append(spell)
        times = {stage: StageTimes(each) for stage, each in spells.items()}
        self._times: Mapping[str, StageTimes] = {stage: each for stage, each in times.items() if each.is_left}
        self._counted = counted
        self._days = days
        self._chance = chance
        self._journeys: dict[str, list[Journey]] = defaultdict(list)

    def of_waiting(self, waiting: Waiting) -> list[tuple[int, str]]:
        """On which of the days to come (1 is the next one) a case that is there enters which counted stage."""
        times = self._times.get(waiting.stage)
        if times is None:
            return []
        left, to = times.draw(self._chance, waited=waiting.days)
        return self._from(to, left - waiting.days)

    def of_arrival(self, stage: str, day: int) -> list[tuple[int, str]]:
        """The same for a case that comes into ``stage`` on that day."""
        return self._from(stage, day)

    def _from(self, stage: str, day: int) -> list[tuple[int, str]]:
        if day > self._days:
            return []
        journeys = self._journeys[stage]
        if len(journeys) < JOURNEYS:
            journeys.append(self._journey(stage))
            journey = journeys[-1]
        else:
            journey = any_of(self._chance, journeys)
        later = [(day + days, name) for days, name in journey]
        return [(day, stage), *later] if stage in self._counted else later

    def _journey(self, stage: str) -> Journey:
        """What is counted after entering ``stage``. A way in a circle within no time comes to an end by chance."""
        found, days = [], 0
        while (times := self._times.get(stage)) is not None:
            stayed, stage = times.draw(self._chance)
            days += stayed
            if days > self._days:
                break
            if stage in self._counted:
                found.append((days, stage))
        return tuple(found)
