"""Trials and implants per week to be expected, with intervals; or that there are too few patients to say.

Why it is made by drawing futures, and what makes the intervals honest: docs/adr/0029 and docs/forecast.md.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import date, timedelta
from itertools import accumulate

from tracker.domain.chance import Chance, any_of
from tracker.domain.forecast.arrivals import future_arrivals
from tracker.domain.forecast.futures import Model, Waiting
from tracker.domain.forecast.stage_visits import (
    Counted,
    StageVisit,
    entries_per_week,
    first_entries,
    known_at,
    referrals_per_week,
    spells_by_case,
)

#: Stages' times come from the last year: older ones tell of payers and rooms as they were.
RECENT_DAYS = 364
#: Every other model knows the last half-year alone. Where turnaround drifts the two differ, and the interval is wider.
PERIODS = (RECENT_DAYS, RECENT_DAYS // 2)
#: Referrals come from the last two years, if there are two: one year has had each season once.
ARRIVAL_WEEKS = 104
#: Less history, or fewer of a procedure in the recent days, is too few to say.
ENOUGH_WEEKS = 26
ENOUGH_PROCEDURES = 20
#: The times are estimated anew from cases drawn with replacement, so often, and from each so many futures are drawn.
MODELS = 20
FUTURES = 25
#: The share of outcomes that an interval is made to hold.
COVER = 0.8
#: A fifth of 500 in two halves is a little less than 50 each.
_ROUNDING = 1e-9


@dataclass(frozen=True, slots=True)
class Expected:
    """A whole number of procedures: the middle future, and the interval that holds ``COVER`` of them."""

    middle: int
    low: int
    high: int


@dataclass(frozen=True, slots=True)
class Forecast:
    """Of one procedure. Week 1 begins on the day after ``on``. ``per_week`` has the narrowest intervals, because counts
    of a week are small and lopsided. ``so_far``: all weeks up to that one together, each interval leaving out as many
    futures below as above; from week to week neither of its ends falls, and it does not get narrower."""

    name: str
    on: date
    per_week: tuple[Expected, ...]
    so_far: tuple[Expected, ...]


@dataclass(frozen=True, slots=True)
class TooFew:
    """Too few patients to say: ``seen`` of the ``needed``, of ``what`` ("procedures", "weeks")."""

    name: str
    what: str
    seen: int
    needed: int


def forecast(
    chance: Chance, history: Sequence[StageVisit], counted: Sequence[Counted], *, initial: str, on: date, weeks: int
) -> Mapping[str, Forecast | TooFew]:
    """By name of what is counted. Of ``history`` only what was known when ``on`` was over is looked at.

    ``initial``: the stage in which a referral comes in.
    """
    known = known_at(history, on)
    past = _past_arrivals(known, initial, on)
    found: dict[str, Forecast | TooFew] = {}
    for each in counted:
        too_few = _too_few(each, known, past, on)
        if too_few is not None:
            found[each.name] = too_few
    asked = [each for each in counted if each.name not in found]
    if asked:
        stages = frozenset(each.stage for each in asked)
        futures = _futures(chance, known, past, stages, initial=initial, on=on, weeks=weeks)
        for each in asked:
            drawn = [future[each.stage] for future in futures]
            found[each.name] = Forecast(
                each.name,
                on,
                tuple(map(_narrowest, zip(*drawn, strict=True))),
                _sums(drawn),
            )
    return found


def _past_arrivals(known: Sequence[StageVisit], initial: str, on: date) -> list[int]:
    """Referrals per week, the last week last, without the weeks before the first referral."""
    first = min(first_entries(known, initial).values(), default=on)
    weeks = min(ARRIVAL_WEEKS, (on - first).days // 7)
    return referrals_per_week(known, initial, after=on - timedelta(weeks=weeks), weeks=weeks)


def _too_few(counted: Counted, known: Sequence[StageVisit], past: Sequence[int], on: date) -> TooFew | None:
    if len(past) < ENOUGH_WEEKS:
        return TooFew(counted.name, "weeks", len(past), ENOUGH_WEEKS)
    since = on - timedelta(days=RECENT_DAYS)
    seen = sum(entries_per_week(known, counted.stage, after=since, weeks=RECENT_DAYS // 7))
    return None if seen >= ENOUGH_PROCEDURES else TooFew(counted.name, "procedures", seen, ENOUGH_PROCEDURES)


def _futures(
    chance: Chance,
    known: Sequence[StageVisit],
    past: Sequence[int],
    stages: frozenset[str],
    *,
    initial: str,
    on: date,
    weeks: int,
) -> list[Mapping[str, list[int]]]:
    """For each future, by stage, the entries in each week."""
    periods = [spells_by_case(known, since=on - timedelta(days=days), on=on) for days in PERIODS]
    waiting = [Waiting(visit.stage, (on - visit.entered_on).days) for visit in known if visit.left_on is None]
    found: list[Mapping[str, list[int]]] = []
    for number in range(MODELS):
        cases = periods[number % len(periods)]
        model = Model(chance, [any_of(chance, cases) for _ in cases], counted=stages, days=7 * weeks)
        for _ in range(FUTURES):
            counts = {stage: [0] * weeks for stage in stages}
            entries = [entry for each in waiting for entry in model.of_waiting(each)]
            for week, arrivals in enumerate(future_arrivals(chance, past, weeks)):
                for _ in range(arrivals):
                    entries += model.of_arrival(initial, 7 * week + 1 + int(7 * chance.random()))
            for day, stage in entries:
                if day <= 7 * weeks:
                    counts[stage][(day - 1) // 7] += 1
            found.append(counts)
    return found


def _narrowest(drawn: Sequence[int]) -> Expected:
    """The ends belong to the interval. Of several as narrow, the one that holds the most."""
    ordered = sorted(drawn)
    best = (ordered[-1] - ordered[0] + 1, 0, ordered[0], ordered[-1])
    share = -(-COVER * len(ordered) // 1)
    values = sorted(set(ordered))
    first = {value: ordered.index(value) for value in values}
    after = {value: len(ordered) - ordered[::-1].index(value) for value in values}
    for low in values:
        for high in values:
            held = after[high] - first[low]
            if held >= share:
                best = min(best, (high - low, -held, low, high))
                break
    return Expected(ordered[len(ordered) // 2], best[2], best[3])


def _sums(drawn: Sequence[Sequence[int]]) -> tuple[Expected, ...]:
    """Each future only adds up, so the ends of central intervals do not fall; those of the narrowest ones would. Whole
    numbers can still bring them closer to each other for a week: the lower end stays behind then, for nobody knows
    more about a longer time."""
    found: list[Expected] = []
    width = 0
    for sums in zip(*map(accumulate, drawn), strict=True):
        central = _central(sums)
        width = max(width, central.high - central.low)
        found.append(replace(central, low=central.high - width))
    return tuple(found)


def _central(drawn: Sequence[int]) -> Expected:
    """The ends belong to the interval."""
    ordered = sorted(drawn)
    out = int(len(ordered) * (1 - COVER) / 2 + _ROUNDING)
    return Expected(ordered[len(ordered) // 2], ordered[out], ordered[-1 - out])
