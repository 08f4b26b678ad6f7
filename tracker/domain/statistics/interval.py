"""An interval of confidence, and the normal quantile that most of them need."""

from statistics import NormalDist
from typing import NamedTuple

#: The share of intervals, made this way again and again, that hold the true value.
CONFIDENCE = 0.95


class Interval(NamedTuple):
    """Both ends belong to it; in the unit of what it is about."""

    low: float
    high: float


def standard_normal(confidence: float) -> float:
    """How many standard errors reach to either side: 1.96 for 0.95.

    :raises ValueError: unless ``confidence`` lies between 0 and 1
    """
    if not 0 < confidence < 1:
        raise ValueError(f"a confidence of {confidence} is not between 0 and 1")
    return NormalDist().inv_cdf((1 + confidence) / 2)
