"""What the running system says of itself, and what a clinic does as a whole."""

from datetime import date, datetime

from sqlalchemy import CheckConstraint, Index, Text
from sqlalchemy.orm import Mapped, mapped_column

from tracker.persistence.base import Base, RowId, Tenant, TenantRowId, one_of, to_member
from tracker.persistence.types import Json, JsonObject
from tracker.persistence.vocabulary import DigestOutcome


class Heartbeat(Base):
    """When a job last ran to its end."""

    __tablename__ = "heartbeats"

    name: Mapped[str] = mapped_column(primary_key=True)
    beat_at: Mapped[datetime]
    detail: Mapped[str] = mapped_column(Text, default="")


class DeploymentValue(Base):
    """A named value of this deployment: ``sending_paused_at``, ``is_demo``."""

    __tablename__ = "deployment"

    name: Mapped[str] = mapped_column(primary_key=True)
    value: Mapped[str]


class ClinicJob(Tenant, Base):
    """A job that the scheduler does for each clinic by itself: who asked for it, who is at it, what came of it last.

    ``claim_token`` is whoever is at it since ``claimed_at``; a claim that is not renewed is lost to the next one.
    """

    __tablename__ = "clinic_jobs"
    __table_args__ = (
        to_member("asked_by"),
        CheckConstraint("(claim_token IS NULL) = (claimed_at IS NULL)", name="claimed_at"),
    )

    name: Mapped[str] = mapped_column(primary_key=True, sort_order=-9)
    asked_at: Mapped[datetime | None]
    asked_by: Mapped[RowId | None]
    claim_token: Mapped[str | None]
    claimed_at: Mapped[datetime | None]
    done_at: Mapped[datetime | None]
    result: Mapped[JsonObject] = mapped_column(Json, default=dict)


class Digest(Tenant, Base):
    """One member's mail of one morning, written down before it leaves. ``outcome`` is empty while nobody knows."""

    __tablename__ = "digests"
    __table_args__ = (
        to_member("user_id"),
        one_of("outcome", DigestOutcome, or_empty=True),
    )

    user_id: Mapped[RowId] = mapped_column(primary_key=True, sort_order=-9)
    on_date: Mapped[date] = mapped_column(primary_key=True, sort_order=-8)
    begun_at: Mapped[datetime]
    ended_at: Mapped[datetime | None]
    outcome: Mapped[str] = mapped_column(Text, default="")


class PumpComparison(Tenant, Base):
    """That the pumps followed here were held against another list, and what came of it. Written once, never changed.

    ``name``, ``size_bytes`` and ``digest`` (SHA-256) say which list it was; nothing of what it held is kept but
    ``reasons``: why a difference needs no task, as ``[finding, case's public id or "", row or 0, reason]`` each.
    """

    __tablename__ = "pump_comparisons"
    __table_args__ = (
        to_member("compared_by"),
        Index("ix_pump_comparisons_clinic_id_compared_at", "clinic_id", "compared_at"),
        CheckConstraint("name <> ''", name="name"),
        CheckConstraint("length(digest) = 64", name="digest"),
        CheckConstraint(
            "size_bytes > 0 AND agreed >= 0 AND not_listed >= 0 AND not_followed >= 0"
            " AND different >= 0 AND unreadable >= 0 AND tasks >= 0",
            name="counts",
        ),
    )

    id: Mapped[TenantRowId]
    compared_at: Mapped[datetime]
    compared_by: Mapped[RowId]
    name: Mapped[str]
    size_bytes: Mapped[int]
    digest: Mapped[str]
    agreed: Mapped[int]
    not_listed: Mapped[int]
    not_followed: Mapped[int]
    different: Mapped[int]
    unreadable: Mapped[int]
    tasks: Mapped[int]
    reasons: Mapped[JsonObject] = mapped_column(Json, default=dict)
    note: Mapped[str] = mapped_column(Text, default="")
