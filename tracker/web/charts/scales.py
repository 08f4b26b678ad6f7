"""Where a number stands between the ends of an axis, and which numbers are written there."""

from math import ceil, floor, log10

#: Ticks stand at these multiples of a power of ten.
_NICE = (1, 2, 2.5, 5, 10)
#: Rounding: a fifth of 1 five times is a little more than 1.
_ROUNDING = 1e-9


def nice_top(highest: float, *, most: int = 5, whole: bool = False) -> tuple[float, float]:
    """The end of an axis from 0 that holds ``highest``, and the step between its ticks, of which there are at most
    ``most`` after 0. ``whole``: no ticks between whole numbers. Of nothing the axis goes to 1."""
    if highest <= 0:
        return 1.0, 1.0
    raw = highest / most
    power = 10.0 ** floor(log10(raw) + _ROUNDING)
    steps = [multiple * power for multiple in _NICE]
    if whole:
        steps = [step for step in (*steps, 20 * power) if step >= 1 and step == int(step)] or [1.0]
    step = next((each for each in steps if each * most >= highest * (1 - _ROUNDING)), steps[-1])
    return step * ceil(highest / step - _ROUNDING), step


def ticks(top: float, step: float) -> tuple[float, ...]:
    """0 and every step up to the end."""
    return tuple(round(place * step, 10) for place in range(round(top / step) + 1))


def as_tick(value: float) -> str:
    """A number as it stands at an axis: no decimals that say nothing, thousands apart."""
    return f"{value:,.0f}" if value == int(value) else f"{value:g}"


def share_of(value: float, top: float) -> float:
    """How far a value is on the way to the end of its axis, in percent, kept on the axis."""
    return min(max(100 * value / top, 0.0), 100.0) if top > 0 else 0.0


def percent(value: float) -> str:
    """A place in percent as it stands in an attribute, to the hundredth: ``12.5%``."""
    return f"{trimmed(value)}%"


def trimmed(value: float) -> str:
    """A number to the hundredth, without zeros at its end: ``12.5``, ``3``."""
    text = f"{value:.2f}".rstrip("0").rstrip(".")
    return "0" if text == "-0" else text


def every(count: int, most: int) -> int:
    """How many labels of ``count`` to go on at a time, so that at most ``most`` are written."""
    return max(1, ceil(count / most))
