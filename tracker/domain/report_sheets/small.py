"""A sheet for readers who may not see patients: counts of 1 to 4 are hidden, and what would tell them.

In each list such a count is hidden, and with it the next smallest ones until what is hidden cannot be known to be small
from a total (``tracker.domain.statistics.small_numbers`` has the rule for one list); where that takes every one, the
total too. The first count of a row is what the others are of: the others are hidden together, because one of them would
follow from the rest. Shares, times, sentences, charts and words made of numbers go with them.

Where a table's counts are steps, each of those who came to the one before, a difference of 1 to 4 is a count of the few
who did not. Down the rows the later step is hidden, and so is the count of the same people in every other table of the
sheet; within a row what stands after the first count is hidden.

Two reports, or one of two periods or filters, can still be compared: numbers that each show may differ by a few.
"""

from collections.abc import Collection, Mapping, Sequence
from dataclasses import replace
from itertools import pairwise

from tracker.domain.report_sheets.sheet import Cell, Kind, Row, Section, Sheet, Table
from tracker.domain.statistics.small_numbers import SMALLEST_SHOWN

NOT_SHOWN = f"Some numbers are below {SMALLEST_SHOWN} and are not shown."
_HIDDEN = Cell(is_hidden=True)

#: Those whom a count counts.
People = tuple[int, ...]


def without_small_numbers(sheet: Sheet) -> Sheet:
    """The sheet without rows that are people, without small counts, and without anybody behind a number."""
    kept = [section for section in sheet.sections if not section.is_of_people]
    known = frozenset(cell.cases for section in kept for cell in _close_steps(section.table).values() if cell.cases)
    tables = [_table(section.table, known) for section in kept]
    sections = tuple(_section(section, table) for section, table in zip(kept, tables, strict=True))
    is_whole = len(sections) == len(sheet.sections) and not any(_hides(table) for table in tables)
    return replace(
        sheet,
        answer=sheet.answer if is_whole else NOT_SHOWN,
        sections=sections,
        ids=(),
        spark=sheet.spark if is_whole else None,
    )


def _section(section: Section, table: Table) -> Section:
    if not _hides(table):
        return replace(section, table=table)
    return replace(section, table=table, answer=NOT_SHOWN, drawing=None)


def _hides(table: Table) -> bool:
    return any(cell.is_hidden for row in table.rows for cell in row.cells)


def _table(table: Table, known: frozenset[People]) -> Table:
    parts = [row for row in table.rows if not row.is_total]
    counts = [place for place, column in enumerate(table.columns) if column.kind is Kind.COUNT]
    of_whole = _Hidden(parts, counts[:1], known, close=_close_steps(table).keys())
    of_parts = _Hidden(parts, counts[1:], known, steps=counts if table.has_steps_across else ())
    return replace(table, rows=tuple(_row(row, table, of_whole, of_parts) for row in table.rows))


def _close_steps(table: Table) -> Mapping[str, Cell]:
    """The counts that are a few below that of the last row above which is not one of these, by the key of their row."""
    found: dict[str, Cell] = {}
    if table.has_steps_down:
        place = next(place for place, column in enumerate(table.columns) if column.kind is Kind.COUNT)
        above = 0.0
        for row in table.rows:
            number = _number(row.cells[place])
            if 0 < above - number < SMALLEST_SHOWN:
                found[row.key] = row.cells[place]
            else:
                above = number
    return found


class _Hidden:
    """The rows of which some columns are hidden. ``known``: people whose count is hidden; ``close``: rows that are
    hidden in any case; ``steps``: columns of which each counts among those of the one before."""

    def __init__(
        self,
        rows: Sequence[Row],
        counts: Sequence[int],
        known: frozenset[People],
        close: Collection[str] = (),
        steps: Sequence[int] = (),
    ) -> None:
        self.counts, self.known, self.steps = counts, known, steps
        self.keys = {row.key for row in rows if self._has_small(row)} | set(close)
        while len(self.keys) < len(rows) and not self._is_enough(rows):
            shown = [row for row in rows if row.key not in self.keys]
            self.keys.add(min(shown, key=lambda row: (sum(_number(row.cells[place]) for place in counts), row.key)).key)
        self.hides_total = not self._is_enough(rows)

    def hides(self, row: Row) -> bool:
        """Whether these columns of a row are hidden."""
        return self._has_small(row) or (self.hides_total if row.is_total else row.key in self.keys)

    def _has_small(self, row: Row) -> bool:
        cells = [row.cells[place] for place in self.counts]
        return (
            any(_is_small(cell) for cell in cells)
            or any(0 < fewer < SMALLEST_SHOWN for fewer in self._fewer(row))
            # Asking takes as long as there are cases.
            or (bool(self.known) and any(cell.cases in self.known for cell in cells))
        )

    def _fewer(self, row: Row) -> list[float]:
        """By how many each step of a row is below the one before."""
        return [_number(row.cells[one]) - _number(row.cells[after]) for one, after in pairwise(self.steps)]

    def _is_enough(self, rows: Sequence[Row]) -> bool:
        hidden = [row for row in rows if row.key in self.keys]
        figures = [[*(_number(row.cells[place]) for place in self.counts), *self._fewer(row)] for row in hidden]
        return all(_is_enough(column) for column in zip(*figures, strict=True))


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
    people: set[int] = set()
    for case in cell.cases:
        people.add(case)
        if len(people) == SMALLEST_SHOWN:
            break
    return 0 < len(people) < SMALLEST_SHOWN or 0 < _number(cell) < SMALLEST_SHOWN


def _number(cell: Cell) -> float:
    return cell.value if isinstance(cell.value, int | float) else 0
