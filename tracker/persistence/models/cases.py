"""A case: where a patient stands on a pathway, and what lists filter, sort and count by.

Everything from ``owner_role`` on is derived from the facts, and written by the transaction that changes them or by
the reconciler, so that a list of fifty cases reads fifty rows and works out nothing.
"""

from datetime import date, datetime

from sqlalchemy import CheckConstraint, ForeignKeyConstraint, Index, Text, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column

from tracker.domain.words import Indication, Role
from tracker.persistence.base import (
    Base,
    PublicId,
    RowId,
    Tenant,
    TenantRowId,
    Versioned,
    one_of,
    open_index,
    partial_index,
    to_member,
    to_tenant_row,
)
from tracker.persistence.types import Json, JsonObject


class Case(Tenant, Versioned, Base):
    """One patient on one pathway. ``last_seq`` numbers its facts; ``next_step`` names a transition or is empty.

    ``about_case_id``: of a reoperation, the case of the pump that it is about, of the same patient.

    ``reconcile_at`` is when time alone changes what is stored; ``None``: never. ``milestones`` is a set of
    ``domain.milestones.Milestone``.
    """

    __tablename__ = "cases"
    __table_args__ = (
        to_tenant_row("patients", "patient_id"),
        to_tenant_row("payers", "payer_id"),
        to_member("owner_user_id"),
        ForeignKeyConstraint(
            ["clinic_id", "about_case_id", "patient_id"], ["cases.clinic_id", "cases.id", "cases.patient_id"]
        ),
        # Lets a device prove that the reoperation it was put in at is about its very case.
        Index("uq_cases_about", "clinic_id", "id", "about_case_id", unique=True),
        open_index("uq_cases_open_about", "clinic_id", "about_case_id", unique=True, also="about_case_id IS NOT NULL"),
        CheckConstraint("(pathway = 'itb_reoperation') = (about_case_id IS NOT NULL)", name="beside"),
        CheckConstraint("about_case_id <> id", name="beside_another"),
        # Lets a reminder prove that its case is its patient's.
        UniqueConstraint("clinic_id", "id", "patient_id"),
        open_index("uq_cases_open_of_patient", "clinic_id", "patient_id", "pathway", unique=True),
        open_index("ix_cases_open_by_stage", "clinic_id", "pathway", "stage", "stage_entered_at", "id"),
        open_index("ix_cases_open_by_owner", "clinic_id", "owner_user_id"),
        open_index("ix_cases_open_by_target", "clinic_id", "pathway", "stage", "target_on"),
        open_index("ix_cases_open_by_readiness", "clinic_id", "is_ready", "first_blocker"),
        open_index("ix_cases_open_by_procedure", "clinic_id", "procedure_on"),
        partial_index("ix_cases_reconcile_at", "reconcile_at", where="reconcile_at IS NOT NULL"),
        Index("ix_cases_clinic_id_patient_id", "clinic_id", "patient_id"),
        # Answers how many of the cases that began in a period have come how far.
        Index("ix_cases_by_opening", "clinic_id", "pathway", "opened_at", "milestones", "stage"),
        one_of("owner_role", Role),
        one_of("indication", Indication, or_empty=True),
        CheckConstraint("is_open = (closed_at IS NULL)", name="closed_at"),
        CheckConstraint("version > 0 AND last_seq >= 0", name="counted"),
        CheckConstraint("trial_attempt >= 0 AND trial_series >= 0 AND implant_attempt >= 0", name="attempts"),
        CheckConstraint("blocker_count >= 0", name="blocker_count"),
    )

    id: Mapped[TenantRowId]
    public_id: Mapped[PublicId]
    patient_id: Mapped[RowId]
    about_case_id: Mapped[RowId | None]
    pathway: Mapped[str]
    pathway_version: Mapped[int]
    stage: Mapped[str]
    phase: Mapped[str]
    is_open: Mapped[bool] = mapped_column(default=True)
    stage_entered_at: Mapped[datetime]
    last_seq: Mapped[int] = mapped_column(default=0)
    indication: Mapped[str] = mapped_column(Text, default="")
    urgency: Mapped[str] = mapped_column(Text, default="")
    owner_role: Mapped[str]
    owner_user_id: Mapped[RowId | None]
    target_on: Mapped[date | None]
    next_step: Mapped[str] = mapped_column(Text, default="")
    is_ready: Mapped[bool] = mapped_column(default=False)
    first_blocker: Mapped[str] = mapped_column(Text, default="")
    first_blocker_params: Mapped[JsonObject] = mapped_column(Json, default=dict)
    blocker_count: Mapped[int] = mapped_column(default=0)
    hold_until: Mapped[date | None]
    reconcile_at: Mapped[datetime | None]
    opened_at: Mapped[datetime]
    closed_at: Mapped[datetime | None]
    closing_reason: Mapped[str] = mapped_column(Text, default="")
    trial_attempt: Mapped[int] = mapped_column(default=1)
    trial_series: Mapped[int] = mapped_column(default=1)
    implant_attempt: Mapped[int] = mapped_column(default=1)
    milestones: Mapped[int] = mapped_column(default=0, server_default="0")
    procedure_on: Mapped[date | None]
    payer_id: Mapped[RowId | None]


