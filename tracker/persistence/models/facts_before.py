"""Facts of the way to a procedure: referral, evaluation, documents, authorizations, consents, visits, checklists."""

from datetime import date, datetime

from sqlalchemy import CheckConstraint, ForeignKeyConstraint, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column

from tracker.domain.words import (
    LIVE_APPOINTMENT,
    AppointmentState,
    Assent,
    AuthorizationState,
    Condition,
    ConsentState,
    DocumentKind,
    Indication,
    ItemState,
    Purpose,
    Role,
    Signer,
    SpasticityOrigin,
)
from tracker.persistence.base import (
    Base,
    RowId,
    one_of,
    ordered,
    partial_index,
    quoted,
    to_fact,
    to_member,
    to_tenant_row,
)
from tracker.persistence.models.facts import FactRow, fact_table, one_live, one_paper, to_attachment

#: A visit that keeps its room, its patient and its clinician busy. The guards in the migrations say the same.
HOLDS_ITS_PLACE = f"superseded_by IS NULL AND state IN ({quoted(sorted(LIVE_APPOINTMENT))})"


class ReferralRow(FactRow, Base):
    """``facts.Referral``."""

    __tablename__ = "referrals"
    __table_args__ = fact_table(
        one_of("indication", Indication, or_empty=True),
        one_of("spasticity_origin", SpasticityOrigin, or_empty=True),
    )

    received_on: Mapped[date]
    referred_by: Mapped[str]
    specialty: Mapped[str]
    diagnosis_code: Mapped[str]
    diagnosis: Mapped[str]
    indication: Mapped[str]
    spasticity_origin: Mapped[str]
    procedure: Mapped[str]
    payer: Mapped[str]
    urgency: Mapped[str]
    notes: Mapped[str]
    source: Mapped[str]


class EvaluationRow(FactRow, Base):
    """``facts.Evaluation``."""

    __tablename__ = "evaluations"
    __table_args__ = fact_table(
        one_of("indication", Indication, or_empty=True),
        one_of("condition", Condition, or_empty=True),
        one_of("spasticity_origin", SpasticityOrigin, or_empty=True),
    )

    indication: Mapped[str]
    condition: Mapped[str]
    spasticity_origin: Mapped[str]
    diagnosis_code: Mapped[str]
    oral_therapy_failed: Mapped[bool | None]
    off_label_reason: Mapped[str]
    injured_on: Mapped[date | None]
    hypersensitivity: Mapped[bool | None]
    active_infection: Mapped[bool | None]
    anticoagulated: Mapped[bool | None]
    body_too_small: Mapped[bool | None]
    spinal_anomaly: Mapped[bool | None]
    contraindication_plan: Mapped[str]
    goals: Mapped[str]


class DocumentRow(FactRow, Base):
    """``facts.Document``."""

    __tablename__ = "documents"
    __table_args__ = fact_table(to_attachment(), one_paper("documents"), one_of("kind", DocumentKind))

    kind: Mapped[str]
    dated_on: Mapped[date]
    title: Mapped[str]
    reference: Mapped[str]
    attachment: Mapped[str | None]


class AuthorizationRow(FactRow, Base):
    """``facts.Authorization``."""

    __tablename__ = "authorizations"
    __table_args__ = fact_table(
        to_fact("authorizations", "authorization"),
        to_tenant_row("payers", "payer_id"),
        one_live("authorizations", "authorization"),
        one_of("state", AuthorizationState),
        ordered("valid_from", "valid_to"),
        CheckConstraint("units >= 0", name="units"),
        CheckConstraint('"authorization" <= seq', name="first_version"),
    )

    authorization: Mapped[int]
    stage: Mapped[str]
    state: Mapped[str]
    payer_id: Mapped[RowId | None]
    number: Mapped[str]
    procedure_codes: Mapped[str]
    units: Mapped[int | None]
    asked_on: Mapped[date | None]
    answer_due_on: Mapped[date | None]
    valid_from: Mapped[date | None]
    valid_to: Mapped[date | None]
    reason: Mapped[str]


