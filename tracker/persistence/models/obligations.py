"""What must happen for a patient by a date, and the proof that every pump in place is looked after."""

from datetime import date, datetime

from sqlalchemy import CheckConstraint, ForeignKeyConstraint, Index, Text, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column

from tracker.domain.obligations.refills import EARLIEST_KNOWN, NO_DATE
from tracker.domain.words import Role
from tracker.persistence.base import (
    Base,
    RowId,
    Tenant,
    TenantRowId,
    one_of,
    open_index,
    to_fact,
    to_tenant_row,
)
from tracker.persistence.types import Json, JsonObject

REFILL = "refill"
#: The two halves of the list of refills: pumps without a date to rely on, and the others.
WITHOUT_DATE = f"kind = '{REFILL}' AND reason IN ('{NO_DATE}', '{EARLIEST_KNOWN}')"
WITH_DATE = f"kind = '{REFILL}' AND reason NOT IN ('{NO_DATE}', '{EARLIEST_KNOWN}')"
#: A refill that is planned in time is no to-do; nothing else is ever planned.
NOT_PLANNED = "planned_seq IS NULL"
CONDITION = ("is_open", "planned_seq")
BY_DATE, OF_REFILL = ("due_on", "critical_on", "id"), ("kind", "reason", "is_open")


class Obligation(Tenant, Base):
    """Something due. ``subject`` says of what (``device:7``); ``closed_by`` names the fact that ended it (``fill:31``).

    ``climbs_on``: the day from which somebody is to be told; ``changed_at``: when it last became another than it was.

    Close the old row before inserting the new one: at most one may be open per kind and subject.
    """

    __tablename__ = "obligations"
    __table_args__ = (
        to_tenant_row("cases", "case_id"),
        to_fact("devices", "device"),
        # What pump_watch refers to: an obligation that is open, of that very pump, and about its refill.
        UniqueConstraint("clinic_id", "case_id", "device", "kind", "id", "is_open"),
        open_index("uq_obligations_open", "clinic_id", "case_id", "kind", "subject", unique=True),
        open_index(
            "uq_obligations_open_refill", "clinic_id", "case_id", "device", unique=True, also=f"kind = '{REFILL}'"
        ),
        # What their condition says stands in them too: SQLite counts in an index alone only where it holds all of that.
        open_index("ix_obligations_todo_by_due", "clinic_id", "due_on", *CONDITION, also=NOT_PLANNED),
        open_index("ix_obligations_todo_by_critical", "clinic_id", "critical_on", "kind", *CONDITION, also=NOT_PLANNED),
        open_index("ix_obligations_todo_by_warn", "clinic_id", "warn_on", *CONDITION, also=NOT_PLANNED),
        open_index(
            "ix_obligations_unplanned_refills",
            "clinic_id",
            "critical_on",
            "kind",
            *CONDITION,
            also=f"{NOT_PLANNED} AND kind = '{REFILL}'",
        ),
        open_index("ix_obligations_open_climbing", "clinic_id", "climbs_on"),
        open_index("ix_obligations_open_by_kind", "clinic_id", "kind", "due_on"),
        open_index("ix_obligations_refills_without_date", "clinic_id", *BY_DATE, *OF_REFILL, also=WITHOUT_DATE),
        open_index("ix_obligations_refills_with_date", "clinic_id", *BY_DATE, *OF_REFILL, also=WITH_DATE),
        Index("ix_obligations_clinic_id_case_id", "clinic_id", "case_id"),
        one_of("owner_role", Role),
        CheckConstraint("is_open = (closed_at IS NULL)", name="closed_at"),
        CheckConstraint("is_open OR closed_by <> ''", name="closed_by"),
        CheckConstraint(f"kind <> '{REFILL}' OR device IS NOT NULL", name="refill_of_device"),
    )

    id: Mapped[TenantRowId]
    case_id: Mapped[RowId]
    kind: Mapped[str]
    subject: Mapped[str]
    device: Mapped[int | None]
    due_on: Mapped[date | None]
    warn_on: Mapped[date | None]
    escalate_on: Mapped[date | None]
    critical_on: Mapped[date | None]
    owner_role: Mapped[str]
    opened_at: Mapped[datetime]
    closed_at: Mapped[datetime | None]
    closed_by: Mapped[str] = mapped_column(Text, default="")
    is_open: Mapped[bool] = mapped_column(default=True)
    reason: Mapped[str] = mapped_column(Text, default="")
    params: Mapped[JsonObject] = mapped_column(Json, default=dict)
    planned_seq: Mapped[int | None]
    anchor_on: Mapped[date | None]
    climbs_on: Mapped[date | None]
    changed_at: Mapped[datetime | None]


class PumpWatch(Tenant, Base):
    """One row per pump in place: it has an open refill obligation. Checked when the transaction commits.

    A pump that is in place without a row here is refused at commit by PostgreSQL and found by ``tracker check``.
    """

    __tablename__ = "pump_watch"
    __table_args__ = (
        to_fact("devices", "device"),
        ForeignKeyConstraint(
            ["clinic_id", "case_id", "device", "kind", "obligation_id", "is_open"],
            [
                "obligations.clinic_id",
                "obligations.case_id",
                "obligations.device",
                "obligations.kind",
                "obligations.id",
                "obligations.is_open",
            ],
            name="fk_pump_watch_open_refill",
            deferrable=True,
            initially="DEFERRED",
        ),
        CheckConstraint("is_open", name="is_open"),
        CheckConstraint(f"kind = '{REFILL}'", name="kind"),
    )

    case_id: Mapped[RowId] = mapped_column(primary_key=True, sort_order=-9)
    device: Mapped[int] = mapped_column(primary_key=True, sort_order=-8)
    kind: Mapped[str] = mapped_column(Text, default=REFILL)
    obligation_id: Mapped[RowId]
    is_open: Mapped[bool] = mapped_column(default=True)
