"""The pumps that are followed held against another list, of billing or of programmers: who is missing on either side.

A pump that somebody pays for or programs and nobody here follows may run dry unseen. People are told apart as the
lists tell them apart: by record number, else by serial number, else by name and birth date together.
"""

import hashlib
from collections import defaultdict
from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from enum import StrEnum

from tracker.domain.dates import UnreadableDate, possible_days
from tracker.domain.names import fold
from tracker.domain.serials import serial_key
from tracker.domain.words import Role

#: How long a comparison holds.
EVERY = timedelta(days=31)
#: From how many days before it is due it is coming up, and from how many after that it is critical.
COMING_UP, CRITICAL = timedelta(days=7), timedelta(days=7)
#: Whose work it is that it is done.
OWNER = Role.LEAD_COORDINATOR


def due_on(first_pump_on: date | None, last_on: date | None, every: timedelta = EVERY) -> date | None:
    """The day by which the list is compared again: counted from the last time, else from the clinic's first pump.
    ``None``: the clinic never had one."""
    counted_from = last_on or first_pump_on
    return counted_from + every if counted_from else None


class Pressing(StrEnum):
    """How urgent the next comparison is."""

    CRITICAL = "critical"
    DUE = "due"
    SOON = "soon"
    LATER = "later"


def pressing(due: date, today: date) -> Pressing:
    """How urgent what is due on a day is."""
    if today >= due + CRITICAL:
        return Pressing.CRITICAL
    if today >= due:
        return Pressing.DUE
    return Pressing.SOON if today >= due - COMING_UP else Pressing.LATER


class Standing(StrEnum):
    """What is known here of a patient and the pump."""

    FOLLOWED = "followed"
    REMOVED = "removed"
    DIED = "died"
    TRANSFERRED = "transferred"
    NO_PUMP = "no_pump"
    CASE_CLOSED = "case_closed"
    UNKNOWN = "unknown"


class Finding(StrEnum):
    """What a comparison finds, in the order in which it is looked at."""

    NOT_LISTED = "not_listed"
    NOT_FOLLOWED = "not_followed"
    DIFFERENT = "different"
    UNREADABLE = "unreadable"


@dataclass(frozen=True, slots=True, kw_only=True)
class Known:
    """A patient here, with one pump where there is or was one. ``case`` is a public id, empty without a case;
    ``ended_on`` the day on which the pump was taken out, where it is known."""

    case: str
    device: int
    mrn: str
    family_name: str
    given_name: str
    birth_on: date
    serial: str
    standing: Standing
    ended_on: date | None = None

    @property
    def name(self) -> str:
        """As lists sort it."""
        return f"{self.family_name}, {self.given_name}"


@dataclass(frozen=True, slots=True, kw_only=True)
class Listed:
    """One row of the other list, as it was typed. ``row`` is what a spreadsheet shows. ``unreadable`` says in ``field``
    why it cannot be compared."""

    row: int
    mrn: str = ""
    name: str = ""
    born: str = ""
    serial: str = ""
    field: str = ""
    unreadable: str = ""

    @property
    def digest(self) -> str:
        """The row without what it says: the same row on another day has the same."""
        said = (self.mrn.casefold(), fold(self.name), self.born, _plain(self.serial), self.unreadable)
        return hashlib.sha256("\x1f".join(said).encode()).hexdigest()[:16]


@dataclass(frozen=True, slots=True, kw_only=True)
class Unlike:
    """One thing that the two lists say otherwise: ``mrn``, ``name``, ``born`` or ``serial``."""

    what: str
    here: str
    there: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Difference:
    """Something that a person must look at. ``key`` is the same for the same thing found again."""

    finding: Finding
    key: str
    known: Known | None = None
    listed: Listed | None = None
    unlike: tuple[Unlike, ...] = ()

    @property
    def standing(self) -> Standing:
        """What is known here of whom it is about."""
        return self.known.standing if self.known else Standing.UNKNOWN


@dataclass(frozen=True, slots=True, kw_only=True)
class Comparison:
    """``agreed`` pumps stand on both lists with nothing to look at; ``differences`` by finding, then as they stand."""

    agreed: int
    differences: tuple[Difference, ...]

    def of(self, finding: Finding) -> tuple[Difference, ...]:
        """The differences of one finding."""
        return tuple(each for each in self.differences if each.finding is finding)


def compare(known: Sequence[Known], listed: Sequence[Listed]) -> Comparison:
    """Hold the pumps that are followed against the rows of the other list."""
    followed = [each for each in known if each.standing is Standing.FOLLOWED]
    ours, others = _Book(followed), _Book(each for each in known if each.standing is not Standing.FOLLOWED)
    found: set[str] = set()
    unlike: set[str] = set()
    differences: dict[str, Difference] = {}
    for row in listed:
        pump = None if row.unreadable else ours.find(row)
        difference = _difference(row, pump, others)
        if difference is not None:
            differences.setdefault(difference.key, difference)
        if pump is not None:
            (unlike if difference else found).add(_key(pump))
    seen = found | unlike
    for pump in followed:
        if _key(pump) not in seen:
            key = f"{Finding.NOT_LISTED}:{_key(pump)}"
            differences[key] = Difference(finding=Finding.NOT_LISTED, key=key, known=pump)
    order = list(Finding)
    ordered = sorted(differences.values(), key=lambda each: (order.index(each.finding), _place(each)))
    return Comparison(agreed=len(found - unlike), differences=tuple(ordered))


