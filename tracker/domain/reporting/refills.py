"""Whether pumps are refilled in time, how often, and how many refills are coming."""

from collections import defaultdict
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from datetime import date, timedelta

from tracker.domain.reporting.columns import Fills, Pumps, RefillsDue
from tracker.domain.reporting.counted import Count, Share, count
from tracker.domain.reporting.filters import Selection
from tracker.domain.reporting.history import History
from tracker.domain.reporting.waiting_times import CAME, LEFT, WAITS, Wait, WaitingTimes, waiting_times
from tracker.domain.words import FillKind

NEEDS = (Fills, RefillsDue, Pumps)
DEFINITION = (
    "Refills done in the period, here or elsewhere, against the latest refill date as it stood that day: in time is "
    "three days before it or earlier, late is after that and until it. Shares are of those with a known date; a pump "
    "that is overdue now is not among them."
)
INTERVALS_DEFINITION = (
    "Days from a fill in the period to the next one of the same pump; who has not been refilled since is counted as "
    "waiting (Kaplan–Meier), a pump that was taken out or is followed elsewhere until that day."
)
NOW_DEFINITION = "Of all pumps that are followed now: no visit in time is booked, and nobody has planned otherwise."
COMING_DEFINITION = (
    "Refills per week of the next twelve months: the next one of each pump on its latest date (overdue or unknown: "
    "this week), and then again after as many days as it lasts now. Doses that change move it."
)
#: As the ladder of the pathway's refill has it: from here on a refill that is not done is critical.
CRITICAL_DAYS = 3
WEEKS = 52
REFILLED = (FillKind.REFILL, FillKind.ELSEWHERE)


@dataclass(frozen=True, slots=True)
class Week:
    """The week that begins on ``from_on`` (the first on the day of the history)."""

    from_on: date
    refills: Count


@dataclass(frozen=True, slots=True)
class RefillReport:
    """``dateless``: refills whose latest date nobody knew. ``overdue``: not done yet, and the latest date has passed;
    ``unplanned`` is of all pumps followed now; ``without_date``: of these, nobody knows when."""

    in_time: Share
    late: Share
    after: Share
    dateless: Count
    intervals: WaitingTimes
    overdue: Count
    without_date: Count
    unplanned: Share
    coming: tuple[Week, ...]


def refill_report(history: History, selection: Selection) -> RefillReport:
    """Count the refills of the period, and what is open now."""
    fills, due = history.of(Fills), history.of(RefillsDue)
    kinds = history.codes(*REFILLED)
    done = [
        row
        for row, case in enumerate(fills.case)
        if selection.chosen[case] and fills.kind[row] in kinds and selection.falls_in(fills.filled_on[row])
    ]
    dated = [row for row in done if fills.latest_on[row]]
    left = {row: fills.latest_on[row] - fills.filled_on[row] for row in dated}
    whole = count(fills.case[row] for row in dated)

    def share(rows: Iterable[int]) -> Share:
        return Share(count(fills.case[row] for row in rows), whole)

    followed = [row for row, case in enumerate(due.case) if selection.chosen[case]]
    return RefillReport(
        in_time=share(row for row in dated if left[row] >= CRITICAL_DAYS),
        late=share(row for row in dated if 0 <= left[row] < CRITICAL_DAYS),
        after=share(row for row in dated if left[row] < 0),
        dateless=count(fills.case[row] for row in done if not fills.latest_on[row]),
        intervals=waiting_times(_intervals(history, selection)),
        overdue=count(due.case[row] for row in followed if 0 < due.latest_on[row] < history.today),
        without_date=count(due.case[row] for row in followed if not due.latest_on[row]),
        unplanned=Share(
            count(due.case[row] for row in followed if not due.is_planned[row]),
            count(due.case[row] for row in followed),
        ),
        coming=_coming(history, followed),
    )


def _intervals(history: History, selection: Selection) -> Iterator[Wait]:
    fills, pumps = history.of(Fills), history.of(Pumps)
    until = dict(zip(zip(pumps.case, pumps.device, strict=True), pumps.until_on, strict=True))
    by_pump: dict[tuple[int, int], list[int]] = defaultdict(list)
    for row, case in enumerate(fills.case):
        if selection.chosen[case]:
            by_pump[case, fills.device[row]].append(fills.filled_on[row])
    for pump, filled in by_pump.items():
        for place, day in enumerate(filled):
            if selection.falls_in(day):
                yield _interval(history, pump[0], filled[place:], until.get(pump, 0))


def _interval(history: History, case: int, filled: Sequence[int], until_on: int) -> Wait:
    if len(filled) > 1:
        return Wait(case, filled[1] - filled[0], CAME)
    if until_on:
        return Wait(case, until_on - filled[0], LEFT)
    return Wait(case, history.today - filled[0], WAITS)


def _coming(history: History, rows: Sequence[int]) -> tuple[Week, ...]:
    due, today = history.of(RefillsDue), history.today
    weeks: list[list[int]] = [[] for _ in range(WEEKS)]
    for row in rows:
        day, interval = max(due.latest_on[row], today), due.interval[row]
        while day < today + 7 * WEEKS:
            weeks[(day - today) // 7].append(due.case[row])
            if interval <= 0:
                break
            day += interval
    first = date.fromordinal(today)
    return tuple(Week(first + timedelta(weeks=number), count(cases)) for number, cases in enumerate(weeks))
