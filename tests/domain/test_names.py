"""Folding: a name is found however it was typed, and two names that differ stay apart."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tracker.domain.names import digits_of, fold, holds_unseen, record_number, spelled, words_of


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
    ("number", "digits"), [("+1 (303) 555-0142", "13035550142"), ("call mother", ""), ("٣٠٣", "303"), ("", "")]
)
def test_digits(number: str, digits: str) -> None:
    assert digits_of(number) == digits


@pytest.mark.parametrize(
    ("typed", "stored"),
    [
        ("\u0660\u0660\u0664\u0664\u0660\u0661", "004401"),  # Arabic digits
        ("\uff2d\uff10\uff11", "M01"),  # wide letters and digits
        (" \u200b00\u00ad44\ufeff01\u202c ", "004401"),
        ("A-1", "A-1"),
    ],
)
def test_a_record_number_is_the_same_in_every_script(typed: str, stored: str) -> None:
    assert record_number(typed) == stored


def test_a_name_loses_what_nobody_sees_and_keeps_what_a_script_spells_with() -> None:
    assert spelled("\ufeffOka\u200bfor\u202e ") == "Okafor"
    assert spelled("\u0645\u06cc\u200c\u062e") == "\u0645\u06cc\u200c\u062e"
    assert fold("Oka\u200b\u200dfor") == "okafor"


@pytest.mark.parametrize("text", ["a\tb", "a\x07", "a\u2028b", "\u3164", "\u2800", "\ue000"])
def test_control_signs_and_blank_letters_are_unseen(text: str) -> None:
    assert holds_unseen(text)
    assert not holds_unseen("O'Neill-Nu\u00f1ez \u674e")
