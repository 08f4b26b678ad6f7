"""Cases to copy: rows read from a small played database, with the places in them where ids stand.

Rows are kept in the form in which SQLite stores them. PostgreSQL reads the same texts through COPY, so a copied row
is never converted.
"""

import re
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, field

from sqlalchemy import BigInteger, Connection, Table

from tracker.persistence import fact_tables
from tracker.persistence.base import Base

Cell = str | int | float | bytes | None
Row = tuple[Cell, ...]

FACTS = tuple(fact_tables.table_of(kind).name for kind in fact_tables.FACT_ROWS)
#: Tables whose rows belong to one case and are copied with it. Who looked at a case is not part of it.
OF_CASE = (
    *FACTS, "consent_forms", "events", "stage_visits", "blocker_intervals", "obligations", "escalations", "pump_watch",
    "reminders", "staff_tasks",
)  # fmt: skip
#: Every table that is copied, in an order in which references always point backwards.
COPIED = tuple(
    table.name
    for table in Base.metadata.sorted_tables
    if table.name in {*OF_CASE, "patients", "contact_points", "cases", "delivery_attempts"}
)
#: Counted per clinic by the chain; every other id is a 63-bit number.
_SEQUENCES = {("events", "seq"), ("stage_visits", "entered_seq")}
_SHORTEST_ID = 16
_ID_IN_TEXT = re.compile(r"(?<!\d)\d{17,19}(?!\d)")
#: The last thing in the canonical text of an event.
_SEQ_OF_EVENT = re.compile(r'(?<="seq":)\d+(?=\}$)')


@dataclass(frozen=True, slots=True)
class Patched:
    """A text with ids in it: ``parts[0]``, then each id's text and the part behind it."""

    parts: tuple[str, ...]
    ids: tuple[int, ...]

    def text(self, ids: Mapping[int, int | None]) -> str:
        """The text with other ids; one that is left out reads ``null``, as in JSON."""
        found = [self.parts[0]]
        for old, part in zip(self.ids, self.parts[1:], strict=True):
            new = ids[old]
            found.append("null" if new is None else str(new))
            found.append(part)
        return "".join(found)


@dataclass(frozen=True, slots=True)
class Line:
    """One row: its cells, the positions of those that are ids, and of those that hold ids inside a text."""

    cells: Row
    ids: tuple[int, ...]
    texts: tuple[tuple[int, Patched], ...]


@dataclass(frozen=True, slots=True)
class Stay:
    """A live visit: the room it holds and the day (both as stored)."""

    room_id: int
    day: str


@dataclass(slots=True)
class Template:
    """A case with everything that belongs to it. ``own_ids`` must be new in every copy; ``busy``: the clinicians of its
    visits to come."""

    case_id: int
    patient_id: int
    is_open: bool
    visits: int = 0
    facts: int = 0
    lines: dict[str, list[Line]] = field(default_factory=lambda: {name: [] for name in COPIED})
    own_ids: list[int] = field(default_factory=list)
    event_seqs: list[int] = field(default_factory=list)
    stays: list[Stay] = field(default_factory=list)
    busy: set[int] = field(default_factory=set)
    visit_days: list[str] = field(default_factory=list)

    @property
    def is_followed(self) -> bool:
        """Whether the case is open and its pump is to be refilled."""
        rows = (named("obligations", line.cells) for line in self.lines["obligations"])
        return self.is_open and any(row["kind"] == "refill" and row["closed_at"] is None for row in rows)


def load_templates(connection: Connection, shared_ids: frozenset[int]) -> list[Template]:
    """Every case of a played SQLite database of one clinic, but for reoperations and the cases that they stand beside:
    each is copied by itself. ``shared_ids`` are ids that are not a case's own."""
    found: dict[int, Template] = {}
    of_patient: dict[int, Template] = {}
    of_reminder: dict[int, Template] = {}
    cases = [(cells, named("cases", cells)) for cells in _read(connection, "cases")]
    in_pairs = {_number(row[name]) for _, row in cases if row["about_case_id"] for name in ("id", "about_case_id")}
    for cells, row in cases:
        case_id, patient_id = _number(row["id"]), _number(row["patient_id"])
        if case_id in in_pairs:
            continue
        template = Template(case_id, patient_id, row["is_open"] == 1)
        found[case_id] = of_patient[patient_id] = template
        _add(template, "cases", cells)
    owned_otherwise = {
        "patients": ("id", of_patient),
        "contact_points": ("patient_id", of_patient),
        "delivery_attempts": ("reminder_id", of_reminder),
    }
    for name in COPIED:
        if name == "cases":
            continue
        key, owners = owned_otherwise.get(name, ("case_id", found))
        for cells in _read(connection, name):
            row = named(name, cells)
            owner = owners.get(_number(row[key]))
            if owner is None:
                continue
            _add(owner, name, cells)
            if name == "reminders":
                of_reminder[_number(row["id"])] = owner
    for template in found.values():
        _find_ids(template, shared_ids)
    return list(found.values())


