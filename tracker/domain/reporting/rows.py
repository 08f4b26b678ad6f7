"""Things of cases (stays, visits, requests), among which a filter picks those of the cases that it selects."""

from collections.abc import Iterable
from operator import itemgetter

from tracker.domain.reporting.columns import OfCases
from tracker.domain.reporting.history import History


class Places:
    """Places in a table with a byte for each case, or day, that is a 1 where it is meant."""

    __slots__ = ("_take",)

    def __init__(self, places: tuple[int, ...]) -> None:
        # Of a single place no tuple would be taken: the first one is asked for twice.
        self._take = itemgetter(*places, places[0]) if places else None

    def picked(self, table: bytes) -> bytes:
        """What stands at each place."""
        return bytes(self._take(table)[:-1]) if self._take else b""


class Rows(Places):
    """Things, each of a case. ``cases``: the place of the case of each."""

    __slots__ = ("cases",)

    def __init__(self, history: History, cases: Iterable[int]) -> None:
        # All hold the same few numbers: one that is made anew for each thing takes four times as long to pick.
        self.cases = tuple(map(history.once(everybody).__getitem__, cases))
        super().__init__(self.cases)


def everybody(history: History) -> tuple[int, ...]:
    """The place of each case."""
    return tuple(range(len(history.cases.id)))


def rows_of(history: History, kind: type[OfCases]) -> Rows:
    """The rows of a part: of ``history.once(rows_of, Visits)``."""
    return Rows(history, history.of(kind).case)


def both(one: bytes, other: bytes) -> bytes:
    """A 1 where both have one."""
    return (int.from_bytes(one, "little") & int.from_bytes(other, "little")).to_bytes(len(one), "little")


def either(one: bytes, other: bytes) -> bytes:
    """A 1 where one of them has it."""
    return (int.from_bytes(one, "little") | int.from_bytes(other, "little")).to_bytes(len(one), "little")
