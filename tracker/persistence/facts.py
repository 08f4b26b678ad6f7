"""The facts of a case, read into the domain's frozen values and written from them.

A snapshot is read for every page and in every write, so all kinds of fact come with one statement: thirteen selects one
after the other cost a round trip each, and loading ORM objects eight times the work.
"""

import json
from collections.abc import Callable, Mapping, Sequence
from datetime import UTC, date, datetime
from decimal import Decimal
from types import NoneType
from typing import Any, Final, get_args, get_type_hints

from sqlalchemy import (
    Column,
    ColumnElement,
    CompoundSelect,
    Insert,
    Select,
    Text,
    Update,
    bindparam,
    cast,
    func,
    insert,
    literal_column,
    select,
    type_coerce,
    union_all,
    update,
)
from sqlalchemy.orm import Session

from tracker.domain.facts import Correction, Fact
from tracker.persistence.fact_tables import FACT_ROWS, field_names, table_of
from tracker.persistence.types import Exact

#: The fields of every kind, in the order of its columns.
_NAMES: Final = {fact_class: field_names(fact_class) for fact_class in FACT_ROWS}

Decode = Callable[[Any], object]

#: How a value that JSON has no form for comes back from the text it was given as.
_DECODE: Final[Mapping[type, Decode]] = {
    datetime: lambda text: datetime.fromisoformat(text).astimezone(UTC),
    date: date.fromisoformat,
    Decimal: Decimal,
    bool: bool,
}


def _select(*, only_live: bool, dialect: str, of_several: bool = False) -> CompoundSelect[Any]:
    """One statement for all kinds: every row as the JSON text of its columns, so that they fit under one another.
    ``of_several``: of some cases of a clinic, with the case's id before the rest."""
    array = func.json_array if dialect == "sqlite" else func.json_build_array
    branches: list[Select[Any]] = []
    for number, kind in enumerate(FACT_ROWS):
        # No rule asks for the reasons of corrections; the history shows them.
        if only_live and kind is Correction:
            continue
        table = table_of(kind)
        columns = [_as_json(table.c[name], dialect) for name in _NAMES[kind]]
        case_id = table.c.case_id
        is_asked = case_id.in_(bindparam("of_cases", expanding=True)) if of_several else case_id == bindparam("of_case")
        branch = select(
            *((case_id,) if of_several else ()),
            literal_column(str(number)).label("kind"),
            table.c.seq,
            cast(array(*columns), Text).label("fact"),
        ).where(table.c.clinic_id == bindparam("of_clinic"), is_asked)
        branches.append(branch.where(table.c.superseded_by.is_(None)) if only_live else branch)
    return union_all(*branches).order_by("seq")


def _as_json(column: Column[Any], dialect: str) -> ColumnElement[Any]:
    """A column as JSON keeps it whole: exact amounts as their text, everything else as it is stored."""
    if dialect == "postgresql" and isinstance(column.type, Exact):
        return cast(column, Text)
    return type_coerce(column, Text) if dialect == "sqlite" else column


def _decoders(kind: type[Fact]) -> tuple[tuple[str, Decode], ...]:
    """The fields of a fact that do not come out of JSON as they went in."""
    hints = get_type_hints(kind)
    found: list[tuple[str, Decode]] = []
    for name in field_names(kind):
        types = set(get_args(hints[name])) - {NoneType} or {hints[name]}
        decode = _DECODE.get(next(iter(types)))
        if decode is not None:
            found.append((name, decode))
    return tuple(found)


def _supersede(fact_class: type[Fact]) -> Update:
    table = table_of(fact_class)
    return (
        update(table)
        .where(
            table.c.clinic_id == bindparam("of_clinic"),
            table.c.case_id == bindparam("of_case"),
            table.c.seq == bindparam("old_seq"),
            table.c.superseded_by.is_(None),
        )
        .values(superseded_by=bindparam("new_seq"))
    )


