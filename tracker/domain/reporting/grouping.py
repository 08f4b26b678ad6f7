"""Counting by what things have in common: the groups with the most first, those of one size by name."""

from collections import defaultdict
from collections.abc import Iterable

from tracker.domain.reporting.counted import Count, count

Named = tuple[tuple[str, Count], ...]


def counted_by(things: Iterable[tuple[str, int]]) -> Named:
    """Count things by their names; each thing is a name and a case."""
    found: dict[str, list[int]] = defaultdict(list)
    for name, case in things:
        found[name].append(case)
    counts = ((name, count(cases)) for name, cases in found.items())
    return tuple(sorted(counts, key=lambda each: (-each[1].n, each[0])))
