"""Chance that is an argument."""

from random import Random

import pytest

from tracker.domain.chance import any_of


def test_any_of_gives_each_as_often() -> None:
    chance = Random(7)
    drawn = [any_of(chance, "abc") for _ in range(3000)]
    assert all(drawn.count(letter) == pytest.approx(1000, abs=90) for letter in "abc")
