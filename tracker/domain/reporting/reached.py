"""On which day each case first came to each milestone, and the cohort of those who were referred in a period."""

from array import array
from collections.abc import Iterable
from itertools import compress
from operator import and_

from tracker.domain.milestones import SHOWN_BY, Milestone
from tracker.domain.reporting.columns import Column, Stays
from tracker.domain.reporting.filters import Selection
from tracker.domain.reporting.history import History
from tracker.domain.reporting.waiting_times import WaitingTimes, times_of

PATHWAY = "itb"
#: The closed stages of that pathway. A case that was reopened has left one of them, and waited in none.
CLOSED = frozenset(
    {
        "not_a_candidate",
        "trial_unsuccessful",
        "not_covered",
        "declined",
        "unreachable",
        "device_removed",
        "transferred",
        "deceased",
        "entered_in_error",
    }
)
#: How a way ended.
CAME, LEFT, WAITS = range(3)


def first_days(history: History, stages: frozenset[str]) -> Column:
    """The day on which each case first came into one of these stages; 0: never."""
    return history.once(_first_days, stages)


def _first_days(history: History, stages: frozenset[str]) -> Column:
    wanted, stays = history.codes(*stages), history.of(Stays)
    found = array("i", bytes(4 * len(history.cases.id)))
    for case, stage, entered_on in zip(stays.case, stays.stage, stays.entered_on, strict=True):
        if stage in wanted and not found[case]:
            found[case] = entered_on
    return found


def milestone_days(history: History, milestone: Milestone) -> Column:
    """The same for a milestone."""
    return first_days(history, SHOWN_BY[milestone])


def referred(history: History, selection: Selection) -> list[int]:
    """Cases on the way to a pump whose referral was received in the period. Who came with a pump was referred for its
    care, and is on no way to it."""
    first, after, on = selection.from_day, selection.until_day, history.cases.referred_on
    meant = map(and_, selection.chosen, history.once(on_the_way))
    return [case for case in compress(range(len(on)), meant) if first <= on[case] < after]


def on_the_way(history: History) -> bytes:
    """A 1 for each case of the pathway to a pump whose patient came without one."""
    cases, pathway = history.cases, history.code(PATHWAY)
    return bytes(each == pathway and not taken for each, taken in zip(cases.pathway, cases.taken_over, strict=True))


def ended_on(history: History, came_on: Column, case: int) -> tuple[int, int]:
    """How a case's way to the day in ``came_on`` has ended (``CAME``, ``LEFT``, ``WAITS``), and on which day; today
    while it waits."""
    if until := came_on[case]:
        return CAME, until
    if until := history.cases.closed_on[case]:
        return LEFT, until
    return WAITS, history.today


def waits_until(history: History, cases: Iterable[int], since: Column, came_on: Column) -> WaitingTimes:
    """How long these cases took from one day to another, each day by case; 0: who has not come there left or waits."""
    spans: tuple[tuple[list[int], list[int]], ...] = (([], []), ([], []), ([], []))
    for case in cases:
        ended, until = ended_on(history, came_on, case)
        spans[ended][0].append(case)
        spans[ended][1].append(until - since[case])
    return times_of(*spans)
