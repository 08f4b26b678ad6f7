"""The declarative base: how columns, keys and constraints are named and made, once for all tables.

Every tenant table leads its key with ``clinic_id`` and every reference between tenant tables is a composite foreign
key that starts with it. So no row can refer to a row of another clinic, whatever a service does.
"""

from collections.abc import Iterable
from datetime import date, datetime
from decimal import Decimal
from typing import Annotated, Any, ClassVar

from sqlalchemy import (
    BigInteger,
    Boolean,
    CheckConstraint,
    Date,
    ForeignKey,
    ForeignKeyConstraint,
    Index,
    Integer,
    MetaData,
    Text,
    text,
)
from sqlalchemy.orm import DeclarativeBase, Mapped, declared_attr, mapped_column
from sqlalchemy.types import TypeEngine

from tracker.persistence.types import Exact, UTCDateTime

NAMING = {
    "ix": "ix_%(table_name)s_%(column_0_N_name)s",
    "uq": "uq_%(table_name)s_%(column_0_N_name)s",
    "ck": "ck_%(table_name)s_%(constraint_name)s",
    "fk": "fk_%(table_name)s_%(column_0_N_name)s",
    "pk": "pk_%(table_name)s",
}

#: A time-ordered 63-bit id made by the Ids port, never by the database.
RowId = Annotated[int, mapped_column(BigInteger)]
#: The id of a global row, alone in its key.
OwnId = Annotated[int, mapped_column(BigInteger, primary_key=True, autoincrement=False)]
#: The id of a tenant row, second in its key.
TenantRowId = Annotated[int, mapped_column(BigInteger, primary_key=True, autoincrement=False, sort_order=-9)]
#: 32 random hexadecimal digits that stand in URLs.
PublicId = Annotated[str, mapped_column(Text, unique=True)]
#: Folded text for searching and sorting, in the order of its code points on both engines.
FoldedText = Annotated[str, mapped_column(Text().with_variant(Text(collation="C"), "postgresql"))]


class Base(DeclarativeBase):
    """All tables."""

    metadata = MetaData(naming_convention=NAMING)
    type_annotation_map: ClassVar[dict[type, TypeEngine[Any]]] = {
        str: Text(),
        int: Integer(),
        bool: Boolean(),
        date: Date(),
        datetime: UTCDateTime(),
        Decimal: Exact(),
    }


class Tenant:
    """A table of one clinic: ``clinic_id`` leads its key."""

    clinic_id: Mapped[int] = mapped_column(
        BigInteger, ForeignKey("clinics.id"), primary_key=True, autoincrement=False, sort_order=-10
    )


def to_tenant_row(table: str, column: str, *more: str) -> ForeignKeyConstraint:
    """A reference to a row of ``table`` in the same clinic; ``more`` are columns that both tables call the same."""
    return ForeignKeyConstraint(
        ["clinic_id", column, *more], [f"{table}.clinic_id", f"{table}.id", *(f"{table}.{name}" for name in more)]
    )


def to_member(column: str) -> ForeignKeyConstraint:
    """A person, who must be a member of the same clinic."""
    return ForeignKeyConstraint(["clinic_id", column], ["memberships.clinic_id", "memberships.user_id"])


def to_fact(table: str, column: str) -> ForeignKeyConstraint:
    """A fact of the same case, by its ``seq``."""
    return ForeignKeyConstraint(
        ["clinic_id", "case_id", column], [f"{table}.clinic_id", f"{table}.case_id", f"{table}.seq"]
    )


def one_of(column: str, words: Iterable[str], *, or_empty: bool = False) -> CheckConstraint:
    """Closes the vocabulary of a text column. ``or_empty``: an empty text means not answered."""
    allowed = sorted({str(word) for word in words}) + ([""] if or_empty else [])
    return CheckConstraint(f"{column} IN ({quoted(allowed)})", name=column)


def quoted(words: Iterable[str]) -> str:
    """Words as a list of SQL literals. Only for words of our own vocabularies."""
    return ", ".join(f"'{word}'" for word in words)


def positive(*columns: str) -> tuple[CheckConstraint, ...]:
    """Exact amounts that must be more than nothing, or unknown. The cast is for SQLite, where they are text."""
    return tuple(CheckConstraint(f"CAST({name} AS NUMERIC) > 0", name=f"{name}_positive") for name in columns)


def not_negative(*columns: str) -> tuple[CheckConstraint, ...]:
    """Exact amounts that may be nothing but not less, or unknown."""
    return tuple(CheckConstraint(f"CAST({name} AS NUMERIC) >= 0", name=f"{name}_not_negative") for name in columns)


def ordered(first: str, then: str) -> CheckConstraint:
    """``first`` is not later than ``then`` where both are known."""
    return CheckConstraint(f"{first} <= {then}", name=f"{first}_before_{then}")


def partial_index(name: str, *columns: str, where: str, unique: bool = False) -> Index:
    """An index of the rows for which ``where`` holds."""
    return Index(name, *columns, unique=unique, sqlite_where=text(where), postgresql_where=text(where))


def open_index(name: str, *columns: str, unique: bool = False, also: str = "") -> Index:
    """An index of the open rows. Query with ``.where(Model.is_open)``: SQLite uses it only for that very condition."""
    more = f" AND {also}" if also else ""
    return Index(
        name,
        *columns,
        unique=unique,
        sqlite_where=text("is_open = 1" + more),
        postgresql_where=text("is_open" + more),
    )


class Versioned:
    """A row that people edit: its version stands in every form, and the service that changes it counts it up.

    An update of a row that somebody else has changed meanwhile raises ``StaleDataError``.
    """

    version: Mapped[int] = mapped_column(default=1)

    @declared_attr.directive
    @classmethod
    def __mapper_args__(cls) -> dict[str, object]:
        return {"version_id_col": cls.version, "version_id_generator": False}
