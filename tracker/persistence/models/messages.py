"""Reminders, every attempt to deliver one, and what staff must do when nobody could be reached."""

from datetime import date, datetime

from sqlalchemy import CheckConstraint, Index, Text, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column

from tracker.domain.words import Role
from tracker.persistence.base import (
    Base,
    RowId,
    Tenant,
    TenantRowId,
    one_of,
    partial_index,
    quoted,
    to_member,
    to_tenant_row,
)
from tracker.persistence.types import Json, JsonObject
from tracker.persistence.vocabulary import (
    FINAL_REMINDER,
    HELD_REMINDER,
    SET_ASIDE_REMINDER,
    Channel,
    ReminderKind,
    ReminderState,
)


class Reminder(Tenant, Base):
    """One message to one patient by one channel, at most once per ``key``: ``contact_key`` (case, rule, visit and its
    time) and the channel. ``call_key`` names the call that stands in for it; ``stumbles`` counts holders in a row
    who went away without a word. Case, patient and contact point belong together by key."""

    __tablename__ = "reminders"
    __table_args__ = (
        to_tenant_row("patients", "patient_id"),
        to_tenant_row("cases", "case_id", "patient_id"),
        to_tenant_row("contact_points", "contact_point_id", "patient_id"),
        UniqueConstraint("clinic_id", "key"),
        partial_index("ix_reminders_next_action_at", "next_action_at", where="next_action_at IS NOT NULL"),
        Index("ix_reminders_clinic_id_case_id", "clinic_id", "case_id"),
        # By one way at a time: what failed or was cancelled stands beside the one that counts.
        partial_index(
            "uq_reminders_contact",
            "clinic_id",
            "contact_key",
            where=f"state NOT IN ({quoted(sorted(SET_ASIDE_REMINDER))})",
            unique=True,
        ),
        one_of("kind", ReminderKind),
        one_of("state", ReminderState),
        one_of("channel", Channel),
        CheckConstraint(
            f"state IN ({quoted(sorted(FINAL_REMINDER))}) OR next_action_at IS NOT NULL", name="next_action_at"
        ),
        CheckConstraint(
            f"state NOT IN ({quoted(sorted(HELD_REMINDER))}) OR (claim_token IS NOT NULL AND lease_until IS NOT NULL)",
            name="held_under_lease",
        ),
        CheckConstraint("attempts >= 0", name="attempts"),
        CheckConstraint("stumbles >= 0", name="stumbles"),
        CheckConstraint("wanted_at <= useless_after", name="wanted_before_useless"),
    )

    id: Mapped[TenantRowId]
    case_id: Mapped[RowId]
    patient_id: Mapped[RowId]
    key: Mapped[str]
    contact_key: Mapped[str] = mapped_column(Text, server_default="")
    call_key: Mapped[str] = mapped_column(Text, server_default="")
    kind: Mapped[str]
    subject: Mapped[str]
    wanted_at: Mapped[datetime]
    useless_after: Mapped[datetime]
    channel: Mapped[str]
    contact_point_id: Mapped[RowId | None]
    state: Mapped[str]
    claim_token: Mapped[str | None]
    lease_until: Mapped[datetime | None]
    next_action_at: Mapped[datetime | None]
    attempts: Mapped[int] = mapped_column(default=0)
    template: Mapped[str]
    created_at: Mapped[datetime]
    stumbles: Mapped[int] = mapped_column(default=0, server_default="0")
    closed_reason: Mapped[str] = mapped_column(Text, default="")


class DeliveryAttempt(Tenant, Base):
    """One attempt, committed before the call that it records. ``recipient_hash`` keeps no address, ``text_hash`` no
    words: with the template's language and version it proves what was said."""

    __tablename__ = "delivery_attempts"
    __table_args__ = (
        to_tenant_row("reminders", "reminder_id"),
        # A report names nothing but our reference.
        Index("ix_delivery_attempts_reference", "reference"),
        CheckConstraint("number > 0", name="number"),
        CheckConstraint("ended_at >= started_at", name="ended_after_started"),
    )

    reminder_id: Mapped[RowId] = mapped_column(primary_key=True, sort_order=-9)
    number: Mapped[int] = mapped_column(primary_key=True, sort_order=-8)
    started_at: Mapped[datetime]
    ended_at: Mapped[datetime | None]
    outcome: Mapped[str] = mapped_column(Text, default="")
    reference: Mapped[str] = mapped_column(Text, default="")
    error: Mapped[str] = mapped_column(Text, default="")
    recipient_hash: Mapped[str] = mapped_column(Text, default="")
    language: Mapped[str] = mapped_column(Text, default="", server_default="")
    template_version: Mapped[int] = mapped_column(default=0, server_default="0")
    text_hash: Mapped[str] = mapped_column(Text, default="", server_default="")


#: The task that somebody is paged about: a pump call whose patient was not found.
PAGED_TASK = "pump_call_unknown"


class StaffTask(Tenant, Base):
    """Something a person must do, with an owner and a date. It is done with an outcome, never just dismissed."""

    __tablename__ = "staff_tasks"
    __table_args__ = (
        to_tenant_row("cases", "case_id"),
        to_member("done_by"),
        UniqueConstraint("clinic_id", "key"),
        partial_index("ix_staff_tasks_open", "clinic_id", "due_on", where="done_at IS NULL"),
        # Looked for at every beat of the scheduler.
        partial_index("ix_staff_tasks_paged", "clinic_id", where=f"done_at IS NULL AND kind = '{PAGED_TASK}'"),
        Index("ix_staff_tasks_clinic_id_case_id", "clinic_id", "case_id"),
        one_of("owner_role", Role),
        CheckConstraint("done_at IS NULL OR outcome <> ''", name="outcome"),
    )

    id: Mapped[TenantRowId]
    case_id: Mapped[RowId | None]
    kind: Mapped[str]
    key: Mapped[str]
    params: Mapped[JsonObject] = mapped_column(Json, default=dict)
    owner_role: Mapped[str]
    due_on: Mapped[date]
    opened_at: Mapped[datetime]
    done_at: Mapped[datetime | None]
    done_by: Mapped[RowId | None]
    outcome: Mapped[str] = mapped_column(Text, default="")


class TaskLetter(Tenant, Base):
    """A letter that was printed because no message can go, for the call that stands in for it. Written once, never
    changed. ``text_hash`` keeps no words: with language and version it proves what was printed."""

    __tablename__ = "task_letters"
    __table_args__ = (
        to_tenant_row("staff_tasks", "task_id"),
        to_member("printed_by"),
        Index("ix_task_letters_clinic_id_task_id", "clinic_id", "task_id"),
    )

    id: Mapped[TenantRowId]
    task_id: Mapped[RowId]
    printed_at: Mapped[datetime]
    printed_by: Mapped[RowId]
    language: Mapped[str]
    template_version: Mapped[int]
    text_hash: Mapped[str]
