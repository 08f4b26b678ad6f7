"""Lines and bands as the ``d`` of a path. Places are pairs of x and y, y growing downwards."""

from collections.abc import Sequence
from itertools import pairwise

from tracker.web.charts.scales import trimmed

Place = tuple[float, float]


def line(places: Sequence[Place]) -> str:
    """Straight from place to place; nothing of fewer than two."""
    if len(places) < 2:
        return ""
    return "M" + "L".join(_at(place) for place in places)


def band(above: Sequence[Place], below: Sequence[Place]) -> str:
    """The area between two lines."""
    if len(above) < 2 or len(below) < 2:
        return ""
    return "M" + "L".join(_at(place) for place in (*above, *reversed(below))) + "Z"


def stepped(places: Sequence[Place]) -> tuple[Place, ...]:
    """The same as steps: level until the next place, then up or down to it."""
    found = list(places[:1])
    for before, after in pairwise(places):
        found += [(after[0], before[1]), after]
    return tuple(found)


def _at(place: Place) -> str:
    return f"{trimmed(place[0])} {trimmed(place[1])}"