#: Without the search for blanks and what is left over: a page reads some hundred facts.
_parsed: Final = json.JSONDecoder().raw_decode
_KINDS: Final = [(kind, _NAMES[kind], _decoders(kind)) for kind in FACT_ROWS]
_LIVE: Final = {dialect: _select(only_live=True, dialect=dialect) for dialect in ("sqlite", "postgresql")}
_LIVE_OF_SEVERAL: Final = {
    dialect: _select(only_live=True, dialect=dialect, of_several=True) for dialect in ("sqlite", "postgresql")
}
_ALL: Final = {dialect: _select(only_live=False, dialect=dialect) for dialect in ("sqlite", "postgresql")}
_INSERT: Final[Mapping[type[Fact], Insert]] = {kind: insert(table_of(kind)) for kind in FACT_ROWS}
_SUPERSEDE: Final[Mapping[type[Fact], Update]] = {kind: _supersede(kind) for kind in FACT_ROWS}


def load_live(session: Session, clinic_id: int, case_id: int) -> tuple[Fact, ...]:
    """Every fact that stands, corrections apart, in the order written."""
    return _load(session, _LIVE, clinic_id, case_id)


def load_live_of(session: Session, clinic_id: int, case_ids: Sequence[int]) -> dict[int, list[Fact]]:
    """The same of several cases of a clinic, by the case's id: one statement costs a third of one for each."""
    connection = session.connection()
    keys = {"of_clinic": clinic_id, "of_cases": case_ids}
    found: dict[int, list[Fact]] = {case_id: [] for case_id in case_ids}
    for case_id, number, _, text in connection.execute(_LIVE_OF_SEVERAL[connection.dialect.name], keys):
        found[case_id].append(_fact(number, text))
    return found


def load_history(session: Session, clinic_id: int, case_id: int) -> tuple[Fact, ...]:
    """Every fact ever written, superseded ones and corrections too, in the order written."""
    return _load(session, _ALL, clinic_id, case_id)


def insert_fact(session: Session, clinic_id: int, case_id: int, fact: Fact) -> None:
    """Writes a fact as it stands; its ``seq`` comes from ``cases.last_seq``.

    Where it takes the place of an earlier version, supersede that one first: two cannot stand at once.
    Raises ``IntegrityError`` for what the database refuses; ``refusals`` says what that was.
    """
    kind = type(fact)
    values: dict[str, object] = {name: getattr(fact, name) for name in _NAMES[kind]}
    session.connection().execute(_INSERT[kind], {"clinic_id": clinic_id, "case_id": case_id, **values})


def supersede(  # noqa: PLR0917  # a fact's key has four parts, always named in this order
    session: Session, clinic_id: int, case_id: int, fact_class: type[Fact], seq: int, by: int
) -> None:
    """Takes the fact ``seq`` out of what stands, in favour of the fact ``by``.

    Raises ``LookupError`` unless it stood until now.
    """
    keys = {"of_clinic": clinic_id, "of_case": case_id, "old_seq": seq, "new_seq": by}
    changed = session.connection().execute(_SUPERSEDE[fact_class], keys).rowcount
    if changed != 1:
        raise LookupError(f"{fact_class.__name__} {seq} does not stand")


def _load(
    session: Session, statements: Mapping[str, CompoundSelect[Any]], clinic_id: int, case_id: int
) -> tuple[Fact, ...]:
    connection = session.connection()
    keys = {"of_clinic": clinic_id, "of_case": case_id}
    return tuple(
        _fact(number, text) for number, _, text in connection.execute(statements[connection.dialect.name], keys)
    )


def _fact(number: int, text: str) -> Fact:
    kind, names, decoders = _KINDS[number]
    values: dict[str, Any] = dict(zip(names, _parsed(text)[0], strict=True))
    for name, decode in decoders:
        if values[name] is not None:
            values[name] = decode(values[name])
    return kind(**values)
