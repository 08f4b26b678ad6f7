"""On which day each case first came to each milestone, and the cohort of those who were referred in a period."""

from collections.abc import Iterable, Mapping

from tracker.domain.milestones import SHOWN_BY, Milestone
from tracker.domain.reporting.columns import Stays
from tracker.domain.reporting.filters import Selection
from tracker.domain.reporting.history import History
from tracker.domain.reporting.waiting_times import CAME, LEFT, WAITS, Wait

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


def first_days(history: History, stages: Iterable[str]) -> Mapping[int, int]:
    """The day on which a case first came into one of these stages, by case."""
    wanted, found = history.codes(*stages), {}
    stays = history.of(Stays)
    for case, stage, entered_on in zip(stays.case, stays.stage, stays.entered_on, strict=True):
        if stage in wanted and case not in found:
            found[case] = entered_on
    return found


def milestone_days(history: History, milestone: Milestone) -> Mapping[int, int]:
    """The same for a milestone."""
    return first_days(history, SHOWN_BY[milestone])


def referred(history: History, selection: Selection) -> list[int]:
    """Cases on the way to a pump whose referral was received in the period. Who came with a pump was referred for its
    care, and is on no way to it."""
    cases, pathway = history.cases, history.code(PATHWAY)
    return [
        case
        for case, day in enumerate(cases.referred_on)
        if selection.chosen[case]
        and cases.pathway[case] == pathway
        and not cases.taken_over[case]
        and selection.falls_in(day)
    ]


def wait(history: History, case: int, since: int, came_on: int) -> Wait:
    """How long a case took from one day to another; 0: it has not come there, and left or waits."""
    if came_on:
        return Wait(case, came_on - since, CAME)
    closed_on = history.cases.closed_on[case]
    return Wait(case, closed_on - since, LEFT) if closed_on else Wait(case, history.today - since, WAITS)
