"""A small history told row by row, with words, days and instants as people write them."""

from collections import defaultdict
from dataclasses import fields
from datetime import UTC, date, datetime, time
from typing import Any

from tracker.domain.reporting.columns import PARTS, Cases, Part
from tracker.domain.reporting.history import History

ZONE = "America/Denver"
#: A Tuesday.
AS_OF = datetime(2026, 3, 17, 15, 0, tzinfo=UTC)
#: What stands where nothing is said.
NOTHING = {"about": -1, "visit": -1}


class Told:
    """A history in the making. ``case`` and ``add`` take the columns by name; what is left out is nothing."""

    def __init__(self, as_of: datetime = AS_OF) -> None:
        self.as_of = as_of
        self._words = {"": 0}
        self._rows: dict[type[Part], list[list[int]]] = defaultdict(list)

    def case(self, **values: object) -> int:
        """One more case; returns its place."""
        usual: dict[str, object] = {"id": 1000 + len(self._rows[Cases]), "pathway": "itb", "version": 1}
        return self.add(Cases, **{**usual, "referred_on": date(2025, 6, 2), **values})

    def add(self, part: type[Part], /, **values: object) -> int:
        """One more row of a part; returns its place."""
        names = [each.name for each in fields(part)]
        assert not values.keys() - set(names), f"{part.__name__} has no such columns"
        self._rows[part].append([self._number(values.get(name, NOTHING.get(name, 0))) for name in names])
        return len(self._rows[part]) - 1

    def history(self) -> History:
        """What was told so far, with every part."""
        parts: dict[type[Part], Part] = {}
        for kind in PARTS.values():
            rows = self._rows[kind]
            columns: Any = [list(column) for column in zip(*rows, strict=True)] or [[] for _ in fields(kind)]
            parts[kind] = kind(*columns)
        return History(self.as_of, ZONE, tuple(self._words), parts)

    def _number(self, value: object) -> int:
        match value:
            case datetime():
                return int(value.timestamp())
            case date():
                return value.toordinal()
            case str():
                return self._words.setdefault(value, len(self._words))
            case int():
                return int(value)
        raise AssertionError(f"{value!r} stands in no column")


def noon(day: date) -> datetime:
    """Noon at the clinic, in winter."""
    return datetime.combine(day, time(19), tzinfo=UTC)
