"""What is a drawn signature, and what is none."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tracker.domain.signature import (
    HEIGHT,
    LEAST_LENGTH,
    LONGEST,
    MOST_POINTS,
    MOST_STROKES,
    WIDTH,
    NotASignature,
    outlines,
    read_strokes,
    written,
)

POINTS = st.tuples(st.integers(0, WIDTH), st.integers(0, HEIGHT))
LINE = ((0, 0), (round(LEAST_LENGTH), 0))


@given(st.lists(st.lists(POINTS, min_size=1, max_size=40).map(tuple), min_size=1, max_size=20).map(tuple))
def test_is_read_as_it_was_written(strokes: tuple[tuple[tuple[int, int], ...], ...]) -> None:
    drawn = (LINE, *strokes)
    assert read_strokes(written(drawn)) == drawn


@given(st.text(min_size=1, max_size=200).filter(lambda text: set(text) - set("0123456789,; ") != set()))
def test_anything_else_is_refused_with_a_sentence(text: str) -> None:
    with pytest.raises(NotASignature, match=r"\.$"):
        read_strokes(text)


@pytest.mark.parametrize("text", [
    "", " ", "0,0", f"0,0 {round(LEAST_LENGTH) - 1},0", "0,0;100,0", "0,0 100,0;", ";0,0 100,0", "0,0  100,0",
    "-1,0 100,0", "0,0 100.5,0", f"0,0 {WIDTH + 1},0", f"0,0 100,{HEIGHT + 1}", "0,0 1000,0", "0,0 ١٠٠,0", "0,0\n100,0",
    '0,0 100,0"/><script>', "[[0,0],[100,0]]", "NaN,0 100,0",
])  # fmt: skip
def test_what_is_no_signature_is_refused(text: str) -> None:
    with pytest.raises(NotASignature):
        read_strokes(text)


def test_may_be_long_and_not_longer() -> None:
    most = ((*LINE, *((1, 1),) * (MOST_POINTS - 2)),)
    assert read_strokes(written(most)) == most
    for longer in ((*most, ((1, 1),)), ((LINE,) + (((1, 1),),) * MOST_STROKES)):
        with pytest.raises(NotASignature, match="longer"):
            read_strokes(written(longer))
    with pytest.raises(NotASignature, match="longer"):
        read_strokes("1" * (LONGEST + 1))


def test_is_drawn_from_numbers_alone_and_a_dot_is_seen() -> None:
    assert outlines((LINE, ((5, 6),))) == ("0,0 60,0", "5,6 5,6")