def shifted(template: Template, move: Callable[[str, Row], Row], shared_ids: frozenset[int]) -> Template:
    """The same case with every row handed through ``move``, which is told the row's table."""
    moved = Template(
        template.case_id,
        template.patient_id,
        template.is_open,
    )
    for name, lines in template.lines.items():
        for line in lines:
            _add(moved, name, move(name, line.cells))
    _find_ids(moved, shared_ids)
    return moved


def table_of(name: str) -> Table:
    """The table of this name."""
    return Base.metadata.tables[name]


def columns_of(name: str) -> tuple[str, ...]:
    """The names of a table's columns, in the order of a line's cells."""
    return tuple(column.name for column in table_of(name).columns)


def named(name: str, cells: Row) -> dict[str, Cell]:
    """The cells of a row by the names of their columns."""
    return dict(zip(columns_of(name), cells, strict=True))


def _number(cell: Cell) -> int:
    """An id; 0, which is nobody's, where there is none."""
    return cell if isinstance(cell, int) else 0


def _read(connection: Connection, name: str) -> Iterator[Row]:
    table = table_of(name)
    keys = ", ".join(f'"{column.name}"' for column in table.primary_key.columns)
    columns = ", ".join(f'"{column}"' for column in columns_of(name))
    for row in connection.exec_driver_sql(f'SELECT {columns} FROM "{name}" ORDER BY {keys}'):  # noqa: S608  # our own names
        yield tuple(row)


def _add(template: Template, name: str, cells: Row) -> None:
    template.lines[name].append(Line(cells, (), ()))
    row = named(name, cells)
    if name == "events":
        template.event_seqs.append(_number(row["seq"]))
    elif "id" in row:
        template.own_ids.append(_number(row["id"]))
    if name == "stage_visits":
        template.visits += 1
    elif name in FACTS:
        template.facts += 1
    if name == "appointments" and row["superseded_by"] is None:
        day = str(row["starts_at"])[:10]
        template.visit_days.append(day)
        is_live = row["state"] in {"booked", "confirmed", "arrived"}
        if is_live and row["room_id"] is not None:
            template.stays.append(Stay(_number(row["room_id"]), day))
        if is_live and row["clinician_id"] is not None:
            template.busy.add(_number(row["clinician_id"]))


def _find_ids(template: Template, shared_ids: frozenset[int]) -> None:
    known = shared_ids | set(template.own_ids)
    for name, lines in template.lines.items():
        columns = list(table_of(name).columns)
        is_id = [isinstance(column.type, BigInteger) or (name, column.name) in _SEQUENCES for column in columns]
        template.lines[name] = [_with_ids(name, line.cells, is_id, known) for line in lines]


def _with_ids(name: str, cells: Row, is_id: list[bool], known: set[int] | frozenset[int]) -> Line:
    ids: list[int] = []
    texts: list[tuple[int, Patched]] = []
    for position, cell in enumerate(cells):
        if is_id[position]:
            if cell is not None:
                ids.append(position)
        elif (
            isinstance(cell, str)
            and len(cell) > _SHORTEST_ID
            and (patched := _patched(cell, known, is_event=name == "events")) is not None
        ):
            texts.append((position, patched))
    return Line(cells, tuple(ids), tuple(texts))


def _patched(text: str, known: set[int] | frozenset[int], *, is_event: bool) -> Patched | None:
    spots = [match.span() for match in _ID_IN_TEXT.finditer(text) if int(match.group()) in known]
    if is_event and (match := _SEQ_OF_EVENT.search(text)) is not None:
        spots.append(match.span())
    if not spots:
        return None
    parts, ids, at = [], [], 0
    for begin, end in spots:
        parts.append(text[at:begin])
        ids.append(int(text[begin:end]))
        at = end
    return Patched((*parts, text[at:]), tuple(ids))
