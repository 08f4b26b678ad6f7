"""What trials showed, by dose, diagnosis and clinician; who came from a trial to an implant; why patients leave."""

from collections import defaultdict
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass

from tracker.domain.milestones import Milestone
from tracker.domain.reporting.columns import Stays, Trials
from tracker.domain.reporting.counted import Count, Share, count
from tracker.domain.reporting.filters import Selection
from tracker.domain.reporting.grouping import Named, counted_by
from tracker.domain.reporting.history import History
from tracker.domain.reporting.reached import CLOSED, PATHWAY, milestone_days
from tracker.domain.words import Outcome

NEEDS = (Trials, Stays)
DEFINITION = (
    "Test doses given in the period, and attempts in which none reached the patient, each with the outcome that a "
    "physician recorded and that still stands. A share is of those with an outcome; a patient tested twice counts "
    "twice."
)
CONVERSION_DEFINITION = (
    "Of the patients with a first positive outcome in the period, each once: how many have a pump by now, have left, "
    "or are still on the way."
)
LEAVING_DEFINITION = (
    "Patients on the way to a pump whose case was closed in the period and is still closed, by the stage in which they "
    "stood and the reason that was chosen."
)
#: The microgram in the unit of the column.
NG = 1000


@dataclass(frozen=True, slots=True)
class Tested:
    """Trials with something in common. ``positive`` is of those with an ``outcome``; ``open``: without one yet."""

    name: str
    trials: Count
    outcomes: Named
    positive: Share
    open: Count


@dataclass(frozen=True, slots=True)
class Conversion:
    """What became of patients with a positive trial; ``left`` by the stage in which they are closed."""

    implanted: Share
    left: Named
    waits: Count


@dataclass(frozen=True, slots=True)
class Leaving:
    """Who left from a ``stage``, to which closed stage and why; the reason is empty where none was asked for."""

    stage: str
    closed_as: str
    reason: str
    cases: Count


@dataclass(frozen=True, slots=True)
class TrialReport:
    """``by_dose``: names are micrograms (``50``), by size, empty where no dose reached the patient; ``by_diagnosis``: a
    ``Condition``, empty where none is on record; ``by_clinician``: the id of the row, ``0`` where none is known."""

    everybody: Tested
    by_dose: tuple[Tested, ...]
    by_diagnosis: tuple[Tested, ...]
    by_clinician: tuple[Tested, ...]
    conversion: Conversion
    leaving: tuple[Leaving, ...]


def trial_report(history: History, selection: Selection) -> TrialReport:
    """Trials of the period, what followed, and who left in it."""
    trials, words = history.of(Trials), history.words
    rows = [
        row
        for row, case in enumerate(trials.case)
        if selection.has_with(case, trials.clinician[row])
        and selection.falls_in(trials.given_on[row] or trials.outcome_on[row])
    ]
    by_dose = _groups(history, rows, lambda row: dose_text(trials.dose_ng[row]))
    return TrialReport(
        everybody=_tested(history, "", rows),
        by_dose=tuple(sorted(by_dose, key=lambda each: float(each.name or 0))),
        by_diagnosis=_groups(history, rows, lambda row: words[history.cases.diagnosis[trials.case[row]]]),
        by_clinician=_groups(history, rows, lambda row: str(trials.clinician[row])),
        conversion=_conversion(history, selection),
        leaving=_leaving(history, selection),
    )


def dose_text(dose_ng: int) -> str:
    """A dose in micrograms, without zeros at its end; empty for none."""
    return f"{dose_ng / NG:.3f}".rstrip("0").rstrip(".") if dose_ng else ""


def _groups(history: History, rows: Iterable[int], name_of: Callable[[int], str]) -> tuple[Tested, ...]:
    groups: dict[str, list[int]] = defaultdict(list)
    for row in rows:
        groups[name_of(row)].append(row)
    found = (_tested(history, name, members) for name, members in groups.items())
    return tuple(sorted(found, key=lambda each: (-each.trials.n, each.name)))


def _tested(history: History, name: str, rows: Sequence[int]) -> Tested:
    trials, words = history.of(Trials), history.words
    decided = [row for row in rows if trials.outcome[row]]
    positive = history.code(Outcome.POSITIVE)
    return Tested(
        name=name,
        trials=count(trials.case[row] for row in rows),
        outcomes=counted_by((words[trials.outcome[row]], trials.case[row]) for row in decided),
        positive=Share(
            count(trials.case[row] for row in decided if trials.outcome[row] == positive),
            count(trials.case[row] for row in decided),
        ),
        open=count(trials.case[row] for row in rows if not trials.outcome[row]),
    )


def _conversion(history: History, selection: Selection) -> Conversion:
    trials, cases, positive = history.of(Trials), history.cases, history.code(Outcome.POSITIVE)
    first: dict[int, tuple[int, int]] = {}
    for row, case in enumerate(trials.case):
        if trials.outcome[row] == positive:
            first[case] = min(first.get(case, (trials.outcome_on[row], row)), (trials.outcome_on[row], row))
    chosen = [
        case
        for case, (day, row) in first.items()
        if selection.has_with(case, trials.clinician[row]) and selection.falls_in(day)
    ]
    implants = milestone_days(history, Milestone.IMPLANTED)
    others = [case for case in chosen if not _is_after(implants, case, first)]
    return Conversion(
        implanted=Share(count(set(chosen) - set(others)), count(chosen)),
        left=counted_by((history.words[cases.stage[case]], case) for case in others if cases.closed_on[case]),
        waits=count(case for case in others if not cases.closed_on[case]),
    )


def _is_after(implants: Mapping[int, int], case: int, first: Mapping[int, tuple[int, int]]) -> bool:
    """Whether the implant followed the trial: who had a pump before was not converted by it."""
    return implants.get(case, 0) >= first[case][0]


def _leaving(history: History, selection: Selection) -> tuple[Leaving, ...]:
    """The last open stage of each is where it left."""
    cases, words, pathway = history.cases, history.words, history.code(PATHWAY)
    closed, implants = history.codes(*CLOSED), milestone_days(history, Milestone.IMPLANTED)
    stays = history.of(Stays)
    last = {case: stage for case, stage in zip(stays.case, stays.stage, strict=True) if stage not in closed}
    found: dict[tuple[str, str, str], list[int]] = defaultdict(list)
    for case, day in enumerate(cases.closed_on):
        is_on_the_way = cases.pathway[case] == pathway and not cases.taken_over[case] and case not in implants
        if day and selection.chosen[case] and is_on_the_way and selection.falls_in(day):
            key = words[last.get(case, 0)], words[cases.stage[case]], words[cases.reason[case]]
            found[key].append(case)
    leaving = (Leaving(*key, count(left)) for key, left in found.items())
    return tuple(sorted(leaving, key=lambda each: (-each.cases.n, each.stage, each.closed_as, each.reason)))
