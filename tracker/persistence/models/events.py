"""What was done (chained, append-only) and who looked (not chained, so that a page view takes no lock)."""

from datetime import datetime

from sqlalchemy import CheckConstraint, ForeignKey, Index, Text, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column

from tracker.persistence.base import Base, OwnId, RowId, Tenant, TenantRowId, to_member, to_tenant_row


class Event(Tenant, Base):
    """One thing that was done at a clinic. Triggers refuse update and delete.

    ``body`` holds the canonical bytes that were hashed; the other columns repeat it, to be searched by.
    ``chain.append_event`` is the only writer.
    """

    __tablename__ = "events"
    __table_args__ = (
        to_tenant_row("cases", "case_id"),
        to_member("actor_id"),
        UniqueConstraint("clinic_id", "hash"),
        Index("ix_events_clinic_id_case_id_seq", "clinic_id", "case_id", "seq"),
        CheckConstraint("seq > 0", name="seq"),
        CheckConstraint("length(hash) = 64 AND length(previous_hash) = 64", name="hash_length"),
    )

    seq: Mapped[int] = mapped_column(primary_key=True, sort_order=-9)
    case_id: Mapped[RowId | None]
    case_version: Mapped[int | None]
    kind: Mapped[str]
    actor_id: Mapped[RowId | None]
    effective_at: Mapped[datetime]
    recorded_at: Mapped[datetime]
    body: Mapped[str]
    previous_hash: Mapped[str]
    hash: Mapped[str]


class EventChain(Base):
    """The end of a clinic's chain of events. Its row is locked last by every transaction that appends one."""

    __tablename__ = "event_chains"
    __table_args__ = (CheckConstraint("last_seq >= 0", name="last_seq"),)

    clinic_id: Mapped[OwnId] = mapped_column(ForeignKey("clinics.id"))
    last_seq: Mapped[int] = mapped_column(default=0)
    head: Mapped[str]


class AccessEntry(Tenant, Base):
    """Who looked at what: one row per case page, list or export, with its filter and its number of rows."""

    __tablename__ = "access_entries"
    __table_args__ = (
        to_member("user_id"),
        to_tenant_row("cases", "case_id"),
        to_tenant_row("patients", "patient_id"),
        Index("ix_access_entries_clinic_id_case_id_at", "clinic_id", "case_id", "at"),
        Index("ix_access_entries_clinic_id_user_id_at", "clinic_id", "user_id", "at"),
    )

    id: Mapped[TenantRowId]
    user_id: Mapped[RowId]
    at: Mapped[datetime]
    page: Mapped[str]
    case_id: Mapped[RowId | None]
    patient_id: Mapped[RowId | None]
    detail: Mapped[str] = mapped_column(Text, default="")
    row_count: Mapped[int | None]
