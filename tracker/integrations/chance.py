"""Chance, for delays that must not all end at once."""

import random

_SOURCE = random.SystemRandom()


def draw() -> float:
    """Return a number from 0 to 1, different in every process."""
    return _SOURCE.random()
