"""The histories that this process has read, so that the same one is not unpacked for every page.

A clinic's is kept until a newer one is read, or until others that were asked for since need the room: what is kept is
bounded, whatever a process serves.
"""

from collections import OrderedDict
from collections.abc import Mapping
from dataclasses import dataclass, fields
from datetime import datetime
from threading import Lock
from weakref import WeakKeyDictionary

from sqlalchemy import Connection, Engine

from tracker.domain.reporting.columns import Part
from tracker.domain.reporting.history import History

#: So many numbers are kept, of one to eight bytes. One clinic's are, however many they are: its pages ask for
#: them again and again. What is worked out of them takes about as much again.
MOST_NUMBERS = 4_000_000


@dataclass(frozen=True, slots=True)
class Mark:
    """Which history it is: when it was made, and the last event in it."""

    as_of: datetime
    last_seq: int


@dataclass(frozen=True, slots=True)
class Kept:
    """A history with the parts that were read so far; ``named``: they and the words, each with its stored length."""

    mark: Mark
    named: frozenset[str]
    history: History


class Shelf:
    """The histories of one database, the one asked for last at the end."""

    def __init__(self, most: int = MOST_NUMBERS) -> None:
        self._most = most
        self._kept: OrderedDict[int, Kept] = OrderedDict()
        self._lock = Lock()

    def find(self, clinic_id: int) -> Kept | None:
        """What is kept of a clinic, perhaps no longer the newest."""
        with self._lock:
            found = self._kept.get(clinic_id)
            if found is not None:
                self._kept.move_to_end(clinic_id)
            return found

    def put(self, clinic_id: int, kept: Kept) -> None:
        """Keep it, and let go of what was not asked for longest."""
        with self._lock:
            self._kept[clinic_id] = kept
            self._kept.move_to_end(clinic_id)
            while len(self._kept) > 1 and sum(numbers(each.history.parts) for each in self._kept.values()) > self._most:
                self._kept.popitem(last=False)

    @property
    def clinics(self) -> tuple[int, ...]:
        """Whose are kept."""
        with self._lock:
            return tuple(self._kept)


def numbers(parts: Mapping[type[Part], Part]) -> int:
    """How many numbers these parts hold."""
    return sum(len(getattr(part, each.name)) for part in parts.values() for each in fields(part))


_SHELVES: WeakKeyDictionary[Engine, Shelf] = WeakKeyDictionary()


def shelf_of(connection: Connection) -> Shelf:
    """That of the database behind a connection."""
    return _SHELVES.setdefault(connection.engine, Shelf())
