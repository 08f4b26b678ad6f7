"""Copies of a template under new ids, for another clinic, with another patient, linked into that clinic's chain."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from random import Random

from tracker.bench.people import Somebody
from tracker.bench.templates import COPIED, Cell, Line, Row, Template, columns_of
from tracker.persistence.chain import link

_EVENT = {name: position for position, name in enumerate(columns_of("events"))}
_PATIENT = {name: position for position, name in enumerate(columns_of("patients"))}
_CONTACT = {name: position for position, name in enumerate(columns_of("contact_points"))}
_CASE = {name: position for position, name in enumerate(columns_of("cases"))}

#: Three years, as ids count time: milliseconds shifted by 22 bits.
LONG_BEFORE = 3 * 365 * 86_400_000 << 22

Batch = dict[str, list[Row]]


class Numbers:
    """Row ids that only grow, and public ids. The copies are written in this order, as a clinic's own rows are.

    ``row_id`` is any id of today; the copies' come from years before, where nothing else was made.
    """

    def __init__(self, row_id: int, chance: Random) -> None:
        self._next = row_id - LONG_BEFORE
        self._chance = chance

    def row_id(self) -> int:
        """The next one."""
        self._next += 1
        return self._next

    def public_id(self) -> str:
        """32 hexadecimal characters."""
        return f"{self._chance.getrandbits(128):032x}"


@dataclass(slots=True)
class ClinicBooks:
    """A clinic that copies are written for. ``ids`` maps the template clinic's ids to this clinic's own.

    ``rooms`` are handed out so that no room is asked for twice on a day; ``taken`` remembers. ``head`` and
    ``last_seq`` are the end of its chain of events, ``counts`` its open cases per pathway, stage
    and owner (0: nobody's).
    """

    clinic_id: int
    ids: dict[int, int | None]
    rooms: tuple[int, ...]
    last_seq: int
    head: str
    taken: set[tuple[int, str]] = field(default_factory=set)
    counts: dict[tuple[str, str, int], int] = field(default_factory=dict)

    def free_room(self, days: list[str]) -> int | None:
        """A room that nobody has on any of these days; ``None`` where all are taken."""
        for room in self.rooms:
            if all((room, day) not in self.taken for day in days):
                self.taken.update((room, day) for day in days)
                return room
        return None


def empty_batch() -> Batch:
    """No rows of any table."""
    return {name: [] for name in COPIED}


def copy_case(template: Template, books: ClinicBooks, numbers: Numbers, person: Somebody, batch: Batch) -> None:
    """Adds one copy of ``template`` to ``batch``, as a case of ``person``."""
    ids = _new_ids(template, books, numbers)
    for name, lines in template.lines.items():
        if name in _SPECIAL:
            _SPECIAL[name](lines, ids, books, numbers, person, batch[name])
        else:
            batch[name].extend([tuple(_cells(line, ids)) for line in lines])


def _new_ids(template: Template, books: ClinicBooks, numbers: Numbers) -> Mapping[int, int | None]:
    ids = books.ids.copy()
    for room in {stay.room_id for stay in template.stays}:
        ids[room] = books.free_room([stay.day for stay in template.stays if stay.room_id == room])
    # Nobody can be at all the copies of a visit that is still to come.
    ids.update(dict.fromkeys(template.busy))
    for old in template.own_ids:
        ids[old] = numbers.row_id()
    for number, old in enumerate(template.event_seqs, start=books.last_seq + 1):
        ids[old] = number
    return ids


def _cells(line: Line, ids: Mapping[int, int | None]) -> list[Cell]:
    cells = list(line.cells)
    for position in line.ids:
        cells[position] = ids[cells[position]]  # type: ignore[index]  # the cells at these positions are numbers
    for position, patched in line.texts:
        cells[position] = patched.text(ids)
    return cells


def _events(
    lines: list[Line],
    ids: Mapping[int, int | None],
    books: ClinicBooks,
    _numbers: Numbers,
    _person: Somebody,
    rows: list[Row],
) -> None:
    for line in lines:
        cells = _cells(line, ids)
        cells[_EVENT["previous_hash"]] = books.head
        books.head = cells[_EVENT["hash"]] = link(books.head, str(cells[_EVENT["body"]]))
        books.last_seq += 1
        rows.append(tuple(cells))


def _patients(
    lines: list[Line],
    ids: Mapping[int, int | None],
    _books: ClinicBooks,
    numbers: Numbers,
    person: Somebody,
    rows: list[Row],
) -> None:
    for line in lines:
        cells = _cells(line, ids)
        for name, value in person.identity().items():
            cells[_PATIENT[name]] = value
        cells[_PATIENT["public_id"]] = numbers.public_id()
        rows.append(tuple(cells))


def _cases(
    lines: list[Line],
    ids: Mapping[int, int | None],
    books: ClinicBooks,
    numbers: Numbers,
    _person: Somebody,
    rows: list[Row],
) -> None:
    for line in lines:
        cells = _cells(line, ids)
        cells[_CASE["public_id"]] = numbers.public_id()
        if cells[_CASE["is_open"]]:
            pathway, stage, owner = (cells[_CASE[name]] for name in ("pathway", "stage", "owner_user_id"))
            place = (str(pathway), str(stage), int(owner or 0))
            books.counts[place] = books.counts.get(place, 0) + 1
        rows.append(tuple(cells))


def _contact_points(
    lines: list[Line],
    ids: Mapping[int, int | None],
    _books: ClinicBooks,
    _numbers: Numbers,
    person: Somebody,
    rows: list[Row],
) -> None:
    for line in lines:
        cells = _cells(line, ids)
        cells[_CONTACT["value"]] = cells[_CONTACT["as_typed"]] = person.reach(str(cells[_CONTACT["kind"]]))
        rows.append(tuple(cells))


_SPECIAL = {"events": _events, "patients": _patients, "cases": _cases, "contact_points": _contact_points}
