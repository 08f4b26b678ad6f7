"""How many get through, and how long it takes: cohorts by referral, and waiting times by Kaplan and Meier."""

from array import array
from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import date
from itertools import compress

from tracker.domain.milestones import SHOWN_BY, Milestone
from tracker.domain.reporting.columns import Column, Stays
from tracker.domain.reporting.counted import Count, count
from tracker.domain.reporting.filters import Selection
from tracker.domain.reporting.history import History
from tracker.domain.reporting.reached import CLOSED, PATHWAY, first_days, milestone_days, referred, waits_until
from tracker.domain.reporting.waiting_times import NOBODY, Spans, WaitingTimes, times_of

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
    cohort, on = referred(history, selection), history.cases.referred_on
    trials, implants = milestone_days(history, Milestone.TRIAL), milestone_days(history, Milestone.IMPLANTED)
    first, after = selection.from_day, selection.until_day
    tested = [case for case in history.once(_with_trial) if selection.chosen[case] and first <= trials[case] < after]
    return Flow(
        everybody=_cohort(history, "", cohort),
        months=_by_month(history, cohort),
        referrers=_by_referrer(history, cohort),
        to_trial=waits_until(history, cohort, on, trials),
        to_implant=waits_until(history, cohort, on, implants),
        trial_to_implant=waits_until(history, tested, trials, implants),
        in_stages=_in_stages(history, selection),
    )


def _with_trial(history: History) -> Column:
    days = milestone_days(history, Milestone.TRIAL)
    return array("i", (case for case, day in enumerate(days) if day))


def _furthest(history: History) -> bytes:
    """The place of the furthest step to which each case has come."""
    found = bytearray(len(history.cases.id))
    for place, stages in enumerate(STEPS.values()):
        for case in compress(range(len(found)), first_days(history, stages)):
            found[case] = place
    return bytes(found)


def _by_month(history: History, cases: Sequence[int]) -> tuple[Cohort, ...]:
    on, groups = history.cases.referred_on, defaultdict[int, list[int]](list)
    for case in cases:
        groups[on[case]].append(case)
    months: dict[str, list[int]] = defaultdict(list)
    for day in sorted(groups):
        months[date.fromordinal(day).strftime("%Y-%m")] += groups[day]
    return tuple(_cohort(history, month, members) for month, members in months.items())


def _by_referrer(history: History, cases: Sequence[int]) -> tuple[Cohort, ...]:
    by, groups = history.cases.referrer, defaultdict[int, list[int]](list)
    for case in cases:
        groups[by[case]].append(case)
    cohorts = [_cohort(history, history.words[code], members) for code, members in groups.items()]
    return tuple(sorted(cohorts, key=lambda each: (-each.steps[0].reached.n, each.name)))


def _cohort(history: History, name: str, cases: Sequence[int]) -> Cohort:
    """Each case is put where it came furthest; a step is reached by who came there or further."""
    far = history.once(_furthest)
    furthest: list[list[int]] = [[] for _ in STEPS]
    for case in cases:
        furthest[far[case]].append(case)
    steps: list[Step] = []
    reached: list[int] = []
    for step, last in reversed(list(zip(STEPS, furthest, strict=True))):
        # The first one looked at is the end, of which nobody leaves.
        left, waits = ((), Count()) if not steps else _ended(history, last)
        reached = sorted(reached + last)
        steps.append(Step(step, Count(tuple(reached)), left, waits))
    return Cohort(name, tuple(reversed(steps)))


def _ended(history: History, cases: Sequence[int]) -> tuple[tuple[tuple[str, Count], ...], Count]:
    closed_on = history.cases.closed_on
    return left_by(history, cases), count(case for case in cases if not closed_on[case])


def left_by(history: History, cases: Iterable[int]) -> tuple[tuple[str, Count], ...]:
    """Those of the cases that are closed, by the stage in which they are, the most first."""
    found: dict[int, list[int]] = defaultdict(list)
    for case in cases:
        if history.cases.closed_on[case]:
            found[history.cases.stage[case]].append(case)
    named = [(history.words[stage], count(left)) for stage, left in found.items()]
    return tuple(sorted(named, key=lambda each: (-each[1].n, each[0])))


def _in_stages(history: History, selection: Selection) -> Mapping[str, WaitingTimes]:
    """By stage, of open stages of the way to a pump and with it, the most stays first."""
    found = {}
    for stage, (left, lasting) in history.once(_stays_by_stage).items():
        times = times_of(_began(left, selection), NOBODY, _began(lasting, selection))
        if times.n:
            found[stage] = times
    return dict(sorted(found.items(), key=lambda each: (-each[1].n, each[0])))


@dataclass(frozen=True, slots=True)
class _InStage:
    """Stays in one stage: the case, the day on which each began, and how many days it took or has taken so far.
    ``first`` and ``last``: between which days all of them began."""

    case: "array[int]"
    entered_on: "array[int]"
    days: "array[int]"
    first: int = 0
    last: int = 0


def _began(stays: _InStage, selection: Selection) -> Spans:
    """Cases and days of the stays that began in the period."""
    chosen, first, after = selection.chosen, selection.from_day, selection.until_day
    if first <= stays.first and stays.last < after:
        meant = list(map(chosen.__getitem__, stays.case))
        return list(compress(stays.case, meant)), list(compress(stays.days, meant))
    meant = [first <= day < after and chosen[case] for case, day in zip(stays.case, stays.entered_on, strict=True)]
    return list(compress(stays.case, meant)), list(compress(stays.days, meant))


def _stays_by_stage(history: History) -> Mapping[str, tuple[_InStage, _InStage]]:
    """The stays that are over and those that last, of each open stage of the pathway."""
    stays, cases, pathway, today = history.of(Stays), history.cases, history.code(PATHWAY), history.today
    closed, is_meant = history.codes(*CLOSED), bytes(each == pathway for each in cases.pathway)
    found: dict[int, tuple[_InStage, _InStage]] = {}
    for case, stage, entered_on, left_on in zip(stays.case, stays.stage, stays.entered_on, stays.left_on, strict=True):
        if not is_meant[case] or stage in closed:
            continue
        if stage not in found:
            found[stage] = _no_stays(), _no_stays()
        into = found[stage][not left_on]
        into.case.append(case)
        into.entered_on.append(entered_on)
        into.days.append((left_on or today) - entered_on)
    return {history.words[stage]: (_bounded(over), _bounded(lasting)) for stage, (over, lasting) in found.items()}


def _bounded(stays: _InStage) -> _InStage:
    return replace(stays, first=min(stays.entered_on, default=0), last=max(stays.entered_on, default=0))


def _no_stays() -> _InStage:
    return _InStage(array("i"), array("i"), array("i"))
