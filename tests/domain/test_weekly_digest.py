"""What a manager reads once a week: numbers beside those before, and never one so small that it could be somebody."""

from datetime import date

import pytest

from tracker.domain.report_sheets.small import NOT_SHOWN
from tracker.domain.reporting.counted import Amount, Count
from tracker.domain.reporting.four_weeks import Compared
from tracker.domain.weekly_digest import weekly_digest

MONDAY = date(2026, 6, 8)


def some(n: int) -> Count:
    return Count(tuple(range(n)))


@pytest.mark.parametrize(
    ("number", "said"),
    [
        (some(0), "none"),
        (some(1), "fewer than 5"),
        (some(4), "fewer than 5"),
        (some(5), "5"),
        (Count((7,) * 9), "fewer than 5"),  # nine things of one patient
        (Amount(0.0), "none"),
        (Amount(40.0, (1, 2, 3, 4)), "not shown"),
        (Amount(40.4, (1, 2, 3, 4, 5)), "40"),
    ],
)
def test_small_numbers_are_not_said(number: Count | Amount, said: str) -> None:
    lines = weekly_digest([Compared("Referrals", number, some(18))], "", MONDAY)
    assert lines == ("Four weeks until Sun 7 Jun (and the four weeks before):", f"Referrals: {said} (18)")
    assert weekly_digest([Compared("Referrals", some(18), number)], "", MONDAY)[1] == f"Referrals: 18 ({said})"


def test_a_clinic_where_nothing_happened_is_told_nothing() -> None:
    assert weekly_digest([Compared("Referrals", some(0), some(0))], "Nothing stood in the way.", MONDAY) == ()


@pytest.mark.parametrize(("to_clear", "lines"), [("12 patients lost 90 days.", 3), (NOT_SHOWN, 2), ("", 2)])
def test_what_to_clear_is_said_where_it_may_be(to_clear: str, lines: int) -> None:
    assert len(weekly_digest([Compared("Referrals", some(9), some(9))], to_clear, MONDAY)) == lines
