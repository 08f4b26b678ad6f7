"""Kaplan–Meier: the share that is still waiting after so long, with who has not finished yet counted as censored.

Kaplan and Meier 1958, with Greenwood's variance. Intervals are the exponential Greenwood ones, ``log(-log S)``, as
lifelines makes by default: they stay within 0 and 1, where plain ones do not.
"""

from bisect import bisect_right
from collections.abc import Iterable
from dataclasses import dataclass
from math import exp, log, sqrt

from tracker.domain.statistics.interval import CONFIDENCE, Interval, standard_normal
from tracker.domain.statistics.risk_sets import Exits, Step, risk_sets

#: Products of fractions miss a half by some 1e-16; a median must not move to the next step for that.
_ROUNDING = 1e-12


@dataclass(frozen=True, slots=True)
class Quantile:
    """A time, in the unit of the durations. ``None``: not reached. The upper end often is not."""

    time: float | None
    low: float | None
    high: float | None


@dataclass(frozen=True, slots=True)
class KaplanMeier:
    """``steps``: one for each time at which somebody left or joined. Before the first one everybody waits (1)."""

    steps: tuple[Step, ...]
    confidence: float

    def still_waiting(self, time: float) -> float:
        """The share that had not finished at ``time``. Beyond the last exit: what was known last."""
        place = bisect_right(self.steps, time, key=lambda step: step.time)
        return self.steps[place - 1].value if place else 1.0

    def quantile(self, share: float) -> Quantile:
        """When ``share`` had finished: the first time at which at most ``1 - share`` were still waiting.

        Its interval is Brookmeyer's and Crowley's: the times at which the ends of the curve's interval get there.

        :raises ValueError: unless ``share`` lies between 0 and 1
        """
        if not 0 < share < 1:
            raise ValueError(f"a share of {share} is not between 0 and 1")
        left = 1 - share + _ROUNDING
        return Quantile(
            time=next((step.time for step in self.steps if step.value <= left), None),
            low=next((step.time for step in self.steps if step.interval.low <= left), None),
            high=next((step.time for step in self.steps if step.interval.high <= left), None),
        )

    @property
    def median(self) -> Quantile:
        """When half had finished."""
        return self.quantile(0.5)


def kaplan_meier(exits: Iterable[Exits], *, confidence: float = CONFIDENCE) -> KaplanMeier:
    """The curve of those who have not left yet, whatever the cause.

    Where everybody at risk leaves, the curve is 0 from there on, even if others join later: with late joiners begin
    where enough are at risk.

    :raises ValueError: for counts that cannot be, or a confidence that is not between 0 and 1
    """
    deviate = standard_normal(confidence)
    steps = []
    survival, summed = 1.0, 0.0
    interval = Interval(survival, survival)
    for each in risk_sets(exits):
        ended, at_risk = each.exits.ended, each.at_risk
        if ended:
            survival *= (at_risk - ended) / at_risk
            summed += ended / (at_risk * (at_risk - ended)) if ended < at_risk else 0.0
            interval = _exponential_greenwood(survival, summed, deviate)
        steps.append(Step(each.exits.time, at_risk, ended, survival, survival**2 * summed, interval))
    return KaplanMeier(tuple(steps), confidence)


def _exponential_greenwood(survival: float, summed: float, deviate: float) -> Interval:
    """At 1 and at 0 there is no variance to go by, and the interval is the point."""
    if survival in {0.0, 1.0}:
        return Interval(survival, survival)
    hazard = -log(survival)
    wide = exp(deviate * sqrt(summed) / hazard)
    return Interval(exp(-hazard * wide), exp(-hazard / wide))
