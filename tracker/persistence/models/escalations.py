"""Who answers for what at a clinic, and who was told of what is still open."""

from datetime import date, datetime

from sqlalchemy import CheckConstraint, Index, Text, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column

from tracker.domain.words import Role, Told
from tracker.persistence.base import (
    Base,
    RowId,
    Tenant,
    TenantRowId,
    Versioned,
    one_of,
    ordered,
    partial_index,
    to_member,
    to_tenant_row,
)


class Duty(Tenant, Versioned, Base):
    """The person who answers for a role, and who does while that person is away."""

    __tablename__ = "duties"
    __table_args__ = (
        to_member("user_id"),
        to_member("cover_user_id"),
        one_of("role", Role),
        CheckConstraint("cover_user_id <> user_id", name="another_covers"),
    )

    role: Mapped[str] = mapped_column(primary_key=True, sort_order=-9)
    user_id: Mapped[RowId | None]
    cover_user_id: Mapped[RowId | None]


class Absence(Tenant, Base):
    """Civil days, both included, on which somebody is not there to answer."""

    __tablename__ = "absences"
    __table_args__ = (
        to_member("user_id"),
        ordered("from_on", "until_on"),
        Index("ix_absences_clinic_id_until_on", "clinic_id", "until_on"),
    )

    id: Mapped[TenantRowId]
    user_id: Mapped[RowId]
    from_on: Mapped[date]
    until_on: Mapped[date]


class OnCall(Tenant, Base):
    """Who is on call on a civil day; the first is asked first."""

    __tablename__ = "on_call"
    __table_args__ = (
        to_member("user_id"),
        UniqueConstraint("clinic_id", "on_date", "user_id"),
        CheckConstraint("position > 0", name="position"),
    )

    on_date: Mapped[date] = mapped_column(primary_key=True, sort_order=-9)
    position: Mapped[int] = mapped_column(primary_key=True, sort_order=-8)
    user_id: Mapped[RowId]


class Escalation(Tenant, Base):
    """Somebody was told of an open obligation: one row for each rung of its ladder, one open at a time.

    ``rung`` is its number in the ladder; ``on_date`` the day on which it came, ``None`` from the beginning.
    ``user_id`` is ``None`` where everybody with ``role`` is told. ``anchor_on`` and ``is_planned`` are what the rung
    was worked out from, ``looked_on`` the clinic's day on which that was.
    """

    __tablename__ = "escalations"
    __table_args__ = (
        to_tenant_row("cases", "case_id"),
        to_tenant_row("obligations", "obligation_id"),
        to_member("user_id"),
        UniqueConstraint("clinic_id", "obligation_id", "rung"),
        partial_index("uq_escalations_open", "clinic_id", "obligation_id", where="ended_at IS NULL", unique=True),
        Index("ix_escalations_clinic_id_case_id", "clinic_id", "case_id"),
        one_of("who", Told),
        one_of("role", Role),
        CheckConstraint("rung >= 0", name="rung"),
        CheckConstraint("acknowledged >= 0", name="acknowledged"),
    )

    id: Mapped[TenantRowId]
    case_id: Mapped[RowId]
    obligation_id: Mapped[RowId]
    rung: Mapped[int]
    who: Mapped[str]
    level: Mapped[int]
    on_date: Mapped[date | None]
    role: Mapped[str]
    user_id: Mapped[RowId | None]
    opened_at: Mapped[datetime]
    looked_on: Mapped[date | None]
    anchor_on: Mapped[date]
    is_planned: Mapped[bool]
    acknowledged: Mapped[int] = mapped_column(default=0)
    acknowledged_until: Mapped[date | None]
    ended_at: Mapped[datetime | None]


class Acknowledgement(Tenant, Base):
    """Somebody has it: what they do about it, and the day on which it stands again."""

    __tablename__ = "acknowledgements"
    __table_args__ = (
        to_tenant_row("escalations", "escalation_id"),
        to_member("user_id"),
        CheckConstraint("outcome <> ''", name="outcome"),
        Index("ix_acknowledgements_clinic_id_escalation_id", "clinic_id", "escalation_id"),
    )

    id: Mapped[TenantRowId]
    escalation_id: Mapped[RowId]
    user_id: Mapped[RowId]
    at: Mapped[datetime]
    outcome: Mapped[str]
    until_on: Mapped[date]


class Page:
    """One person was paged, written down before the message left. ``outcome`` is empty while nobody knows."""

    number: Mapped[int] = mapped_column(primary_key=True, sort_order=-8)
    user_id: Mapped[RowId]
    paged_at: Mapped[datetime]
    outcome: Mapped[str] = mapped_column(Text, default="")


class EscalationPage(Page, Tenant, Base):
    """A page about what was escalated."""

    __tablename__ = "escalation_pages"
    __table_args__ = (
        to_tenant_row("escalations", "escalation_id"),
        to_member("user_id"),
        CheckConstraint("number > 0", name="number"),
    )

    escalation_id: Mapped[RowId] = mapped_column(primary_key=True, sort_order=-9)


class TaskPage(Page, Tenant, Base):
    """A page about a task."""

    __tablename__ = "task_pages"
    __table_args__ = (
        to_tenant_row("staff_tasks", "task_id"),
        to_member("user_id"),
        CheckConstraint("number > 0", name="number"),
    )

    task_id: Mapped[RowId] = mapped_column(primary_key=True, sort_order=-9)
