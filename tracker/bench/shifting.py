"""Moves a whole case to an earlier day, so that copies of it do not all stand at the same instant.

Every instant keeps its wall time at the clinic, across a change of the clocks too; every civil date, alone or inside a
text, moves by as many days.
"""

import re
from datetime import UTC, date, datetime, timedelta
from zoneinfo import ZoneInfo

from tracker.bench.templates import Cell, Row, columns_of
from tracker.persistence.types import instant_text

_STAMP = re.compile(
    r"(?P<instant>\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{6}Z)|(?P<compact>(?<!\d)\d{8}T\d{6}(?!\d))"
    r"|(?P<day>(?<!\d)\d{4}-\d\d-\d\d(?!\d))"
)
_SHORTEST = len("2026-11-22")
_COMPACT = "%Y%m%dT%H%M%S"
#: What holds from the beginning holds from there however a case is moved.
_BEGINNING = date.min.isoformat()
#: A birth date belongs to the person, not to the case.
_KEPT = frozenset({"birth_on"})


class Shift:
    """Into the past by whole ``days`` of the zone. Remembers what it has worked out: a case repeats its instants."""

    def __init__(self, zone: str, days: int) -> None:
        self._zone = ZoneInfo(zone)
        self._by = timedelta(days=days)
        self._known: dict[str, str] = {}

    def row(self, table: str, cells: Row) -> Row:
        """A row of ``table``, that much earlier. How long a stay lasted is worked out again."""
        names = columns_of(table)
        moved: dict[str, Cell] = {
            name: self.text(cell) if isinstance(cell, str) and len(cell) >= _SHORTEST and name not in _KEPT else cell
            for name, cell in zip(names, cells, strict=True)
        }
        if moved.get("duration_s") is not None:
            stay = datetime.fromisoformat(str(moved["left_at"])) - datetime.fromisoformat(str(moved["entered_at"]))
            moved["duration_s"] = int(stay.total_seconds())
        return tuple(moved[name] for name in names)

    def text(self, text: str) -> str:
        """A text with every date and instant in it moved."""
        return _STAMP.sub(self._moved, text)

    def _moved(self, match: re.Match[str]) -> str:
        stamp = match.group()
        if stamp == _BEGINNING:
            return stamp
        if stamp not in self._known:
            if match["instant"]:
                self._known[stamp] = instant_text(self._instant(datetime.fromisoformat(stamp)))
            elif match["compact"]:
                at = datetime.strptime(stamp, _COMPACT).replace(tzinfo=UTC)
                self._known[stamp] = self._instant(at).strftime(_COMPACT)
            else:
                self._known[stamp] = (date.fromisoformat(stamp) - self._by).isoformat()
        return self._known[stamp]

    def _instant(self, at: datetime) -> datetime:
        wall = at.astimezone(self._zone).replace(tzinfo=None) - self._by
        return wall.replace(tzinfo=self._zone).astimezone(UTC)
