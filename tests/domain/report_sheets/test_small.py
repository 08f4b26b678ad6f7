"""What readers see who may not see patients: no count of 1 to 4, and none that a total would tell."""

from dataclasses import replace
from itertools import pairwise, product

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


def steps(*rows: tuple[int, ...], down: bool = False, across: bool = False) -> Section:
    """A section of counts of which each is of those before it: of the row above, or of the column before. Rows with
    steps across are of other people each."""
    columns = tuple(Column(f"c{place}", "N") for place in range(len(rows[0])))
    lines = tuple(
        Row(str(place), f"row {place}", tuple(Cell(number, tuple(range(first, first + number))) for number in row))
        for place, row in enumerate(rows)
        for first in [1000 * place if across else 0]
    )
    table = Table("What", columns, lines, has_steps_down=down, has_steps_across=across)
    return Section(key=f"{down}{across}", title="S", answer="3 of 4.", definition="Counted.", table=table)


def seen_of(*sections: Section) -> list[list[list[object]]]:
    """What is left of the counts of each section."""
    seen = without_small_numbers(Sheet(name="x", answer="3 of 4.", sections=sections))
    return [[[cell.value for cell in row.cells] for row in each.table.rows] for each in seen.sections]


class TestSmallDifferences:
    @pytest.mark.parametrize(
        ("reached", "left"),
        [
            ((40, 40, 35, 30, 0), [40, 40, 35, 30, 0]),
            ((40, 36, 31), [40, None, 31]),
            ((40, 39, 34), [40, None, 34]),
            # 37 is three fewer than 40, and 36 four fewer; 35 tells nobody.
            ((40, 38, 37, 36, 35), [40, None, None, None, 35]),
            ((40, 30, 28), [40, 30, None]),
        ],
    )
    def test_of_a_step_and_the_one_before_hide_the_later_one(
        self, reached: tuple[int, ...], left: list[object]
    ) -> None:
        assert seen_of(steps(*((number,) for number in reached), down=True)) == [[[number] for number in left]]

    def test_hide_what_stands_beside_such_a_step(self) -> None:
        # 18 beside 38 and 20 below it would tell the 38; 2 beside 40 too.
        (rows,) = seen_of(steps((40, 0, 2), (38, 8, 10), (20, 10, 10), down=True))
        assert rows[:2] == [[40, None, None], [None, None, None]] and rows[2][0] == 20

    def test_within_a_row_hide_what_is_of_its_whole_and_another_row(self) -> None:
        # What the first row lacks would follow from all together, which another table says.
        assert seen_of(steps((30, 28, 20), (50, 40, 30), (60, 45, 30), across=True)) == [
            [[30, None, None], [50, None, None], [60, 45, 30]]
        ]
        assert seen_of(steps((30, 25, 25), (50, 40, 30), across=True)) == [[[30, 25, 25], [50, 40, 30]]]

    def test_are_nothing_where_the_numbers_are_no_steps(self) -> None:
        assert seen_of(steps((30, 28, 20), (29, 40, 30))) == [[[30, 28, 20], [29, 40, 30]]]

    def test_of_two_columns_are_never_told(self) -> None:
        for rows in product(((30, 30, 20), (30, 28, 20), (40, 20, 19), (50, 40, 35), (9, 8, 0)), repeat=3):
            (left,) = seen_of(steps(*rows, across=True))
            told = [row for row, seen in zip(rows, left, strict=True) if seen[1] is not None]
            assert not [row for row in told for one, after in pairwise(row) if 0 < one - after < 5]
            hidden = [row for row, seen in zip(rows, left, strict=True) if seen[1] is None]
            for place in (0, 1):
                fewer = [row[place] - row[place + 1] for row in hidden if row[place] > row[place + 1]]
                assert len(hidden) == 3 or not fewer or sum(fewer) - len(fewer) + 1 >= 5, rows

    def test_are_seen_where_the_cases_were_left_out(self) -> None:
        section = steps((40,), (38,), (30,), down=True)
        rows = tuple(replace(row, cells=(replace(row.cells[0], cases=()),)) for row in section.table.rows)
        assert seen_of(replace(section, table=replace(section.table, rows=rows))) == [[[40], [None], [30]]]

    def test_hide_the_same_people_in_another_table(self) -> None:
        funnel, times = steps((60,), (38,), (37,), down=True), steps((60, 37, 23), (50, 20, 30))
        assert seen_of(funnel, times)[0] == [[60], [38], [None]]
        assert seen_of(funnel, times)[1] == [[60, None, None], [50, 20, 30]]


@pytest.mark.parametrize("asked", FILTERS)
def test_the_flow_tells_no_difference_of_a_few(asked: str) -> None:
    funnel, *others = without_small_numbers(sheet("flow", asked)).sections
    reached = [row.cells[0].value for row in funnel.table.rows if not row.cells[0].is_hidden]
    cohorts = [each for each in others if each.table.has_steps_across]
    assert len(cohorts) == 2
    told = [[cell.value for cell in row.cells[:5] if not cell.is_hidden] for each in cohorts for row in each.table.rows]
    for row in (reached, *told):
        assert not [one - after for one, after in pairwise(row) if 0 < one - after < 5]


@pytest.mark.parametrize(("name", "asked"), list(product(PANELS, FILTERS)))
def test_no_panel_shows_a_small_count(name: str, asked: str) -> None:
    seen = without_small_numbers(sheet(name, asked))
    for section in seen.sections:
        for row in section.table.rows:
            for column, cell in zip(section.table.columns, row.cells, strict=True):
                assert not (column.kind is Kind.COUNT and isinstance(cell.value, int) and 0 < cell.value < 5)
