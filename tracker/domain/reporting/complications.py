"""What goes wrong with pumps, per pump-year, as far as it is on record."""

from collections import defaultdict
from collections.abc import Collection, Iterable, Mapping
from dataclasses import dataclass

from tracker.domain.reporting.columns import Complications, Pumps
from tracker.domain.reporting.counted import Amount, Count, Share, amount, count
from tracker.domain.reporting.filters import Selection
from tracker.domain.reporting.history import History
from tracker.domain.statistics.rate import Rate, rate
from tracker.domain.words import DeviceOrigin, ReoperationKind

NEEDS = (Complications, Pumps)
DEFINITION = (
    "Complications on record in the period, per pump-year: the time in it during which a pump was in a patient whom "
    "the clinic followed. What is recorded of one case within 90 days after the first record of the same kind is one "
    "complication; what is recorded until 90 days after a pump was taken out is still that pump's."
)
INFECTION_DEFINITION = (
    "Infections within 90 days after a pump was put in here, a share of the pumps put in during the period at least 90 "
    "days ago: of later ones nobody can know yet."
)
#: What is on record under which words: reasons of steps, kinds of reoperations, findings.
KINDS: Mapping[str, frozenset[str]] = {
    "infection": frozenset({"infection"}),
    "csf_leak": frozenset({"CSF leak"}),
    "catheter_revision": frozenset({ReoperationKind.CATHETER_REVISION}),
    "catheter_trouble": frozenset({"catheter trouble"}),
    "pocket_revision": frozenset({ReoperationKind.POCKET_REVISION}),
    "pump_failure": frozenset({"pump failure"}),
    "withdrawal": frozenset({"withdrawal"}),
    "wound": frozenset({"wound"}),
    "explant": frozenset(),
}
WINDOW_DAYS = 90
YEAR_DAYS = 365.25


@dataclass(frozen=True, slots=True)
class Complication:
    """One kind: its episodes, and their rate with its interval."""

    kind: str
    episodes: Count
    per_year: Rate


@dataclass(frozen=True, slots=True)
class ComplicationReport:
    """``years``: the denominator. ``not_yet``: pumps put in during the period of which the 90 days are not over."""

    years: Amount
    kinds: tuple[Complication, ...]
    early_infection: Share
    not_yet: Count


def complication_report(history: History, selection: Selection) -> ComplicationReport:
    """Count the complications of the period."""
    years = _pump_years(history, selection)
    days = {kind: _days(history, words) for kind, words in KINDS.items()}
    days["explant"] = _explants(history)
    kinds, spans = [], _spans(history)
    for kind, by_case in days.items():
        episodes = count(
            case
            for case, found in by_case.items()
            for day in _episodes(found)
            if selection.chosen[case] and selection.falls_in(day) and _is_of_pump(spans.get(case, ()), day)
        )
        kinds.append(Complication(kind, episodes, rate(episodes.n, years.value)))
    early, not_yet = _early_infections(history, selection, days["infection"])
    return ComplicationReport(years, tuple(kinds), early, not_yet)


def _pump_years(history: History, selection: Selection) -> Amount:
    pumps, ends = history.of(Pumps), min(selection.until_day, history.today + 1)
    years: dict[int, float] = defaultdict(float)
    for row, case in enumerate(pumps.case):
        # The day on which it was put in counts as one of its days, and so does the day on which it is taken out.
        until = min(pumps.until_on[row] + 1, ends) if pumps.until_on[row] else ends
        days = until - max(pumps.from_on[row], selection.from_day)
        if selection.chosen[case] and days > 0:
            years[case] += days / YEAR_DAYS
    return amount(years)


def _is_of_pump(spans: Iterable[tuple[int, int]], day: int) -> bool:
    """Whether a pump was in and followed that day, or not long before: its time is in the denominator."""
    return any(from_on <= day and (not until_on or day <= until_on + WINDOW_DAYS) for from_on, until_on in spans)


def _spans(history: History) -> Mapping[int, list[tuple[int, int]]]:
    pumps = history.of(Pumps)
    found: dict[int, list[tuple[int, int]]] = defaultdict(list)
    for row, case in enumerate(pumps.case):
        found[case].append((pumps.from_on[row], pumps.until_on[row]))
    return found


def _days(history: History, words: Collection[str]) -> Mapping[int, list[int]]:
    """The days on which one of these words was recorded, by case."""
    table, codes = history.of(Complications), history.codes(*words)
    found: dict[int, list[int]] = defaultdict(list)
    for row, case in enumerate(table.case):
        if table.kind[row] in codes:
            found[case].append(table.on[row])
    return found


def _explants(history: History) -> Mapping[int, list[int]]:
    """The days on which a pump was taken out and none put in."""
    pumps = history.of(Pumps)
    put_in = set(zip(pumps.case, pumps.from_on, strict=True))
    found: dict[int, list[int]] = defaultdict(list)
    for row, case in enumerate(pumps.case):
        removed_on = pumps.removed_on[row]
        if removed_on and (case, removed_on) not in put_in:
            found[case].append(removed_on)
    return found


def _episodes(days: Iterable[int]) -> Iterable[int]:
    """The first day of each."""
    began: int | None = None
    for day in sorted(days):
        if began is None or day - began > WINDOW_DAYS:
            began = day
            yield day


def _early_infections(
    history: History, selection: Selection, infections: Mapping[int, list[int]]
) -> tuple[Share, Count]:
    pumps = history.of(Pumps)
    here = history.codes(DeviceOrigin.IMPLANTED_HERE, DeviceOrigin.REOPERATION)
    known, infected, not_yet = [], [], []
    for row, case in enumerate(pumps.case):
        day = pumps.from_on[row]
        if not selection.chosen[case] or pumps.origin[row] not in here or not selection.falls_in(day):
            continue
        if day + WINDOW_DAYS > history.today:
            not_yet.append(case)
            continue
        known.append(case)
        if any(day <= each <= day + WINDOW_DAYS for each in infections.get(case, ())):
            infected.append(case)
    return Share(count(infected), count(known)), count(not_yet)