class StageVisit(Tenant, Base):
    """One stay in one stage, and the event that began it. ``duration_s`` is stored when the stage is left."""

    __tablename__ = "stage_visits"
    __table_args__ = (
        to_tenant_row("cases", "case_id"),
        # Deferred: the event is appended last, because its chain is what others wait for.
        ForeignKeyConstraint(
            ["clinic_id", "entered_seq"],
            ["events.clinic_id", "events.seq"],
            deferrable=True,
            initially="DEFERRED",
        ),
        partial_index("uq_stage_visits_current", "clinic_id", "case_id", where="left_at IS NULL", unique=True),
        Index("ix_stage_visits_clinic_id_stage_entered_at", "clinic_id", "stage", "entered_at"),
        CheckConstraint("left_at >= entered_at", name="left_after_entered"),
        CheckConstraint("(left_at IS NULL) = (duration_s IS NULL)", name="duration_when_left"),
    )

    case_id: Mapped[RowId] = mapped_column(primary_key=True, sort_order=-9)
    number: Mapped[int] = mapped_column(primary_key=True)
    stage: Mapped[str]
    entered_at: Mapped[datetime]
    entered_seq: Mapped[int]
    left_at: Mapped[datetime | None]
    duration_s: Mapped[int | None]


class BlockerInterval(Tenant, Base):
    """How long one thing stood in the way of a case's next step. ``params_key`` is the canonical text of ``params``."""

    __tablename__ = "blocker_intervals"
    __table_args__ = (
        to_tenant_row("cases", "case_id"),
        partial_index(
            "uq_blocker_intervals_open",
            "clinic_id",
            "case_id",
            "code",
            "params_key",
            where="until_at IS NULL",
            unique=True,
        ),
        CheckConstraint("until_at >= from_at", name="until_after_from"),
    )

    case_id: Mapped[RowId] = mapped_column(primary_key=True, sort_order=-9)
    code: Mapped[str] = mapped_column(primary_key=True)
    params_key: Mapped[str] = mapped_column(primary_key=True)
    from_at: Mapped[datetime] = mapped_column(primary_key=True)
    transition: Mapped[str]
    params: Mapped[JsonObject] = mapped_column(Json, default=dict)
    clearable_by: Mapped[str] = mapped_column(Text, default="")
    until_at: Mapped[datetime | None]


class StageCount(Tenant, Base):
    """How many open cases stand in a stage, per owner (0: nobody has taken it). Verified every night."""

    __tablename__ = "stage_counts"
    __table_args__ = (CheckConstraint("n >= 0", name="n"),)

    pathway: Mapped[str] = mapped_column(primary_key=True)
    stage: Mapped[str] = mapped_column(primary_key=True)
    owner_user_id: Mapped[RowId] = mapped_column(primary_key=True, default=0)
    n: Mapped[int]
