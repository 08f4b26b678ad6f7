"""How many get through, and how long it takes: cohorts by referral, and waiting times by Kaplan and Meier."""

from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import date
from itertools import chain, compress

from tracker.domain.milestones import SHOWN_BY, Milestone
from tracker.domain.reporting.columns import Column, Stays
from tracker.domain.reporting.counted import Count, count
from tracker.domain.reporting.dated import Dated, dated
from tracker.domain.reporting.filters import Selection
from tracker.domain.reporting.history import History
from tracker.domain.reporting.reached import (
    CAME,
    CLOSED,
    PATHWAY,
    WAITS,
    ended_on,
    first_days,
    milestone_days,
    on_the_way,
    referred,
)
from tracker.domain.reporting.waiting_times import WaitingTimes, times_of

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
    return Flow(
        everybody=_cohort(history, "", cohort),
        months=_by_month(history, cohort),
        referrers=_by_referrer(history, cohort),
        to_trial=_times(history.once(_from_referral, Milestone.TRIAL), selection),
        to_implant=_times(history.once(_from_referral, Milestone.IMPLANTED), selection),
        trial_to_implant=_times(history.once(_from_trial), selection),
        in_stages=_in_stages(history, selection),
    )


@dataclass(frozen=True, slots=True)
class _Ends:
    """How each case has ended, as a place in ``kinds``: the place of the furthest step to which it has come, and the
    code of the stage in which it is closed; -1 for one that is open."""

    of_case: tuple[int, ...]
    kinds: tuple[tuple[int, int], ...]


def _ends(history: History) -> _Ends:
    furthest = bytearray(len(history.cases.id))
    for place, stages in enumerate(STEPS.values()):
        for case in compress(range(len(furthest)), first_days(history, stages)):
            furthest[case] = place
    closed = (stage if on else -1 for stage, on in zip(history.cases.stage, history.cases.closed_on, strict=True))
    kinds: dict[tuple[int, int], int] = {}
    of_case = tuple([kinds.setdefault(each, len(kinds)) for each in zip(furthest, closed, strict=True)])
    return _Ends(of_case, tuple(kinds))


def _by_month(history: History, cases: Sequence[int]) -> tuple[Cohort, ...]:
    on = list(map(history.cases.referred_on.__getitem__, cases))
    month_of = {day: date.fromordinal(day).strftime("%Y-%m") for day in set(on)}
    months: dict[str, list[int]] = defaultdict(list)
    for case, day in zip(cases, on, strict=True):
        months[month_of[day]].append(case)
    return tuple(_cohort(history, month, months[month]) for month in sorted(months))


def _by_referrer(history: History, cases: Sequence[int]) -> tuple[Cohort, ...]:
    by, groups = history.cases.referrer, defaultdict[int, list[int]](list)
    for case in cases:
        groups[by[case]].append(case)
    cohorts = [_cohort(history, history.words[code], members) for code, members in groups.items()]
    return tuple(sorted(cohorts, key=lambda each: (-each.steps[0].reached.n, each.name)))


def _cohort(history: History, name: str, cases: Sequence[int]) -> Cohort:
    """Each case is put where it came furthest; a step is reached by who came there or further."""
    ends = history.once(_ends)
    ended_as: list[list[int]] = [[] for _ in ends.kinds]
    for case, kind in zip(cases, map(ends.of_case.__getitem__, cases), strict=True):
        ended_as[kind].append(case)
    groups = {kind: members for kind, members in zip(ends.kinds, ended_as, strict=True) if members}
    steps: list[Step] = []
    reached: list[int] = []
    for place, name_of_step in reversed(list(enumerate(STEPS))):
        ended = {stage: members for (furthest, stage), members in groups.items() if furthest == place}
        reached = sorted(chain(reached, *ended.values()))
        waits = ended.pop(-1, [])
        # The first one looked at is the end, of which nobody leaves.
        step = Step(name_of_step, Count(tuple(reached)), (), Count())
        steps.append(replace(step, left=_left(history, ended), waits=count(waits)) if steps else step)
    return Cohort(name, tuple(reversed(steps)))


def _left(history: History, by_stage: Mapping[int, Sequence[int]]) -> tuple[tuple[str, Count], ...]:
    """The most first."""
    named = [(history.words[stage], count(left)) for stage, left in by_stage.items()]
    return tuple(sorted(named, key=lambda each: (-each[1].n, each[0])))


def _in_stages(history: History, selection: Selection) -> Mapping[str, WaitingTimes]:
    """By stage, of open stages of the way to a pump and with it, the most stays first."""
    found = {stage: _times(stays, selection) for stage, stays in history.once(_stays_by_stage).items()}
    return dict(sorted(((stage, times) for stage, times in found.items() if times.n), key=_most_stays))


def _most_stays(each: tuple[str, WaitingTimes]) -> tuple[int, str]:
    return -each[1].n, each[0]


#: Those who came to the end, who left otherwise, and who wait.
_Parted = tuple[Dated, Dated, Dated]


def _parted(history: History, times: Iterable[tuple[int, int, int, int]]) -> _Parted:
    """Of times, each by its end (``CAME``, ``LEFT``, ``WAITS``), the case, the day on which it began, and its days."""
    ended: tuple[list[tuple[int, int, int]], ...] = ([], [], [])
    for end, case, began_on, days in times:
        ended[end].append((case, began_on, days))
    came, left, waits = (dated(history, rows) for rows in ended)
    return came, left, waits


def _from_referral(history: History, milestone: Milestone) -> _Parted:
    """From the referral to a milestone, of those on the way to a pump."""
    meant = compress(range(len(history.cases.id)), history.once(on_the_way))
    return _parted(history, _until(history, meant, history.cases.referred_on, milestone_days(history, milestone)))


def _from_trial(history: History) -> _Parted:
    """From the first trial to the implant."""
    trials = milestone_days(history, Milestone.TRIAL)
    meant = compress(range(len(trials)), trials)
    return _parted(history, _until(history, meant, trials, milestone_days(history, Milestone.IMPLANTED)))


def _until(
    history: History, cases: Iterable[int], since: Column, came_on: Column
) -> Iterator[tuple[int, int, int, int]]:
    for case in cases:
        ended, until = ended_on(history, came_on, case)
        yield ended, case, since[case], until - since[case]


def _stays_by_stage(history: History) -> Mapping[str, _Parted]:
    """The stays that are over and those that last, of each open stage of the pathway. Nobody leaves one otherwise."""
    stays, cases, pathway, today = history.of(Stays), history.cases, history.code(PATHWAY), history.today
    closed, is_meant = history.codes(*CLOSED), bytes(each == pathway for each in cases.pathway)
    found: dict[int, list[tuple[int, int, int, int]]] = defaultdict(list)
    for case, stage, entered_on, left_on in zip(stays.case, stays.stage, stays.entered_on, stays.left_on, strict=True):
        if is_meant[case] and stage not in closed:
            ended = CAME if left_on else WAITS
            found[stage].append((ended, case, entered_on, (left_on or today) - entered_on))
    return {history.words[stage]: _parted(history, times) for stage, times in found.items()}


def _times(parted: _Parted, selection: Selection) -> WaitingTimes:
    """Of those that began in the period."""
    came, left, waits = (each.picked(selection) for each in parted)
    return times_of(came, left, waits)
