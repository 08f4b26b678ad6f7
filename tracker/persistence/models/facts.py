"""What every fact table has in common: its key, its two times, its author, and the fact that replaced it.

A table here is a dataclass of ``tracker.domain.facts``, column for field. Facts are inserted and superseded, never
edited or deleted; triggers hold that (see the migrations). Rows are clustered by case (``WITHOUT ROWID`` on SQLite),
so a snapshot of a case reads one range of each table.

Constraints refuse only what can never be. What really happened, however irregular, must always be recordable.
"""

from collections.abc import Sequence
from datetime import datetime

from sqlalchemy import BigInteger, CheckConstraint, Constraint, ForeignKeyConstraint, Index
from sqlalchemy.orm import Mapped, mapped_column
from sqlalchemy.schema import SchemaItem

from tracker.persistence.base import RowId, partial_index, to_member, to_tenant_row


class FactRow:
    """The columns of ``tracker.domain.facts.Fact`` and the case they belong to, through which they have their clinic.

    ``seq`` counts the facts of a case over all tables, from ``cases.last_seq``.
    """

    clinic_id: Mapped[int] = mapped_column(BigInteger, primary_key=True, autoincrement=False, sort_order=-10)
    case_id: Mapped[RowId] = mapped_column(primary_key=True, sort_order=-9)
    seq: Mapped[int] = mapped_column(primary_key=True, sort_order=-8)
    effective_at: Mapped[datetime] = mapped_column(sort_order=-7)
    recorded_at: Mapped[datetime] = mapped_column(sort_order=-6)
    recorded_by: Mapped[RowId | None] = mapped_column(sort_order=-5)
    superseded_by: Mapped[int | None] = mapped_column(sort_order=-4)


def fact_table(*own: SchemaItem) -> Sequence[SchemaItem | dict[str, object]]:
    """The table arguments of a fact: what holds for all facts, and then its ``own`` constraints and indexes."""
    shared: tuple[Constraint, ...] = (
        to_tenant_row("cases", "case_id"),
        to_member("recorded_by"),
        CheckConstraint("seq > 0", name="seq"),
        CheckConstraint("superseded_by > seq", name="superseded_later"),
        CheckConstraint("effective_at <= recorded_at", name="happened_before_written"),
    )
    return (*shared, *own, {"sqlite_with_rowid": False})


def one_live(table: str, *columns: str) -> Index:
    """At most one row that is not superseded: supersede the old version first, then insert the new one."""
    return partial_index(
        f"uq_{table}_live", "clinic_id", "case_id", *columns, where="superseded_by IS NULL", unique=True
    )


def to_attachment() -> ForeignKeyConstraint:
    """A scan that was attached to the same case, by its hash."""
    return ForeignKeyConstraint(
        ["clinic_id", "case_id", "attachment"],
        ["attachments.clinic_id", "attachments.case_id", "attachments.digest"],
    )


def one_paper(table: str) -> Index:
    """A scan belongs to one fact of a clinic that stands: the same paper in two charts is in a wrong one."""
    stands = "superseded_by IS NULL AND attachment IS NOT NULL"
    return partial_index(f"uq_{table}_attachment", "clinic_id", "attachment", where=stands, unique=True)
