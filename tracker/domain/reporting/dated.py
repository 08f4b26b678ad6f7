"""Things that each begin on a day and last for some: of which a filter picks those of its cases and of its period."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from itertools import compress

from tracker.domain.reporting.filters import Selection
from tracker.domain.reporting.history import History
from tracker.domain.reporting.rows import Places, Rows, both
from tracker.domain.reporting.waiting_times import Spans


@dataclass(frozen=True, slots=True)
class Dated:
    """Whose they are, on which day each begins (counted from ``first``, until ``last``), and how many days it takes."""

    rows: Rows
    on: Places
    days: tuple[int, ...]
    first: int
    last: int

    def picked(self, selection: Selection, chosen: bytes | None = None) -> Spans:
        """The cases and days of those that begin in the period; ``chosen``: of other cases than those selected."""
        meant = self.rows.picked(selection.chosen if chosen is None else chosen)
        is_in = bytes(map(selection.falls_in, range(self.first, self.last + 1)))
        if 0 in is_in:
            meant = both(meant, self.on.picked(is_in))
        return list(compress(self.rows.cases, meant)), list(compress(self.days, meant))


def dated(history: History, things: Iterable[tuple[int, int, int]]) -> Dated:
    """Of things: each its case, its day and how many days it takes."""
    rows: Sequence[tuple[int, int, int]] = list(things)
    cases, on, days = zip(*rows, strict=True) if rows else ((), (), ())
    first = min(on, default=0)
    return Dated(Rows(history, cases), Places(tuple(day - first for day in on)), days, first, max(on, default=0))
