"""Waiting times as columns and as a curve: what everybody who waits is counted in, and the naive figure beside it."""

from collections.abc import Sequence

from tracker.domain.report_sheets.drawing import Curve, Curves
from tracker.domain.report_sheets.sheet import Cell, Column, Kind, counted
from tracker.domain.report_sheets.words import percent, whole
from tracker.domain.reporting.waiting_times import WaitingTimes
from tracker.domain.statistics.risk_sets import Step

_COLUMNS = (
    Column("came", "Came to the end"),
    Column("left", "Left otherwise"),
    Column("waits", "Still waiting"),
    Column("median", "Half after, days", Kind.DAYS),
    Column("low", "95 % interval from", Kind.DAYS),
    Column("high", "to", Kind.DAYS),
    Column("slow", "9 of 10 after, days", Kind.DAYS),
    Column("naive", "Half of the finished after, days", Kind.DAYS),
    Column("naive_slow", "9 of 10 of the finished after, days", Kind.DAYS),
)
#: So many steps of a curve can be seen.
_MOST_STEPS = 150


def columns(things: str = "Patients") -> tuple[Column, ...]:
    """``things``: what each time is of. A patient may have several stays, fills or requests."""
    return (Column("all", things), *_COLUMNS)


def cells(times: WaitingTimes) -> tuple[Cell, ...]:
    """One row of these columns."""
    median = times.median
    return (
        counted(times.all),
        counted(times.came),
        counted(times.left),
        counted(times.waits),
        *(Cell(value) for value in (median.time, median.low, median.high, times.slow.time)),
        Cell(times.naive_median),
        Cell(times.naive_slow),
    )


def half_after(times: WaitingTimes, who: str, what: str) -> str:
    """``Half of referred patients have a pump after 121 days (96–140).``"""
    if not times.n:
        return f"There are no {who} in this period."
    median = times.median
    if median.time is None:
        return f"Fewer than half of {who} {what} so far: too few to say after how many days half of them do."
    low = whole(median.low if median.low is not None else median.time)
    likely = f"{low} or more" if median.high is None else f"{low}–{whole(median.high)}"
    naive = ""
    if times.naive_median is not None and times.naive_median != median.time:
        naive = f" Of those alone who are there, half took {whole(times.naive_median)}."
    return f"Half of {who} {what} after {whole(median.time)} days ({likely}).{naive}"


def curve(times: WaitingTimes, title: str, unit: str) -> Curves | None:
    """The share that still waits, and what it would seem without those who wait."""
    steps = thinned([step for step in times.curve.steps if step.events])
    if not steps:
        return None
    drawn = Curve(
        label="with who still waits",
        times=[step.time for step in steps],
        shares=[step.value for step in steps],
        lows=[step.interval.low for step in steps],
        highs=[step.interval.high for step in steps],
    )
    last = steps[-1]
    return Curves(
        title=title,
        what=f"After {whole(last.time)} days {percent(last.value)} still wait.",
        unit=unit,
        curves=(drawn, *_naive(times)),
        band="95 % interval",
    )


def thinned(steps: Sequence[Step]) -> Sequence[Step]:
    """Fewer steps that look the same; the last one stays."""
    every = max(1, -(-len(steps) // _MOST_STEPS))
    return [*steps[: len(steps) - 1 : every], *steps[-1:]]


def _naive(times: WaitingTimes) -> tuple[Curve, ...]:
    if not times.waits.n and not times.left.n:
        return ()
    done, total, shares, at = 0, times.came.n, [], []
    for step in times.curve.steps:
        if step.events:
            done += step.events
            at.append(step.time)
            shares.append(1 - done / total)
    every = max(1, -(-len(at) // _MOST_STEPS))
    return (
        Curve(
            label="of the finished alone: too short",
            times=[*at[: len(at) - 1 : every], *at[-1:]],
            shares=[*shares[: len(shares) - 1 : every], *shares[-1:]],
            style="dotted",
        ),
    )
