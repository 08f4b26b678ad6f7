"""What readers see who may not see patients: no count of 1 to 4, and none that a total would tell."""

from itertools import product

import pytest

from tests.domain.report_sheets.test_sheets import FILTERS, sheet
from tracker.domain.report_sheets.catalogue import PANELS
from tracker.domain.report_sheets.sheet import Cell, Column, Kind, Row, Section, Sheet, Table, numbers
from tracker.domain.report_sheets.small import NOT_SHOWN, without_small_numbers

COLUMNS = (Column("n", "N"), Column("share", "Share", Kind.SHARE), Column("text", "Words", Kind.TEXT))


def told(*counts: int, people: bool = False) -> Sheet:
    """A sheet of one table with such counts and their total."""

    def cells(count: int) -> tuple[Cell, ...]:
        return Cell(count, tuple(range(count))), Cell(count / 100), Cell("words")

    rows = [Row(str(place), f"row {place}", cells(count)) for place, count in enumerate(counts)]
    total = Row("all", "All", cells(sum(counts)), is_total=True)
    table = Table("What", COLUMNS, (*rows, total))
    section = Section(key="s", title="S", answer="3 of 4.", definition="Counted.", table=table, is_of_people=people)
    return Sheet(name="x", answer="3 of 4.", sections=(section,), ids=range(1000))


def shown(*counts: int) -> list[object]:
    """What is left of the counts, and of their total."""
    return [row.cells[0].value for row in without_small_numbers(told(*counts)).sections[0].table.rows]


class TestSmallNumbers:
    @pytest.mark.parametrize(
        ("counts", "left"),
        [
            ((5, 6, 0), [5, 6, 0, 11]),
            # 4 alone would follow from the total: with 6 it could be anything from 1 to 9.
            ((4, 6, 20), [None, None, 20, 30]),
            ((1, 1, 1, 30), [None, None, None, None, 33]),
            ((3, 4, 30), [None, None, 30, 37]),
            ((2,), [None, None]),
            ((2, 40), [None, None, 42]),
        ],
    )
    def test_go_with_what_would_tell_them(self, counts: tuple[int, ...], left: list[object]) -> None:
        assert shown(*counts) == left

    def test_take_shares_sentences_and_people_with_them(self) -> None:
        seen = without_small_numbers(told(4, 6, 20))
        row = seen.sections[0].table.rows[0]
        assert row.cells[0].is_hidden and row.cells[1].is_hidden and row.cells[2].value == "words"
        assert seen.answer == seen.sections[0].answer == NOT_SHOWN
        assert not list(numbers(seen)) and not seen.ids

    def test_that_are_few_people_counted_often_are_hidden_too(self) -> None:
        table = Table("What", COLUMNS[:1], (Row("a", "A", (Cell(8, (1, 1, 1, 1, 2, 2, 2, 2)),)),))
        section = Section(key="s", title="S", answer="8.", definition="Counted.", table=table)
        seen = without_small_numbers(Sheet(name="x", answer="8.", sections=(section,)))
        assert seen.sections[0].table.rows[0].cells[0].is_hidden

    def test_hide_what_is_of_the_same_whole_but_not_the_whole(self) -> None:
        columns = (Column("all", "All"), Column("came", "Came"), Column("waits", "Wait"))
        rows = [
            Row(key, key, tuple(Cell(number, tuple(range(number))) for number in numbers_))
            for key, numbers_ in {"a": (30, 28, 2), "b": (50, 40, 10), "c": (60, 30, 30)}.items()
        ]
        section = Section(
            key="s", title="S", answer="2.", definition="Counted.", table=Table("What", columns, tuple(rows))
        )
        seen = without_small_numbers(Sheet(name="x", answer="2.", sections=(section,))).sections[0].table.rows
        # 28 would tell 2, and 2 would follow from the column's total but for the 10.
        assert [[cell.value for cell in row.cells] for row in seen] == [
            [30, None, None], [50, None, None], [60, 30, 30],
        ]  # fmt: skip

    def test_rows_of_people_are_left_out(self) -> None:
        assert without_small_numbers(told(9, 9, people=True)).sections == ()

    def test_where_there_are_none_everything_stays_but_whom_it_counts(self) -> None:
        seen = without_small_numbers(told(9, 0, 12))
        assert seen.answer == "3 of 4." and not list(numbers(seen))
        assert [row.cells[0].value for row in seen.sections[0].table.rows] == [9, 0, 12, 21]

    def test_cannot_be_worked_out_from_their_total(self) -> None:
        for counts in product((0, 1, 4, 5, 9, 30), repeat=3):
            left = shown(*counts)
            hidden = [count for count, seen in zip(counts, left[:-1], strict=True) if seen is None and count]
            assert not [count for count, seen in zip(counts, left[:-1], strict=True) if seen and count in range(1, 5)]
            assert not hidden or left[-1] is None or sum(hidden) - len(hidden) + 1 >= 5, counts


@pytest.mark.parametrize(("name", "asked"), list(product(PANELS, FILTERS)))
def test_no_panel_shows_a_small_count(name: str, asked: str) -> None:
    seen = without_small_numbers(sheet(name, asked))
    for section in seen.sections:
        for row in section.table.rows:
            for column, cell in zip(section.table.columns, row.cells, strict=True):
                assert not (column.kind is Kind.COUNT and isinstance(cell.value, int) and 0 < cell.value < 5)
