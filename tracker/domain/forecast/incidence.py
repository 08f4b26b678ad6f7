"""For each stage the share that has left it after so many weeks, by where they went: what the forecast rests on."""

from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date

from tracker.domain.forecast.stage_visits import StageVisit, spells_by_case
from tracker.domain.statistics.aalen_johansen import aalen_johansen
from tracker.domain.statistics.risk_sets import Spell, grouped

#: A stage that fewer have left is not drawn as a curve.
ENOUGH_EXITS = 20


@dataclass(frozen=True, slots=True)
class StageIncidence:
    """``left``: by where they went, the share that had gone there after each of the weeks 1, 2, ...; the rest waits.

    ``left`` is ``None`` where too few left to say: ``exits`` of ``ENOUGH_EXITS``.
    """

    exits: int
    left: Mapping[str, Sequence[float]] | None


def incidence_by_week(
    visits: Iterable[StageVisit], *, since: date, on: date, weeks: int
) -> Mapping[str, StageIncidence]:
    """The cumulative incidence of each way out of each stage, by stage, from the time between ``since`` and ``on``."""
    spells: dict[str, list[Spell]] = defaultdict(list)
    for case in spells_by_case(visits, since=since, on=on):
        for stage, spell in case:
            spells[stage].append(spell)
    return {stage: _incidence(each, weeks) for stage, each in spells.items()}


def _incidence(spells: Sequence[Spell], weeks: int) -> StageIncidence:
    exits = sum(bool(spell.cause) for spell in spells)
    if exits < ENOUGH_EXITS:
        return StageIncidence(exits, None)
    curves = aalen_johansen(grouped(spells))
    ends = [7 * week for week in range(1, weeks + 1)]
    return StageIncidence(exits, {cause: tuple(map(curve.left_by, ends)) for cause, curve in curves.items()})
