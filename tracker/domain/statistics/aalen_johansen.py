"""Aalen–Johansen: the share that has left by each cause after so long, where one way out closes the others.

One minus Kaplan–Meier for one cause, with the others censored, would answer for a world without the others, and the
causes would add up to more than everybody. Aalen and Johansen 1978. Several causes at one time share the risk set, and
each takes its part of it; lifelines moves such ties apart by chance instead.

The variance is the delta method's (Collett, "Modelling Survival Data in Medical Research", 3rd edition, page 411), as
in lifelines and SAS; intervals are made on ``log(-log F)``.
"""

from bisect import bisect_right
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from math import exp, log, sqrt

from tracker.domain.statistics.interval import CONFIDENCE, Interval, standard_normal
from tracker.domain.statistics.risk_sets import Exits, Step, risk_sets

#: Where everybody has left, a sum of fractions misses 1 by some 1e-16, and its logarithm is nothing but that.
_ROUNDING = 1e-12


@dataclass(frozen=True, slots=True)
class CumulativeIncidence:
    """Of one cause. ``steps``: one for each time at which somebody left or joined. Before the first it is 0."""

    cause: str
    steps: tuple[Step, ...]

    def left_by(self, time: float) -> float:
        """The share that had left by this cause at ``time``. Beyond the last exit: what was known last."""
        place = bisect_right(self.steps, time, key=lambda step: step.time)
        return self.steps[place - 1].value if place else 0.0


@dataclass(slots=True)
class _Running:
    """One cause's incidence so far, and the sums of its variance, so that all times take one walk.

    The variance at t is, over the times so far: sum of a (F(t) - F)^2, plus sum of b, minus 2 sum of c (F(t) - F).
    """

    incidence: float = 0.0
    a: float = 0.0
    a_incidence: float = 0.0
    a_incidence_squared: float = 0.0
    b: float = 0.0
    c: float = 0.0
    c_incidence: float = 0.0

    def add(self, events: int, ended: int, at_risk: int, waiting: float) -> None:
        """``events`` of this cause out of ``ended``; ``waiting``: the share still there just before."""
        self.incidence = min(1.0, self.incidence + waiting * events / at_risk)
        # Where everybody leaves, nothing is left to happen, and this term is nought times infinity.
        a = ended / (at_risk * (at_risk - ended)) if ended < at_risk else 0.0
        c = waiting * events / at_risk**2
        self.a += a
        self.a_incidence += a * self.incidence
        self.a_incidence_squared += a * self.incidence**2
        self.b += waiting**2 * events * (at_risk - events) / at_risk**3
        self.c += c
        self.c_incidence += c * self.incidence

    @property
    def variance(self) -> float:
        """Rounding may leave it a trace below nought."""
        now = self.incidence
        squares = self.a * now**2 - 2 * self.a_incidence * now + self.a_incidence_squared
        return max(0.0, squares + self.b - 2 * (self.c * now - self.c_incidence))


def aalen_johansen(exits: Iterable[Exits], *, confidence: float = CONFIDENCE) -> Mapping[str, CumulativeIncidence]:
    """The cumulative incidence of every cause that occurs, by cause. With who still waits they add up to 1.

    :raises ValueError: for counts that cannot be, or a confidence that is not between 0 and 1
    """
    deviate = standard_normal(confidence)
    sets = list(risk_sets(exits))
    causes = sorted({cause for each in sets for cause, events in each.exits.events.items() if events})
    running = {cause: _Running() for cause in causes}
    steps: dict[str, list[Step]] = {cause: [] for cause in causes}
    waiting = 1.0
    for each in sets:
        ended, at_risk = each.exits.ended, each.at_risk
        for cause, one in running.items():
            events = each.exits.events.get(cause, 0)
            if ended:
                one.add(events, ended, at_risk, waiting)
            interval = _log_log(one.incidence, one.variance, deviate)
            steps[cause].append(Step(each.exits.time, at_risk, events, one.incidence, one.variance, interval))
        if ended:
            waiting *= (at_risk - ended) / at_risk
    return {cause: CumulativeIncidence(cause, tuple(found)) for cause, found in steps.items()}


def _log_log(incidence: float, variance: float, deviate: float) -> Interval:
    """At 0 and at 1 the interval is the point."""
    if incidence == 0.0 or incidence >= 1 - _ROUNDING:
        return Interval(incidence, incidence)
    hazard = -log(incidence)
    wide = exp(deviate * sqrt(variance) / (incidence * hazard))
    return Interval(exp(-hazard * wide), exp(-hazard / wide))