class ConsentRow(FactRow, Base):
    """``facts.Consent``."""

    __tablename__ = "consents"
    __table_args__ = fact_table(
        to_tenant_row("clinicians", "clinician_id"),
        ForeignKeyConstraint(
            ["clinic_id", "case_id", "form"],
            ["consent_forms.clinic_id", "consent_forms.case_id", "consent_forms.public_id"],
        ),
        to_attachment(),
        one_paper("consents"),
        one_of("state", ConsentState),
        one_of("relation", Signer, or_empty=True),
        one_of("assent", Assent, or_empty=True),
        ordered("signed_on", "valid_to"),
    )

    purpose: Mapped[str]
    state: Mapped[str]
    signed_on: Mapped[date]
    valid_to: Mapped[date | None]
    signed_by: Mapped[str]
    witness: Mapped[str]
    reason: Mapped[str]
    relation: Mapped[str] = mapped_column(server_default="")
    assent: Mapped[str] = mapped_column(server_default="")
    interpreter: Mapped[str] = mapped_column(server_default="")
    clinician_id: Mapped[RowId | None]
    form: Mapped[str | None]
    attachment: Mapped[str | None]


class AppointmentRow(FactRow, Base):
    """``facts.Appointment``.

    Two live visits never share a room, a case, or (for procedures) a clinician. PostgreSQL holds that with exclusion
    constraints, SQLite with triggers: both stand in the migrations, under the names in ``persistence.refusals``.
    """

    __tablename__ = "appointments"
    __table_args__ = fact_table(
        to_fact("appointments", "appointment"),
        to_tenant_row("rooms", "room_id"),
        to_tenant_row("clinicians", "clinician_id"),
        one_live("appointments", "appointment"),
        UniqueConstraint("clinic_id", "case_id", "appointment", "version"),
        partial_index("ix_appointments_day", "clinic_id", "starts_at", where="superseded_by IS NULL"),
        partial_index("ix_appointments_holding", "clinic_id", "starts_at", where=HOLDS_ITS_PLACE),
        *(
            partial_index(name, "clinic_id", place, "starts_at", where=f"{HOLDS_ITS_PLACE} AND {place} IS NOT NULL")
            for name, place in (("ix_appointments_room", "room_id"), ("ix_appointments_clinician", "clinician_id"))
        ),
        one_of("purpose", Purpose),
        one_of("state", AppointmentState),
        CheckConstraint("starts_at < ends_at", name="starts_before_ends"),
        ordered("arrive_at", "starts_at"),
        CheckConstraint("version > 0 AND attempt >= 0 AND appointment <= seq", name="counted"),
        CheckConstraint("moves >= 0", name="moves"),
    )

    appointment: Mapped[int]
    version: Mapped[int]
    attempt: Mapped[int]
    purpose: Mapped[str]
    state: Mapped[str]
    wall: Mapped[str]
    zone: Mapped[str]
    starts_at: Mapped[datetime]
    ends_at: Mapped[datetime]
    arrive_at: Mapped[datetime | None]
    room_id: Mapped[RowId | None]
    clinician_id: Mapped[RowId | None]
    reason: Mapped[str]
    moves: Mapped[int] = mapped_column(default=0, server_default="0")
    timed_at: Mapped[datetime | None]


class ChecklistItemRow(FactRow, Base):
    """``facts.ChecklistItem``."""

    __tablename__ = "checklist_items"
    __table_args__ = fact_table(
        to_fact("appointments", "appointment"),
        to_fact("consents", "about_seq"),
        to_member("second_by"),
        to_tenant_row("rooms", "room_id"),
        one_live("checklist_items", "appointment", "checklist", "item"),
        one_of("state", ItemState),
        one_of("role", Role, or_empty=True),
    )

    appointment: Mapped[int]
    checklist: Mapped[str]
    item: Mapped[str]
    state: Mapped[str]
    value: Mapped[str]
    reason: Mapped[str]
    second_by: Mapped[RowId | None]
    about_seq: Mapped[int | None]
    room_id: Mapped[RowId | None]
    role: Mapped[str] = mapped_column(default="", server_default="")
