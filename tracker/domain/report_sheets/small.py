"""A sheet for readers who may not see patients: counts of 1 to 4 are hidden, and what would tell them.

In each list such a count is hidden, and with it the next smallest ones until what is hidden cannot be known to be small
from a total (``tracker.domain.statistics.small_numbers`` has the rule for one list); where that takes every one, the
total too. The first count of a row is what the others are of: the others are hidden together, because one of them would
follow from the rest. Shares, times, sentences, charts and words made of numbers go with them.

Two numbers that are both shown may still differ by a few: that a list and a later one of the same kind are compared
cannot be prevented here.
"""

from collections.abc import Sequence
from dataclasses import replace

from tracker.domain.report_sheets.sheet import Cell, Kind, Row, Section, Sheet, Table
from tracker.domain.statistics.small_numbers import SMALLEST_SHOWN

NOT_SHOWN = f"Some numbers are below {SMALLEST_SHOWN} and are not shown."
_HIDDEN = Cell(is_hidden=True)


def without_small_numbers(sheet: Sheet) -> Sheet:
    """The sheet without rows that are people, without small counts, and without anybody behind a number."""
    sections = tuple(_section(section) for section in sheet.sections if not section.is_of_people)
    is_whole = len(sections) == len(sheet.sections) and not any(_hides(section.table) for section in sections)
    return replace(
        sheet,
        answer=sheet.answer if is_whole else NOT_SHOWN,
        sections=sections,
        ids=(),
        spark=sheet.spark if is_whole else None,
    )


def _section(section: Section) -> Section:
    table = _table(section.table)
    if not _hides(table):
        return replace(section, table=table)
    return replace(section, table=table, answer=NOT_SHOWN, drawing=None)


def _hides(table: Table) -> bool:
    return any(cell.is_hidden for row in table.rows for cell in row.cells)


def _table(table: Table) -> Table:
    parts = [row for row in table.rows if not row.is_total]
    counts = [place for place, column in enumerate(table.columns) if column.kind is Kind.COUNT]
    of_whole, of_parts = _Hidden(parts, counts[:1]), _Hidden(parts, counts[1:])
    return replace(table, rows=tuple(_row(row, table, of_whole, of_parts) for row in table.rows))


class _Hidden:
    """The rows of which some columns are hidden."""

    def __init__(self, rows: Sequence[Row], counts: Sequence[int]) -> None:
        self.counts = counts
        self.keys = {row.key for row in rows if self._has_small(row)}
        while len(self.keys) < len(rows) and not self._is_enough(rows):
            shown = [row for row in rows if row.key not in self.keys]
            self.keys.add(min(shown, key=lambda row: (sum(_number(row.cells[place]) for place in counts), row.key)).key)
        self.hides_total = not self._is_enough(rows)

    def hides(self, row: Row) -> bool:
        """Whether these columns of a row are hidden."""
        return self._has_small(row) or (self.hides_total if row.is_total else row.key in self.keys)

    def _has_small(self, row: Row) -> bool:
        return any(_is_small(row.cells[place]) for place in self.counts)

    def _is_enough(self, rows: Sequence[Row]) -> bool:
        hidden = [row for row in rows if row.key in self.keys]
        return all(_is_enough([_number(row.cells[place]) for row in hidden]) for place in self.counts)


def _row(row: Row, table: Table, of_whole: _Hidden, of_parts: _Hidden) -> Row:
    """Words in cells may be made of numbers; where anything is hidden they go too."""
    hides_whole = of_whole.hides(row)
    hides_parts = hides_whole or of_parts.hides(row)
    is_any = bool(of_whole.keys or of_parts.keys)
    cells = []
    for place, (column, cell) in enumerate(zip(table.columns, row.cells, strict=True)):
        if column.kind is Kind.TEXT:
            cells.append(Cell() if is_any and any(letter.isdigit() for letter in str(cell.value)) else Cell(cell.value))
        else:
            is_hidden = hides_whole if place in of_whole.counts else hides_parts
            cells.append(_HIDDEN if is_hidden else Cell(cell.value))
    return replace(row, cells=tuple(cells))


def _is_enough(hidden: Sequence[float]) -> bool:
    """Whether one of the hidden counts could be anything up to what is not small, by what they are together."""
    found = [number for number in hidden if number]
    return not found or sum(found) - len(found) + 1 >= SMALLEST_SHOWN


def _is_small(cell: Cell) -> bool:
    """By patients, of whom one may count more than once, and by the number itself."""
    people = len(set(cell.cases))
    return 0 < people < SMALLEST_SHOWN or 0 < _number(cell) < SMALLEST_SHOWN


def _number(cell: Cell) -> float:
    return cell.value if isinstance(cell.value, int | float) else 0
