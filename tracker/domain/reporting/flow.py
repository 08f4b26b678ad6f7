"""How many get through, and how long it takes: cohorts by referral, and waiting times by Kaplan and Meier."""

from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from operator import and_

from tracker.domain.milestones import SHOWN_BY, Milestone
from tracker.domain.reporting.columns import Stays
from tracker.domain.reporting.counted import Count, count
from tracker.domain.reporting.filters import Selection
from tracker.domain.reporting.history import History
from tracker.domain.reporting.reached import CLOSED, PATHWAY, first_days, milestone_days, referred, wait
from tracker.domain.reporting.waiting_times import CAME, WAITS, Wait, WaitingTimes, waiting_times

NEEDS = (Stays,)
DEFINITION = (
    "Of the patients whose referral was received in the period, how many have come as far as each step, or further; "
    "and of those who came no further, how many have left and how many are still under way. Who came with a pump is "
    "not counted."
)
TIMES_DEFINITION = (
    "Days from the receipt of the referral to the first test dose and to the implant (the discharge with the pump), of "
    "patients referred in the period; from the first test dose to the implant, of patients whose first test dose fell "
    "into it; and in each stage, of stays that began in it. Who still waits is counted as waiting (Kaplan–Meier), who "
    "left otherwise until that day."
)
#: The steps of the funnel and the stages that show that a case has come so far.
STEPS: Mapping[str, frozenset[str]] = {
    "referred": frozenset(),
    "evaluated": frozenset({"evaluating"}),
    "trial": SHOWN_BY[Milestone.TRIAL],
    "positive": SHOWN_BY[Milestone.POSITIVE],
    "implanted": SHOWN_BY[Milestone.IMPLANTED],
}


@dataclass(frozen=True, slots=True)
class Step:
    """``reached``: came so far or further. Of those who came no further: ``left`` by the stage in which they are
    closed, the most first, and ``waits``."""

    name: str
    reached: Count
    left: tuple[tuple[str, Count], ...]
    waits: Count


@dataclass(frozen=True, slots=True)
class Cohort:
    """Patients referred together: in a month (``2026-03``), by a referrer, or all (an empty name)."""

    name: str
    steps: tuple[Step, ...]


@dataclass(frozen=True, slots=True)
class Flow:
    """``months`` in their order; ``referrers`` with the most patients first. ``in_stages``: by stage."""

    everybody: Cohort
    months: tuple[Cohort, ...]
    referrers: tuple[Cohort, ...]
    to_trial: WaitingTimes
    to_implant: WaitingTimes
    trial_to_implant: WaitingTimes
    in_stages: Mapping[str, WaitingTimes]


def flow(history: History, selection: Selection) -> Flow:
    """The funnel and the waiting times."""
    cohort = referred(history, selection)
    far = _furthest(history)
    trials, implants = milestone_days(history, Milestone.TRIAL), milestone_days(history, Milestone.IMPLANTED)
    on = history.cases.referred_on
    return Flow(
        everybody=_cohort(history, "", cohort, far),
        months=_cohorts(history, cohort, far, {case: _month(on[case]) for case in cohort}, by_name=True),
        referrers=_cohorts(
            history, cohort, far, {case: history.words[history.cases.referrer[case]] for case in cohort}, by_name=False
        ),
        to_trial=waiting_times(wait(history, case, on[case], trials.get(case, 0)) for case in cohort),
        to_implant=waiting_times(wait(history, case, on[case], implants.get(case, 0)) for case in cohort),
        trial_to_implant=waiting_times(_after_trial(history, selection, trials, implants)),
        in_stages=_in_stages(history, selection),
    )


def _furthest(history: History) -> Mapping[int, int]:
    """The place of the furthest step of each case that has come further than the first."""
    found: dict[int, int] = {}
    for place, stages in enumerate(STEPS.values()):
        found.update(dict.fromkeys(first_days(history, stages), place))
    return found


def _month(day: int) -> str:
    return date.fromordinal(day).strftime("%Y-%m")


def _cohorts(
    history: History, cases: Iterable[int], far: Mapping[int, int], names: Mapping[int, str], *, by_name: bool
) -> tuple[Cohort, ...]:
    groups: dict[str, list[int]] = defaultdict(list)
    for case in cases:
        groups[names[case]].append(case)
    order = sorted(groups) if by_name else sorted(groups, key=lambda name: (-len(groups[name]), name))
    return tuple(_cohort(history, name, groups[name], far) for name in order)


def _cohort(history: History, name: str, cases: Sequence[int], far: Mapping[int, int]) -> Cohort:
    steps = []
    for place, step in enumerate(STEPS):
        last = [case for case in cases if far.get(case, 0) == place]
        is_end = place == len(STEPS) - 1
        steps.append(
            Step(
                step,
                count(case for case in cases if far.get(case, 0) >= place),
                () if is_end else left_by(history, last),
                Count() if is_end else count(case for case in last if not history.cases.closed_on[case]),
            )
        )
    return Cohort(name, tuple(steps))


def left_by(history: History, cases: Iterable[int]) -> tuple[tuple[str, Count], ...]:
    """Those of the cases that are closed, by the stage in which they are, the most first."""
    found: dict[int, list[int]] = defaultdict(list)
    for case in cases:
        if history.cases.closed_on[case]:
            found[history.cases.stage[case]].append(case)
    named = [(history.words[stage], count(left)) for stage, left in found.items()]
    return tuple(sorted(named, key=lambda each: (-each[1].n, each[0])))


def _after_trial(
    history: History, selection: Selection, trials: Mapping[int, int], implants: Mapping[int, int]
) -> Iterable[Wait]:
    for case, day in trials.items():
        if selection.chosen[case] and selection.falls_in(day):
            yield wait(history, case, day, implants.get(case, 0))


def _in_stages(history: History, selection: Selection) -> Mapping[str, WaitingTimes]:
    """By stage, of open stages of the way to a pump and with it, the most stays first."""
    found: dict[int, list[Wait]] = defaultdict(list)
    stays, cases, pathway = history.of(Stays), history.cases, history.code(PATHWAY)
    closed = history.codes(*CLOSED)
    today, first, after = history.today, selection.from_day, selection.until_day
    meant = bytes(map(and_, selection.chosen, (each == pathway for each in cases.pathway)))
    for case, stage, entered_on, left_on in zip(stays.case, stays.stage, stays.entered_on, stays.left_on, strict=True):
        if first <= entered_on < after and meant[case] and stage not in closed:
            wait_until = left_on or today
            found[stage].append(Wait(case, wait_until - entered_on, CAME if left_on else WAITS))
    order = sorted(found, key=lambda stage: (-len(found[stage]), history.words[stage]))
    return {history.words[stage]: waiting_times(found[stage]) for stage in order}
