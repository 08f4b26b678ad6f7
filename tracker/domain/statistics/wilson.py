"""A proportion with Wilson's interval (1927), without continuity correction: right for small counts, and at 0 and 1."""

from dataclasses import dataclass
from math import sqrt

from tracker.domain.statistics.interval import CONFIDENCE, Interval, standard_normal


@dataclass(frozen=True, slots=True)
class Proportion:
    """``count`` of ``total``. Of nobody there is no share, and anything is possible."""

    count: int
    total: int
    share: float | None
    interval: Interval


def proportion(count: int, total: int, *, confidence: float = CONFIDENCE) -> Proportion:
    """The share and its interval.

    :raises ValueError: unless ``0 <= count <= total``
    """
    if not 0 <= count <= total:
        raise ValueError(f"{count} of {total}")
    if not total:
        return Proportion(count, total, None, Interval(0.0, 1.0))
    share = count / total
    squared = standard_normal(confidence) ** 2
    middle = (count + squared / 2) / (total + squared)
    half = sqrt(squared * (share * (1 - share) / total + squared / (4 * total**2))) / (1 + squared / total)
    # At nobody and at everybody the end is exactly 0 or 1; rounding would miss it by a trace.
    low = 0.0 if count == 0 else middle - half
    high = 1.0 if count == total else middle + half
    return Proportion(count, total, share, Interval(low, high))
