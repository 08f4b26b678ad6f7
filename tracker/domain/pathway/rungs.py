"""How high the rungs of a ladder are."""

from collections.abc import Mapping

from tracker.domain.pathway.definition import Rung
from tracker.domain.words import Told

#: How high each person stands; a plan for a date that has come stands above all of them.
LEVELS: Mapping[Told, int] = {
    Told.COORDINATOR: 0,
    Told.NURSE: 0,
    Told.LEAD_COORDINATOR: 1,
    Told.PHYSICIAN: 2,
    Told.ON_CALL: 3,
}
PLAN_LEVEL = 4
#: From this height on whoever is on call is paged, also while a physician owes the plan.
PAGED_LEVEL = LEVELS[Told.ON_CALL]


def level_of(rung: Rung) -> int:
    """How high a rung is."""
    return PLAN_LEVEL if rung.is_plan else LEVELS[rung.who]
