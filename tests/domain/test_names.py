"""Folding: a name is found however it was typed, and two names that differ stay apart."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tracker.domain.names import digits_of, fold, words_of


@pytest.mark.parametrize(
    ("typed", "folded"),
    [
        ("Núñez", "nunez"),
        ('O\'Brien-Núñez, "Bo"', "obrien nunez bo"),
        ("O’Brien", "obrien"),
        ("  de   la Cruz ", "de la cruz"),
        ("St. John", "st john"),
        ("Strauß", "strauss"),
        ("Østergård", "ostergard"),
        ("Łukasz", "lukasz"),
        ("Iğdır", "igdir"),
        ("ÆON", "aeon"),
        ("李 小龙", "李 小龙"),
        ("Жуков", "жуков"),
        ("snake_case", "snake case"),
        ("---", ""),
    ],
)
def test_folds(typed: str, folded: str) -> None:
    assert fold(typed) == folded


@pytest.mark.parametrize(("one", "other"), [("Ann", "Anna"), ("Li Wei", "Wei Li"), ("李", "林"), ("M1", "M2")])
def test_keeps_different_names_apart(one: str, other: str) -> None:
    assert fold(one) != fold(other)


@given(st.text(max_size=40))
def test_folding_twice_changes_nothing_more(text: str) -> None:
    assert fold(fold(text)) == fold(text)


@given(st.text(alphabet=st.characters(codec="latin-1"), max_size=30))
def test_capitals_make_no_difference(text: str) -> None:
    assert fold(text.upper()) == fold(text.upper().lower())


def test_words_are_found_one_by_one_and_run_together() -> None:
    assert words_of("O'Brien-Núñez", "e925b0f3-800") == {
        "obrien", "nunez", "obriennunez", "e925b0f3", "800", "e925b0f3800",
    }  # fmt: skip
    assert words_of("", "  ") == frozenset()


@pytest.mark.parametrize(
    ("number", "digits"), [("+1 (303) 555-0142", "13035550142"), ("call mother", ""), ("٣٠٣", ""), ("", "")]
)
def test_digits(number: str, digits: str) -> None:
    assert digits_of(number) == digits
