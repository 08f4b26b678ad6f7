"""How far a case has come: what reports count, remembered by the case as it enters a stage.

A case may come to a milestone in more than one way, and passes some of them more than once; it keeps each once.
"""

from collections.abc import Iterable, Mapping
from enum import IntFlag


class Milestone(IntFlag):
    """A set of milestones is one number. The values are stored: never change one."""

    TRIAL = 1
    POSITIVE = 2
    IMPLANTED = 4
    #: The patient came with a pump: what went before was elsewhere.
    TAKEN_OVER = 8


#: The stages that show that a case has come so far.
SHOWN_BY: Mapping[Milestone, frozenset[str]] = {
    Milestone.TRIAL: frozenset({"trial_observation", "trial_catheter_in"}),
    Milestone.POSITIVE: frozenset({"implant_decision"}),
    Milestone.IMPLANTED: frozenset({"recovering"}),
    Milestone.TAKEN_OVER: frozenset({"pump_intake"}),
}


def reached_by(stages: Iterable[str]) -> int:
    """The milestones of a case that has entered these stages."""
    entered = frozenset(stages)
    return sum(milestone.value for milestone, shown in SHOWN_BY.items() if shown & entered)
