"""The chi-square distribution and its quantiles.

The distribution is the regularized incomplete gamma function, by its series below ``a + 1`` and by Lentz's continued
fraction above (Press et al., "Numerical Recipes", 3rd edition, section 6.2). The quantile starts from Wilson and
Hilferty's cube-root approximation (1931) and goes on with Newton's method, kept within a bracket that always shrinks.
"""

from math import exp, lgamma, log, sqrt
from statistics import NormalDist

_PRECISION = 1e-15
_TINY = 1e-300
_STEPS = 200


def chi_square_quantile(share: float, degrees: float) -> float:
    """The value below which ``share`` of a chi-square variable with so many degrees of freedom lies.

    :raises ValueError: unless ``share`` lies between 0 and 1 and ``degrees`` is positive
    """
    if not 0 < share < 1 or not degrees > 0:
        raise ValueError(f"no chi-square quantile of {share} with {degrees} degrees")
    ninth = 2 / (9 * degrees)
    start = degrees * max(1 - ninth + NormalDist().inv_cdf(share) * sqrt(ninth), 0.0) ** 3
    low, high = 0.0, max(2 * start, degrees + 10)
    while chi_square_below(high, degrees) < share:
        high *= 2
    value = start or high / 2
    for _ in range(_STEPS):
        excess = chi_square_below(value, degrees) - share
        low, high = (low, value) if excess > 0 else (value, high)
        shifted = value - excess / max(_density(value, degrees), _TINY)
        better = shifted if low < shifted < high else (low + high) / 2
        if abs(better - value) <= _PRECISION * better:
            return better
        value = better
    return value


def chi_square_below(value: float, degrees: float) -> float:
    """The probability of at most ``value``.

    :raises ValueError: unless ``degrees`` is positive
    """
    if not degrees > 0:
        raise ValueError(f"no chi-square distribution with {degrees} degrees")
    if value <= 0:
        return 0.0
    a, x = degrees / 2, value / 2
    front = exp(a * log(x) - x - lgamma(a))
    return _series(a, x) * front if x < a + 1 else 1 - _continued_fraction(a, x) * front


def _density(value: float, degrees: float) -> float:
    a = degrees / 2
    return exp((a - 1) * log(value / 2) - value / 2 - lgamma(a)) / 2


def _series(a: float, x: float) -> float:
    term = total = 1 / a
    denominator = a
    while term > total * _PRECISION:
        denominator += 1
        term *= x / denominator
        total += term
    return total


def _continued_fraction(a: float, x: float) -> float:
    b = x + 1 - a
    c, d = 1 / _TINY, 1 / b
    product = d
    step = 0
    while True:
        step += 1
        factor = step * (a - step)
        b += 2
        d = factor * d + b
        d = 1 / (d if abs(d) > _TINY else _TINY)
        c = b + factor / c
        c = c if abs(c) > _TINY else _TINY
        product *= c * d
        if abs(c * d - 1) < 4 * _PRECISION:
            return product
