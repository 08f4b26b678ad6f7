"""The facts of a case, read into the domain's frozen values and written from them.

A snapshot is read for every page and in every write, so this is done with Core selects that are built once and whose
compiled form SQLAlchemy keeps: loading the same rows as ORM objects takes eight times as long.
"""

from collections.abc import Mapping
from operator import attrgetter
from typing import Any, Final

from sqlalchemy import Insert, Select, Update, bindparam, insert, select, update
from sqlalchemy.orm import Session

from tracker.domain.facts import Correction, Fact
from tracker.persistence.fact_tables import FACT_ROWS, field_names, table_of


def _select(fact_class: type[Fact], *, only_live: bool) -> Select[Any]:
    table = table_of(fact_class)
    statement = (
        select(*(table.c[name] for name in field_names(fact_class)))
        .where(table.c.clinic_id == bindparam("of_clinic"), table.c.case_id == bindparam("of_case"))
        .order_by(table.c.seq)
    )
    return statement.where(table.c.superseded_by.is_(None)) if only_live else statement


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


_NAMES: Final = {fact_class: field_names(fact_class) for fact_class in FACT_ROWS}
# No rule asks for the reasons of corrections; the history shows them.
_LIVE: Final = [(kind, _NAMES[kind], _select(kind, only_live=True)) for kind in FACT_ROWS if kind is not Correction]
_ALL: Final = [(kind, _NAMES[kind], _select(kind, only_live=False)) for kind in FACT_ROWS]
_INSERT: Final[Mapping[type[Fact], Insert]] = {kind: insert(table_of(kind)) for kind in FACT_ROWS}
_SUPERSEDE: Final[Mapping[type[Fact], Update]] = {kind: _supersede(kind) for kind in FACT_ROWS}
_SEQ: Final = attrgetter("seq")


def load_live(session: Session, clinic_id: int, case_id: int) -> tuple[Fact, ...]:
    """Every fact that stands, corrections apart, in the order written."""
    return _load(session, _LIVE, clinic_id, case_id)


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
    session.execute(_INSERT[kind], {"clinic_id": clinic_id, "case_id": case_id, **values})


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
    session: Session,
    statements: list[tuple[type[Fact], tuple[str, ...], Select[Any]]],
    clinic_id: int,
    case_id: int,
) -> tuple[Fact, ...]:
    connection = session.connection()
    keys = {"of_clinic": clinic_id, "of_case": case_id}
    found: list[Fact] = []
    for kind, names, statement in statements:
        rows = connection.execute(statement, keys).all()
        found.extend([kind(**dict(zip(names, row, strict=True))) for row in rows])
    found.sort(key=_SEQ)
    return tuple(found)
