"""What every part of a history is made with: the clinic's days, the codes of its words, and the places of its cases."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field, fields
from datetime import date, datetime
from functools import cache
from typing import Any, TypeVar
from zoneinfo import ZoneInfo

from sqlalchemy import Connection, Executable, Row, Select, bindparam, select

from tracker.domain.reporting.columns import Part
from tracker.persistence.models import FactRow

P = TypeVar("P", bound=Part)
CLINIC: Any = bindparam("clinic")


@dataclass(slots=True)
class Source:
    """One clinic while its history is made. ``places``: the place of each case in the history, by its id."""

    connection: Connection
    clinic_id: int
    zone: ZoneInfo
    places: Mapping[int, int] = field(default_factory=dict)
    words: dict[str, int] = field(default_factory=lambda: {"": 0})

    def rows(self, query: Executable) -> Iterable[Row[Any]]:
        """The clinic's rows; ``query`` names it ``clinic``."""
        return self.connection.execute(query, {"clinic": self.clinic_id})

    def of_cases(self, query: Executable) -> Iterable[Row[Any]]:
        """The same, without those of cases that the history leaves out."""
        return (row for row in self.rows(query) if row.case_id in self.places)

    def code(self, word: str) -> int:
        """The code of a word, the same for the whole history."""
        return self.words.setdefault(word, len(self.words))

    def day(self, instant: datetime | None) -> int:
        """The clinic's day of an instant."""
        return 0 if instant is None else instant.astimezone(self.zone).toordinal()


def ordinal(day: date | None) -> int:
    """A civil day as it stands in a column."""
    return 0 if day is None else day.toordinal()


def seconds(instant: datetime | None) -> int:
    """An instant as it stands in a column."""
    return 0 if instant is None else int(instant.timestamp())


def part_of(kind: type[P], rows: Sequence[Sequence[int]]) -> P:
    """A part, of its rows: each with a value for every column, in their order."""
    columns = [list(column) for column in zip(*rows, strict=True)] if rows else [[] for _ in fields(kind)]
    return kind(*columns)


@cache
def facts(table: type[FactRow], *columns: str, versions: bool = False) -> Select[Any]:
    """The facts of a clinic as they stand, of each case in the order of their writing; or every version of them. A
    thing whose last version was superseded is gone: a correction struck it out."""
    shown = (getattr(table, name) for name in ("case_id", "seq", *columns))
    found = select(*shown).where(table.clinic_id == CLINIC).order_by(table.case_id, table.seq)
    return found if versions else found.where(table.superseded_by.is_(None))
