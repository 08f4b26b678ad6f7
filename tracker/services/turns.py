"""Many things looked at one after the other, of which one that fails must not hold up the rest."""

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field


@dataclass(slots=True)
class Turns:
    """Use ``with turns.next():`` for each thing, and ``end`` when all had their turn.

    ``told`` says what it means that some have failed.
    """

    told: str
    _failed: list[Exception] = field(default_factory=list)

    @contextmanager
    def next(self) -> Iterator[None]:
        """One thing's turn: what it raises is kept for the end."""
        try:
            yield
        except Exception as error:  # noqa: BLE001  # raised by `end`, after the others had their turn
            self._failed.append(error)

    @property
    def has_failed(self) -> bool:
        """Whether something that had its turn raised."""
        return bool(self._failed)

    def end(self) -> None:
        """Raise what was kept.

        :raises ExceptionGroup: with everything that failed
        """
        if self._failed:
            raise ExceptionGroup(self.told, self._failed)
