"""What a filter picks: none of nothing, one of one, and of a period its first day and its last."""

from datetime import date

import pytest

from tests.support.histories import Told
from tracker.domain.reporting.dated import dated
from tracker.domain.reporting.filters import Filter, Selection, select
from tracker.domain.reporting.history import History
from tracker.domain.reporting.rows import Places, Rows, both, either

FIRST, LAST = date(2026, 2, 1), date(2026, 2, 28)


@pytest.fixture
def history() -> History:
    told = Told()
    for _ in range(3):
        told.case()
    return told.history()


@pytest.fixture
def february(history: History) -> Selection:
    return select(history, Filter(from_on=FIRST, until_on=date(2026, 3, 1)))


@pytest.mark.parametrize(("places", "picked"), [((), b""), ((2,), b"\1"), ((0, 2, 2, 1), b"\0\1\1\0")])
def test_of_a_table_is_picked_what_stands_at_each_place(places: tuple[int, ...], picked: bytes) -> None:
    assert Places(places).picked(b"\0\0\1") == picked


def test_rows_are_picked_by_their_cases(history: History) -> None:
    rows = Rows(history, [2, 0, 2])
    assert (rows.cases, rows.picked(b"\1\0\0")) == ((2, 0, 2), b"\0\1\0")


def test_two_are_joined_byte_by_byte() -> None:
    one, other = b"\0\1\0\1\0", b"\0\0\1\1\0"
    assert (both(one, other), either(one, other)) == (b"\0\0\0\1\0", b"\0\1\1\1\0")
    assert both(b"", b"") == b""


def test_a_period_has_its_first_day_and_its_last_and_no_other(history: History, february: Selection) -> None:
    days = [FIRST.toordinal() - 1, FIRST.toordinal(), LAST.toordinal(), LAST.toordinal() + 1]
    things = dated(history, [(place % 3, day, place) for place, day in enumerate(days)])
    assert things.picked(february) == ([1, 2], [1, 2])
    assert things.picked(february, b"\0\0\1") == ([2], [2])


def test_what_lies_in_the_period_altogether_is_picked_by_its_cases_alone(history: History, february: Selection) -> None:
    things = dated(history, [(0, FIRST.toordinal(), 5), (1, LAST.toordinal(), 6)])
    assert things.picked(february) == ([0, 1], [5, 6])
    assert dated(history, []).picked(february) == ([], [])


@pytest.mark.parametrize("day", [date(2025, 1, 1), date(2027, 1, 1)])
def test_of_another_time_nothing_is_picked(history: History, february: Selection, day: date) -> None:
    assert dated(history, [(0, day.toordinal(), 5), (1, day.toordinal() + 3, 6)]).picked(february) == ([], [])
