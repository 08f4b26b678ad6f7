"""Signs that turn the direction of text are taken out; text of right-to-left scripts stays and turns nothing else."""

import unicodedata

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tracker.domain.typed_text import isolated, without_turning_signs

FSI, PDI = "\u2068", "\u2069"
#: Explicit embeddings, overrides and isolates, and what ends them.
TURNING = [chr(code) for code in (*range(0x202A, 0x202F), *range(0x2066, 0x206A))]
ARABIC = "\u0645\u0631\u064a\u0645"


@pytest.mark.parametrize("sign", TURNING, ids=unicodedata.name)
def test_a_sign_that_turns_text_is_taken_out(sign: str) -> None:
    assert without_turning_signs(f"came {sign}late") == "came late"


@pytest.mark.parametrize(
    "text",
    [
        "", "came late", ARABIC, f"Ms {ARABIC} (sister)", "\u05e9\u05dc\u05d5\u05dd",
        "\u0645\u06cc\u200c\u062e", "\U0001f468\u200d\U0001f469", "a\u200eb\u200f", "two\nlines",
    ],
)  # fmt: skip
def test_everything_else_stays(text: str) -> None:
    """Letters of every script, the joiners that some spell with, and the marks that only say where a letter belongs."""
    assert without_turning_signs(text) == text


@given(st.text(max_size=40))
def test_nothing_is_left_that_turns_text_and_nothing_else_is_lost(text: str) -> None:
    assert without_turning_signs(text) == "".join(each for each in text if each not in TURNING)


@pytest.mark.parametrize("text", ["", "came late", "Jos\u00e9 M\u00fcller", "\u674e\u5c0f\u9f8d", "12 \u2192 13"])
def test_text_that_runs_left_to_right_is_shown_as_it_is(text: str) -> None:
    assert isolated(text) == text


@pytest.mark.parametrize("text", [ARABIC, f"told {ARABIC}", "\u05e9\u05dc\u05d5\u05dd", "\u0661\u0662"])
def test_text_that_runs_the_other_way_turns_nothing_around_it(text: str) -> None:
    assert isolated(text) == f"{FSI}{text}{PDI}"


def test_signs_that_were_stored_before_turn_nothing_around_them_either() -> None:
    assert isolated("came \u202elate") == "came late"
    assert isolated(f"{PDI}\u202e{ARABIC}") == f"{FSI}{ARABIC}{PDI}"
