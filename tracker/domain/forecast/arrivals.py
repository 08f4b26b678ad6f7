"""Referrals of the coming weeks, as stretches of past weeks in a row (the moving-block bootstrap, Künsch 1989).

Weeks drawn one by one would be independent, and half a year of them would always come to about the same. A stretch
brings along what a quarter had in common: the summer, a referrer who left, the week of a congress. Nothing is assumed
of the season's shape, so the interval is as wide as quarters have differed.
"""

from collections.abc import Sequence

from tracker.domain.chance import Chance

#: A quarter.
STRETCH_WEEKS = 13


def future_arrivals(chance: Chance, past: Sequence[int], weeks: int) -> list[int]:
    """Counts for each of so many weeks. Stretches begin anywhere; the past is closed to a circle, so that its ends are
    drawn as often as its middle.

    :raises ValueError: without a past
    """
    if not past:
        raise ValueError("no past week to draw from")
    stretch = min(STRETCH_WEEKS, len(past))
    found: list[int] = []
    while len(found) < weeks:
        first = int(chance.random() * len(past))
        found += [past[(first + offset) % len(past)] for offset in range(stretch)]
    return found[:weeks]
