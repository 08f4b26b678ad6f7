"""What comes back: links that patients answer by, texts that they send, and reports about texts to them."""

from datetime import datetime

from sqlalchemy import CheckConstraint, Index, Text, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column

from tracker.domain.replies import Reply
from tracker.persistence.base import Base, RowId, Tenant, TenantRowId, one_of, to_tenant_row


class ReplyLink(Tenant, Base):
    """A link in one message by which its reader answers, without signing in, about one visit at one ``wall`` time,
    after so many ``moves``. Only the hash of its token is kept; ``used_at`` is the last answer."""

    __tablename__ = "reply_links"
    __table_args__ = (
        to_tenant_row("reminders", "reminder_id"),
        to_tenant_row("cases", "case_id", "patient_id"),
        to_tenant_row("contact_points", "contact_point_id", "patient_id"),
        UniqueConstraint("token_hash"),
        Index("ix_reply_links_expires_at", "expires_at"),
        CheckConstraint("length(token_hash) = 64", name="token_hash"),
        CheckConstraint("created_at < expires_at", name="created_before_expires"),
        CheckConstraint("appointment > 0", name="appointment"),
        CheckConstraint("moves >= 0", name="moves"),
    )

    id: Mapped[TenantRowId]
    token_hash: Mapped[str]
    reminder_id: Mapped[RowId]
    case_id: Mapped[RowId]
    patient_id: Mapped[RowId]
    contact_point_id: Mapped[RowId]
    appointment: Mapped[int]
    wall: Mapped[str]
    moves: Mapped[int] = mapped_column(default=0, server_default="0")
    language: Mapped[str]
    created_at: Mapped[datetime]
    expires_at: Mapped[datetime]
    used_at: Mapped[datetime | None]


class InboundMessage(Tenant, Base):
    """A text that came in, once however often the provider hands it over. ``sender_hash`` keeps no number.

    ``answer`` names what it was answered with; empty: nothing was said.
    """

    __tablename__ = "inbound_messages"
    __table_args__ = (
        to_tenant_row("cases", "case_id"),
        UniqueConstraint("clinic_id", "provider_id"),
        Index("ix_inbound_messages_sender", "clinic_id", "sender_hash", "received_at"),
        one_of("understood", Reply),
        CheckConstraint("provider_id <> ''", name="provider_id"),
    )

    id: Mapped[TenantRowId]
    provider_id: Mapped[str]
    sender_hash: Mapped[str]
    text: Mapped[str]
    received_at: Mapped[datetime]
    understood: Mapped[str]
    answer: Mapped[str] = mapped_column(Text, default="")
    language: Mapped[str] = mapped_column(Text, default="")
    case_id: Mapped[RowId | None]


class DeliveryReport(Tenant, Base):
    """What the provider said of a text under our reference: each state once, in whatever order it came."""

    __tablename__ = "delivery_reports"
    __table_args__ = (
        to_tenant_row("reminders", "reminder_id"),
        UniqueConstraint("clinic_id", "reference", "status"),
        Index("ix_delivery_reports_reminder_id", "clinic_id", "reminder_id"),
    )

    id: Mapped[TenantRowId]
    reminder_id: Mapped[RowId]
    reference: Mapped[str]
    status: Mapped[str]
    error: Mapped[str] = mapped_column(Text, default="")
    reported_at: Mapped[datetime]
