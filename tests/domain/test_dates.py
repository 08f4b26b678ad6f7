"""One day or none: what could be two days, or no day of the calendar, is refused with a sentence."""

from datetime import date

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tracker.domain.dates import UnreadableDate, read_date

CHRISTMAS = date(2026, 12, 25)


@pytest.mark.parametrize(
    "text",
    [
        "2026-12-25", "2026/12/25", "2026.12.25", " 2026-12-25 ", "25 Dec 2026", "25-Dec-2026", "25. December 2026",
        "Dec 25, 2026", "December 25 2026", "Dec. 25, 2026", "25/12/2026", "12/25/2026", "25.12.2026", "25-12-2026",
    ],
)  # fmt: skip
def test_reads_one_day(text: str) -> None:
    assert read_date(text) == CHRISTMAS


@pytest.mark.parametrize(("text", "day"), [("03/03/1961", date(1961, 3, 3)), ("1 sept 2026", date(2026, 9, 1))])
def test_reads_what_can_be_only_one_day(text: str, day: date) -> None:
    assert read_date(text) == day


@pytest.mark.parametrize(
    ("text", "words"),
    [
        ("03/07/1961", "two different days"),
        ("1/2/2026", "two different days"),
        ("1961-02-30", "not a day of the calendar"),
        ("2026-13-01", "not a day of the calendar"),
        ("31 Apr 2026", "not a day of the calendar"),
        ("29 Feb 2025", "not a day of the calendar"),
        ("13/13/2026", "not a day of the calendar"),
        ("0000-01-01", "not a day of the calendar"),
        ("12 Marble 2026", "no month “Marble”"),
        ("12 Juk 2026", "no month “Juk”"),
        ("12/25/26", "cannot be read"),
        ("2026-12-25 00:00", "cannot be read"),
        ("46381", "cannot be read"),
        ("tomorrow", "cannot be read"),
        ("", "cannot be read"),
        ("x" * 10_000, "cannot be read"),
    ],
)
def test_refuses_what_is_not_one_day(text: str, words: str) -> None:
    with pytest.raises(UnreadableDate, match=words):
        read_date(text)


@given(st.dates())
def test_reads_every_day_as_it_is_written_here(day: date) -> None:
    assert read_date(day.isoformat()) == day
    assert read_date(f"{day.day} {day:%b} {day.year:04}") == day


@given(st.dates())
def test_never_guesses_which_number_is_the_month(day: date) -> None:
    text = f"{day.month:02}/{day.day:02}/{day.year:04}"
    if day.day <= 12 and day.day != day.month:
        with pytest.raises(UnreadableDate):
            read_date(text)
    else:
        assert read_date(text) == day


@given(st.text(max_size=30))
def test_answers_every_text_with_a_day_or_a_sentence(text: str) -> None:
    try:
        said = read_date(text).isoformat()
    except UnreadableDate as error:
        said = str(error)
    assert said
