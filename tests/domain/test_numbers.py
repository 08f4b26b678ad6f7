"""Numbers as people type them: one reading each; what could be read in two ways says what to type instead."""

from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tracker.domain.numbers import UnreadableNumber, read_amount, read_whole


def refused(read: object, text: str) -> str:
    assert callable(read)
    with pytest.raises(UnreadableNumber) as caught:
        read(text)
    return str(caught.value)


@pytest.mark.parametrize(
    ("text", "number"),
    [("0.5", "0.5"), ("1200", "1200"), (" 12.50 ", "12.50"), (".5", "0.5"), ("5.", "5"), ("-1", "-1"), ("+2", "2")],
)
def test_an_amount_is_exact(text: str, number: str) -> None:
    assert read_amount(text) == Decimal(number)


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("1,200", "This can be read in two ways. Type 1200 without the comma, or 1.200 with a point for decimals."),
        ("12,000", "This can be read in two ways. Type 12000 without the comma, or 12.000 with a point for decimals."),
        ("1,200.50", "Type 1200.50 without the comma."),
        ("1,200,000", "Type 1200000 without the commas."),
        ("1.200,50", "Type 1200.50: a point before the decimals, and nothing else between the digits."),
        ("1,5", "Use a point for decimals: type 1.5."),
        ("19,25", "Use a point for decimals: type 19.25."),
        ("0,500", "Use a point for decimals: type 0.500."),
        (",5", "Use a point for decimals: type 0.5."),
        ("1 200", "Type 1200 without the space."),
        ("1\u00a0200", "Type 1200 without the space."),
        ("1,20,0", "Leave the commas out; use a point for decimals, for example 0.5."),
        ("1.2.3", "Type a number, for example 0.5."),
        ("100 mcg", "Type the number alone, without “mcg”."),
        ("18.5ml", "Type the number alone, without “ml”."),
        ("half", "Type a number, for example 0.5."),
        ("1e3", "Type a number, for example 0.5."),
        ("NaN", "Type a number, for example 0.5."),
        (".", "Type a number, for example 0.5."),
        ("٥٠", "Type the number with the digits 0 to 9, for example 0.5."),
        ("5_0", "Type a number, for example 0.5."),
        ("1000000", "This number cannot be right."),
        ("9" * 400, "This number cannot be right."),
        ("0.12345", "At most 4 decimals."),
    ],
)
def test_what_is_no_amount_says_what_to_type(text: str, said: str) -> None:
    assert refused(read_amount, text) == said


@pytest.mark.parametrize(("text", "number"), [("3", 3), (" 030 ", 30), ("999999", 999_999)])
def test_a_whole_number_is_read(text: str, number: int) -> None:
    assert read_whole(text) == number


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("1,200", "Type 1200 without the comma."),
        ("1 200", "Type 1200 without the space."),
        ("1,5", "Type a whole number."),
        ("1.5", "Type a whole number."),
        ("-3", "Type a whole number."),
        ("half an hour", "Type a whole number."),
        ("45 min", "Type the number alone, without “min”."),
        ("٣٠", "Type the number with the digits 0 to 9, for example 30."),
        ("1000000", "This number cannot be right."),
    ],
)
def test_what_is_no_whole_number_says_what_to_type(text: str, said: str) -> None:
    assert refused(read_whole, text) == said


def test_a_version_may_have_more_digits() -> None:
    assert read_whole("2147483647", most_digits=10) == 2**31 - 1


@given(st.text(max_size=30))
def test_every_text_is_a_number_or_a_sentence(text: str) -> None:
    for read in (read_amount, read_whole):
        said, number = "", Decimal(0)
        try:
            number = Decimal(read(text))
        except UnreadableNumber as error:
            said = str(error)
        assert said.endswith(".") or abs(number) < 1_000_000


@given(st.decimals(min_value=0, max_value=999_999, places=4))
def test_what_is_written_with_a_point_alone_is_read_as_it_is(number: Decimal) -> None:
    assert read_amount(f"{number:f}") == number
