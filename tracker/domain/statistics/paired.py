"""The mean of differences between pairs, with Student's interval: two policies in the same simulated year.

Student's quantile is expanded from the normal one (Abramowitz and Stegun, "Handbook of Mathematical Functions",
26.7.5); from ten pairs on it is right to three digits.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from math import sqrt
from statistics import fmean, stdev

from tracker.domain.statistics.interval import CONFIDENCE, Interval, standard_normal

#: Fewer pairs than this have no interval here.
ENOUGH_PAIRS = 10


@dataclass(frozen=True, slots=True)
class MeanDifference:
    """In the unit of the values: the mean of what the second of each pair has more than the first."""

    mean: float
    interval: Interval


def mean_difference(pairs: Sequence[tuple[float, float]], *, confidence: float = CONFIDENCE) -> MeanDifference:
    """Of pairs that were made alike in all but one thing, so that what they have in common falls out.

    :raises ValueError: for fewer than ``ENOUGH_PAIRS``
    """
    if len(pairs) < ENOUGH_PAIRS:
        raise ValueError(f"{len(pairs)} pairs are too few for an interval")
    differences = [second - first for first, second in pairs]
    mean = fmean(differences)
    half = student_quantile((1 + confidence) / 2, len(pairs) - 1) * stdev(differences) / sqrt(len(pairs))
    return MeanDifference(mean, Interval(mean - half, mean + half))


def student_quantile(share: float, degrees: int) -> float:
    """Below which ``share`` (more than a half) of Student's t with so many degrees of freedom lies.

    :raises ValueError: for fewer than ``ENOUGH_PAIRS - 1`` degrees, where the expansion is too coarse
    """
    if degrees < ENOUGH_PAIRS - 1:
        raise ValueError(f"{degrees} degrees of freedom are too few")
    x = standard_normal(2 * share - 1)
    terms = (
        x,
        (x**3 + x) / 4,
        (5 * x**5 + 16 * x**3 + 3 * x) / 96,
        (3 * x**7 + 19 * x**5 + 17 * x**3 - 15 * x) / 384,
        (79 * x**9 + 776 * x**7 + 1482 * x**5 - 1920 * x**3 - 945 * x) / 92160,
    )
    return sum(term / float(degrees) ** power for power, term in enumerate(terms))
