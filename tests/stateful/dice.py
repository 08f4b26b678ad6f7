"""Where the choices of a random walk come from, and the wrong answers it may give."""

from collections.abc import Callable, Sequence
from random import Random
from typing import Protocol, TypeVar

from tests.stateful.clinic import Act, Seen

T = TypeVar("T")


class Dice(Protocol):
    """Chooses. What usually fits stands first among the options."""

    def choice(self, options: Sequence[T], /) -> T:
        """One of the options."""
        ...


class Careful:
    """Chooses what usually fits, and now and then what does not."""

    def __init__(self, chance: Random) -> None:
        self._chance = chance

    def choice(self, options: Sequence[T], /) -> T:
        """The first, nine times of ten."""
        return self._chance.choice(options) if self._chance.randint(0, 9) == 0 else options[0]


Making = Callable[[Seen, Dice], Act | None]
#: Nobody, somebody unknown, somebody of another clinic; nothing and what does not exist.
NOBODY = (None, 999, 1004)
NO_ROOM = (None, None, 999, 4002)
NO_FACT = (None, 0, -1, 999, 2**40)
REASONS = ("because it was so", "because it was so", "because it was so", "")
