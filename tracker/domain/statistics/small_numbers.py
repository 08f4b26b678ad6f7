"""Hiding counts so small that they could be somebody, for readers who may not see patients.

A count of 1 to 4 is hidden. So is, where the total would give it away by subtraction, the next smallest count, until
the hidden ones together are so many that none of them can be known to be small. Nought is shown: it is nobody.

For one list and its total. A table with totals both ways, or several lists that overlap (this month, this year), can
still be solved as equations.
"""

from collections.abc import Mapping
from dataclasses import dataclass

#: Smaller counts are hidden.
SMALLEST_SHOWN = 5


@dataclass(frozen=True, slots=True)
class Shown:
    """What may be read. ``None``: hidden."""

    counts: Mapping[str, int | None]
    total: int | None


def suppressed(counts: Mapping[str, int], *, smallest_shown: int = SMALLEST_SHOWN) -> Shown:
    """The counts and their total, without what would tell a small one.

    With ``m`` hidden counts of ``s`` together, each at least 1, one of them can be anything up to ``s - m + 1``. It is
    enough when that is not small itself. Where even hiding all is not enough, the total is hidden too.

    :raises ValueError: for a negative count
    """
    if any(count < 0 for count in counts.values()):
        raise ValueError("a count below nought")
    hidden = {name for name, count in counts.items() if 0 < count < smallest_shown}
    # The smallest first; those that are equal in the order of their names, so that a page says the same every time.
    others = sorted((count, name) for name, count in counts.items() if count >= smallest_shown)
    for _, name in others:
        if not hidden or _is_enough(counts, hidden, smallest_shown):
            break
        hidden.add(name)
    is_told = not hidden or _is_enough(counts, hidden, smallest_shown)
    return Shown(
        {name: None if name in hidden else count for name, count in counts.items()},
        sum(counts.values()) if is_told else None,
    )


def _is_enough(counts: Mapping[str, int], hidden: set[str], smallest_shown: int) -> bool:
    together = sum(counts[name] for name in hidden)
    return together - len(hidden) + 1 >= smallest_shown
