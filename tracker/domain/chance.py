"""Where the domain's chance comes from: an argument, as time is. The same seed gives the same story again."""

from collections.abc import Sequence
from typing import Protocol, TypeVar

T = TypeVar("T")


class Chance(Protocol):
    """``random.Random(seed)`` is one."""

    def random(self) -> float:
        """Evenly from 0 up to, but not including, 1."""


def any_of(chance: Chance, among: Sequence[T]) -> T:
    """One of them, each as likely.

    :raises IndexError: where there are none
    """
    return among[int(chance.random() * len(among))]
