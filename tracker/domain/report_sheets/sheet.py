"""A panel's answer as it is read: a sentence, what is counted, a table, and in each cell the cases behind its number.

The page, its lists of patients, the files and the command line are all made of this one thing, so they cannot differ.
"""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from datetime import date
from enum import StrEnum

from tracker.domain.report_sheets.drawing import Drawing, Spark
from tracker.domain.reporting.counted import Amount, Count, Parts, Share

Value = str | int | float | date | None


class Kind(StrEnum):
    """What stands in a column. A share lies between 0 and 1; days are whole, an amount has one decimal, a
    rate three."""

    TEXT = "text"
    COUNT = "count"
    AMOUNT = "amount"
    DAYS = "days"
    SHARE = "share"
    RATE = "rate"
    DATE = "date"


@dataclass(frozen=True, slots=True)
class Column:
    """``key``: in addresses; ``header``: on the page and in files."""

    key: str
    header: str
    kind: Kind = Kind.COUNT


@dataclass(frozen=True, slots=True)
class Cell:
    """``None``: there is no such value (nobody to divide by, not reached). ``cases``: places of the cases behind it,
    one of which two things count twice. ``is_hidden``: so small a count that it could be somebody.
    ``is_listed``: somebody stands behind it, and the cases were left out. ``parts``: of a sum, what each case has."""

    value: Value = None
    cases: tuple[int, ...] = ()
    is_hidden: bool = False
    is_listed: bool = False
    parts: Parts = field(default=dict, compare=False, repr=False)

    @property
    def is_open(self) -> bool:
        """Whether the list of those behind it may be asked for."""
        return (bool(self.cases) or self.is_listed) and not self.is_hidden


@dataclass(frozen=True, slots=True)
class Row:
    """``key``: in addresses, without names of people; ``is_total``: the others are parts of it; ``when``: the day or
    wall time that the label says, for files."""

    key: str
    label: str
    cells: tuple[Cell, ...]
    is_total: bool = False
    when: date | None = None


@dataclass(frozen=True, slots=True)
class Table:
    """Rows under columns; ``label_header`` says what the rows are. ``has_steps_down``: the first count of each row is
    of those of the row above; ``has_steps_across``: each count of a row is of those of the one before it."""

    label_header: str
    columns: tuple[Column, ...]
    rows: tuple[Row, ...]
    has_steps_down: bool = False
    has_steps_across: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class Section:
    """One question of a panel: the answer as a sentence, the definition with its denominator, the table, the chart.

    ``is_of_people``: its rows are single patients. ``is_too_few``: nothing is said, because too few patients would be
    behind it."""

    key: str
    title: str
    answer: str
    definition: str
    table: Table
    drawing: Drawing | None = None
    is_of_people: bool = False
    is_too_few: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class Sheet:
    """A whole panel. ``ids``: of the case at each place. ``spark``: beside the answer, where there is one."""

    name: str
    answer: str
    sections: tuple[Section, ...]
    ids: Sequence[int] = ()
    spark: Spark | None = None


@dataclass(frozen=True, slots=True)
class Found:
    """A number of a sheet, and where it stands."""

    section: Section
    row: Row
    column: Column
    cell: Cell


def counted(number: Count | Amount) -> Cell:
    """A number with whom it counts."""
    if isinstance(number, Count):
        return Cell(number.n, number.cases)
    return Cell(number.value, number.cases, parts=number.parts)


def shared(share: Share) -> Cell:
    """A share; whom it counts stands in the cells of its part and its whole."""
    return Cell(share.proportion.share)


def between(share: Share) -> tuple[Cell, Cell]:
    """The ends of a share's interval; nothing of nobody."""
    if not share.whole.n:
        return Cell(), Cell()
    return Cell(share.proportion.interval.low), Cell(share.proportion.interval.high)


def numbers(sheet: Sheet) -> Iterator[tuple[str, Found]]:
    """Every number of a sheet that has cases behind it, with its address."""
    for section in sheet.sections:
        for row in section.table.rows:
            for column, cell in zip(section.table.columns, row.cells, strict=True):
                if cell.cases and not cell.is_hidden:
                    yield address(section, row, column), Found(section, row, column, cell)


def address(section: Section, row: Row, column: Column) -> str:
    """Under what a number is asked for."""
    return f"{section.key}.{row.key}.{column.key}"


def find(sheet: Sheet, wanted: str) -> Found | None:
    """The number at an address, if it is there and somebody stands behind it."""
    return next((found for where, found in numbers(sheet) if where == wanted), None)