def _key(pump: Known) -> str:
    return f"{pump.case}:{pump.device}"


def _difference(row: Listed, pump: Known | None, others: "_Book") -> Difference | None:
    """What there is to say of a row; ``None`` where it agrees with its pump."""
    if row.unreadable:
        return Difference(finding=Finding.UNREADABLE, key=f"{Finding.UNREADABLE}:{row.row}:{row.digest}", listed=row)
    if pump is None:
        key, other = f"{Finding.NOT_FOLLOWED}:{row.digest}", others.find(row)
        said = tuple(_unlike(other, row)) if other else ()
        return Difference(finding=Finding.NOT_FOLLOWED, key=key, known=other, listed=row, unlike=said)
    unlike = tuple(_unlike(pump, row))
    if not unlike:
        return None
    key = f"{Finding.DIFFERENT}:{_key(pump)}:{row.digest}"
    return Difference(finding=Finding.DIFFERENT, key=key, known=pump, listed=row, unlike=unlike)


def _place(difference: Difference) -> tuple[int, str]:
    row = difference.listed.row if difference.listed else 0
    return row, fold(difference.known.name) if difference.known and not row else ""


class _Book:
    """Patients and their pumps by everything that a list may name them by."""

    def __init__(self, known: Iterable[Known]) -> None:
        self._by: dict[tuple[str, object], list[Known]] = defaultdict(list)
        for each in known:
            for key in _keys(each):
                self._by[key].append(each)

    def find(self, row: Listed) -> Known | None:
        """Whom a row speaks of: by its number, else by its serial, else by name and birth date together."""
        return (
            self._first(row, "mrn", row.mrn.casefold())
            or self._first(row, "short", _short(row.mrn), lambda each: _agrees_otherwise(each, row))
            or self._first(row, "serial", _plain(row.serial))
            or next((each for day in _days(row.born) for each in self._named(row, day)), None)
        )

    def _named(self, row: Listed, day: date) -> list[Known]:
        return self._by[("person", (_words(row.name), day))] if row.name else []

    def _first(
        self, row: Listed, by: str, value: str, fits: Callable[[Known], bool] = lambda _each: True
    ) -> Known | None:
        """The one of several whose pump the row names, else the first."""
        several = [each for each in self._by.get((by, value), ()) if fits(each)] if value else []
        return next((each for each in several if _plain(each.serial) == _plain(row.serial)), next(iter(several), None))


def _keys(known: Known) -> Iterator[tuple[str, object]]:
    yield "mrn", known.mrn.casefold()
    yield "short", _short(known.mrn)
    yield "serial", _plain(known.serial)
    yield "person", (_words(known.name), known.birth_on)


def _short(mrn: str) -> str:
    """A spreadsheet takes a record number for a number and drops its noughts."""
    return mrn.casefold().lstrip("0")


def _plain(serial: str) -> str:
    return serial_key(serial)[2]


def _words(name: str) -> frozenset[str]:
    return frozenset(fold(name).split())


def _days(born: str) -> frozenset[date]:
    """What a birth date may mean; nothing where it cannot be read."""
    try:
        return possible_days(born)
    except UnreadableDate:
        return frozenset()


def _agrees_otherwise(known: Known, row: Listed) -> bool:
    """Whether a number that only lost its noughts is borne out by anything else."""
    has_serial = bool(row.serial) and _plain(row.serial) == _plain(known.serial)
    return has_serial or known.birth_on in _days(row.born) or (bool(row.name) and _is_same_name(known, row))


def _is_same_name(known: Known, row: Listed) -> bool:
    """In whatever order, and with or without a middle name."""
    here, there = _words(known.name), _words(row.name)
    return (len(here & there) > 1 and (here <= there or there <= here)) or here == there


def _unlike(known: Known, row: Listed) -> Iterator[Unlike]:
    """What a row says otherwise. What it leaves open is no difference."""
    if row.mrn and _short(row.mrn) != _short(known.mrn):
        yield Unlike(what="mrn", here=known.mrn, there=row.mrn)
    if row.name and not _is_same_name(known, row):
        yield Unlike(what="name", here=known.name, there=row.name)
    if row.born and known.birth_on not in _days(row.born):
        yield Unlike(what="born", here=known.birth_on.isoformat(), there=row.born)
    if row.serial and known.device and _plain(row.serial) != _plain(known.serial):
        yield Unlike(what="serial", here=known.serial, there=row.serial)
