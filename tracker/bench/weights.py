"""How often each template is copied, so that the averages come out: the shares nearest to equal that reach them.

Weights ``exp(a · visits + b · facts)`` within the open and within the closed cases have, of all weights with the wanted
averages, the greatest entropy; ``a`` and ``b`` are found by Newton's method.
"""

import math
from collections.abc import Sequence
from dataclasses import dataclass

from tracker.bench.templates import Template

OPEN_SHARE = 0.6
VISITS = 10.0
#: What is measured and asked round a test dose is some 24 facts: of cases with ten stage visits, 50 are the fewest.
FACTS = 60.0
_ROUNDS = 60
_LARGEST_STEP = 0.2


@dataclass(frozen=True, slots=True)
class _Moments:
    visits: float
    facts: float
    visits_visits: float
    visits_facts: float
    facts_facts: float


def weights_of(templates: Sequence[Template]) -> list[float]:
    """A weight for each template; they sum to 1.

    :raises ValueError: when no weights give the wanted averages
    """
    a = b = 0.0
    for _ in range(_ROUNDS):
        weights = _tilted(templates, a, b)
        now = _moments(templates, weights)
        missing_visits, missing_facts = VISITS - now.visits, FACTS - now.facts
        if abs(missing_visits) < 0.01 and abs(missing_facts) < 0.01:
            return weights
        by_a, by_b = _solve(now, missing_visits, missing_facts)
        damping = min(1.0, _LARGEST_STEP / max(abs(by_a), abs(by_b), 1e-9))
        a, b = a + damping * by_a, b + damping * by_b
    raise ValueError("the templates cannot be weighted to the wanted averages")


def with_share(weights: Sequence[float], chosen: Sequence[bool], share: float) -> list[float]:
    """The weights tilted so that the ``chosen`` have this share of all, with the same proportions among themselves."""
    whole = {
        side: sum(weight for weight, is_chosen in zip(weights, chosen, strict=True) if is_chosen == side)
        for side in (True, False)
    }
    wanted = {True: share, False: 1 - share}
    return [weight * wanted[is_chosen] / whole[is_chosen] for weight, is_chosen in zip(weights, chosen, strict=True)]


def _tilted(templates: Sequence[Template], a: float, b: float) -> list[float]:
    raw = [math.exp(a * each.visits + b * each.facts) for each in templates]
    whole = {
        is_open: sum(weight for each, weight in zip(templates, raw, strict=True) if each.is_open == is_open)
        for is_open in (True, False)
    }
    share = {True: OPEN_SHARE, False: 1 - OPEN_SHARE}
    return [share[each.is_open] * weight / whole[each.is_open] for each, weight in zip(templates, raw, strict=True)]


def _moments(templates: Sequence[Template], weights: Sequence[float]) -> _Moments:
    """Averages over all, and covariances within open and closed, whose shares are fixed."""
    visits = sum(weight * each.visits for each, weight in zip(templates, weights, strict=True))
    facts = sum(weight * each.facts for each, weight in zip(templates, weights, strict=True))
    vv = vf = ff = 0.0
    for is_open, share in ((True, OPEN_SHARE), (False, 1 - OPEN_SHARE)):
        mine = [(each, weight) for each, weight in zip(templates, weights, strict=True) if each.is_open == is_open]
        middle_visits = sum(weight * each.visits for each, weight in mine) / share
        middle_facts = sum(weight * each.facts for each, weight in mine) / share
        for each, weight in mine:
            off_visits, off_facts = each.visits - middle_visits, each.facts - middle_facts
            vv += weight * off_visits * off_visits
            vf += weight * off_visits * off_facts
            ff += weight * off_facts * off_facts
    return _Moments(visits, facts, vv, vf, ff)


def _solve(now: _Moments, visits: float, facts: float) -> tuple[float, float]:
    ridge = 1e-9
    determinant = (now.visits_visits + ridge) * (now.facts_facts + ridge) - now.visits_facts**2
    by_a = ((now.facts_facts + ridge) * visits - now.visits_facts * facts) / determinant
    by_b = ((now.visits_visits + ridge) * facts - now.visits_facts * visits) / determinant
    return by_a, by_b
