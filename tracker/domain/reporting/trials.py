"""What trials showed, by dose, diagnosis and clinician; who came from a trial to an implant; why patients leave."""

from array import array
from collections import defaultdict
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from itertools import chain, compress
from operator import and_

from tracker.domain.milestones import Milestone
from tracker.domain.reporting.columns import Column, Stays, Trials
from tracker.domain.reporting.counted import Count, Share, count
from tracker.domain.reporting.filters import Selection
from tracker.domain.reporting.grouping import Named, counted_by
from tracker.domain.reporting.history import History
from tracker.domain.reporting.reached import CLOSED, milestone_days, on_the_way
from tracker.domain.reporting.rows import Rows, rows_of
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
    meant = selection.with_own_clinician(history.once(rows_of, Trials), trials.clinician)
    rows = [
        row
        for row in compress(range(len(meant)), meant)
        if selection.falls_in(trials.given_on[row] or trials.outcome_on[row])
    ]
    by_dose = _groups(history, rows, trials.dose_ng.__getitem__, dose_text)
    return TrialReport(
        everybody=_tested(history, "", rows),
        by_dose=tuple(sorted(by_dose, key=lambda each: float(each.name or 0))),
        by_diagnosis=_groups(history, rows, lambda row: history.cases.diagnosis[trials.case[row]], words.__getitem__),
        by_clinician=_groups(history, rows, trials.clinician.__getitem__, str),
        conversion=_conversion(history, selection),
        leaving=_leaving(history, selection),
    )


def dose_text(dose_ng: int) -> str:
    """A dose in micrograms, without zeros at its end; empty for none."""
    return f"{dose_ng / NG:.3f}".rstrip("0").rstrip(".") if dose_ng else ""


def _groups(
    history: History, rows: Iterable[int], code_of: Callable[[int], int], name_of: Callable[[int], str]
) -> tuple[Tested, ...]:
    groups: dict[int, list[int]] = defaultdict(list)
    for row in rows:
        groups[code_of(row)].append(row)
    found = (_tested(history, name_of(code), members) for code, members in groups.items())
    return tuple(sorted(found, key=lambda each: (-each.trials.n, each.name)))


def _tested(history: History, name: str, rows: Sequence[int]) -> Tested:
    trials, words, positive = history.of(Trials), history.words, history.code(Outcome.POSITIVE)
    by_outcome: dict[int, list[int]] = defaultdict(list)
    for row in rows:
        by_outcome[trials.outcome[row]].append(trials.case[row])
    # The code of the empty word: nobody has said yet.
    undecided = by_outcome.pop(0, [])
    outcomes = ((words[outcome], count(cases)) for outcome, cases in by_outcome.items())
    return Tested(
        name=name,
        trials=count(chain(undecided, *by_outcome.values())),
        outcomes=tuple(sorted(outcomes, key=lambda each: (-each[1].n, each[0]))),
        positive=Share(count(by_outcome.get(positive, ())), count(chain(*by_outcome.values()))),
        open=count(undecided),
    )


def _conversion(history: History, selection: Selection) -> Conversion:
    trials, cases = history.of(Trials), history.cases
    first = history.once(_first_positives)
    meant = selection.with_own_clinician(Rows(history, first), [trials.clinician[row] for _, row in first.values()])
    chosen = [case for case, (day, _) in compress(first.items(), meant) if selection.falls_in(day)]
    implants = milestone_days(history, Milestone.IMPLANTED)
    others = [case for case in chosen if not _is_after(implants, case, first)]
    return Conversion(
        implanted=Share(count(set(chosen) - set(others)), count(chosen)),
        left=counted_by((history.words[cases.stage[case]], case) for case in others if cases.closed_on[case]),
        waits=count(case for case in others if not cases.closed_on[case]),
    )


def _first_positives(history: History) -> Mapping[int, tuple[int, int]]:
    """The day and the row of each case's first positive outcome."""
    trials, positive = history.of(Trials), history.code(Outcome.POSITIVE)
    first: dict[int, tuple[int, int]] = {}
    for row, (case, outcome, day) in enumerate(zip(trials.case, trials.outcome, trials.outcome_on, strict=True)):
        if outcome == positive:
            first[case] = min(first.get(case, (day, row)), (day, row))
    return first


def _is_after(implants: Column, case: int, first: Mapping[int, tuple[int, int]]) -> bool:
    """Whether the implant followed the trial: who had a pump before was not converted by it."""
    return implants[case] >= first[case][0]


def _leaving(history: History, selection: Selection) -> tuple[Leaving, ...]:
    """The last open stage of each is where it left."""
    cases, words = history.cases, history.words
    implants, last = milestone_days(history, Milestone.IMPLANTED), history.once(_last_open_stages)
    found: dict[tuple[int, int, int], list[int]] = defaultdict(list)
    for case in compress(range(len(cases.id)), map(and_, selection.chosen, history.once(on_the_way))):
        if selection.from_day <= cases.closed_on[case] < selection.until_day and not implants[case]:
            found[last[case], cases.stage[case], cases.reason[case]].append(case)
    leaving = (
        Leaving(words[stage], words[closed_as], words[reason], count(left))
        for (stage, closed_as, reason), left in found.items()
    )
    return tuple(sorted(leaving, key=lambda each: (-each.cases.n, each.stage, each.closed_as, each.reason)))


def _last_open_stages(history: History) -> Column:
    """The code of the last open stage of each case; 0: it was in none."""
    closed, stays = history.codes(*CLOSED), history.of(Stays)
    found = array("i", bytes(4 * len(history.cases.id)))
    for case, stage in zip(stays.case, stays.stage, strict=True):
        if stage not in closed:
            found[case] = stage
    return found
