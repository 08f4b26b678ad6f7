"""Events per person-time (a complication per pump-year), with Garwood's exact Poisson interval (1936)."""

from dataclasses import dataclass
from math import inf

from tracker.domain.statistics.chi_square import chi_square_quantile
from tracker.domain.statistics.interval import CONFIDENCE, Interval


@dataclass(frozen=True, slots=True)
class Rate:
    """``events`` in ``person_time``; the rate and its interval are per unit of it. Without time there is no rate."""

    events: int
    person_time: float
    per_unit: float | None
    interval: Interval


def poisson_interval(events: int, *, confidence: float = CONFIDENCE) -> Interval:
    """The means that would give so many events, or as few, with at least ``(1 - confidence) / 2``.

    :raises ValueError: for a negative count
    """
    if events < 0:
        raise ValueError(f"{events} events")
    tail = (1 - confidence) / 2
    low = chi_square_quantile(tail, 2 * events) / 2 if events else 0.0
    return Interval(low, chi_square_quantile(1 - tail, 2 * events + 2) / 2)


def rate(events: int, person_time: float, *, confidence: float = CONFIDENCE) -> Rate:
    """The rate and its interval.

    :raises ValueError: for a negative count or time, and for events in no time
    """
    if events < 0 or person_time < 0 or (events and not person_time):
        raise ValueError(f"{events} events in {person_time}")
    if not person_time:
        return Rate(events, person_time, None, Interval(0.0, inf))
    low, high = poisson_interval(events, confidence=confidence)
    return Rate(events, person_time, events / person_time, Interval(low / person_time, high / person_time))
