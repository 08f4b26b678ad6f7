"""The facts on the way to a procedure."""

import sqlalchemy as sa
from alembic import op

from tracker.persistence.types import UTCDateTime

revision = "0003"
down_revision = "0002"
branch_labels = None
depends_on = None

TABLES = (
    "referrals",
    "evaluations",
    "documents",
    "authorizations",
    "consents",
    "appointments",
    "checklist_items",
)


def upgrade() -> None:
    """Creates the tables in the order in which they refer to each other."""
    create_referrals()
    create_evaluations()
    create_documents()
    create_authorizations()
    create_consents()
    create_appointments()
    create_checklist_items()


def downgrade() -> None:
    """Drops them, the last one first."""
    for table in reversed(TABLES):
        op.drop_table(table)


def create_referrals() -> None:
    op.create_table(
        "referrals",
        sa.Column("clinic_id", sa.BigInteger(), autoincrement=False, nullable=False),
        sa.Column("case_id", sa.BigInteger(), nullable=False),
        sa.Column("seq", sa.Integer(), nullable=False),
        sa.Column("effective_at", UTCDateTime(), nullable=False),
        sa.Column("recorded_at", UTCDateTime(), nullable=False),
        sa.Column("recorded_by", sa.BigInteger(), nullable=True),
        sa.Column("superseded_by", sa.Integer(), nullable=True),
        sa.Column("received_on", sa.Date(), nullable=False),
        sa.Column("referred_by", sa.Text(), nullable=False),
        sa.Column("specialty", sa.Text(), nullable=False),
        sa.Column("diagnosis_code", sa.Text(), nullable=False),
        sa.Column("diagnosis", sa.Text(), nullable=False),
        sa.Column("indication", sa.Text(), nullable=False),
        sa.Column("spasticity_origin", sa.Text(), nullable=False),
        sa.Column("procedure", sa.Text(), nullable=False),
        sa.Column("payer", sa.Text(), nullable=False),
        sa.Column("urgency", sa.Text(), nullable=False),
        sa.Column("notes", sa.Text(), nullable=False),
        sa.Column("source", sa.Text(), nullable=False),
        sa.CheckConstraint("indication IN ('pain', 'spasticity', '')", name="indication"),
        sa.CheckConstraint("spasticity_origin IN ('cerebral', 'spinal', '')", name="spasticity_origin"),
        sa.CheckConstraint("effective_at <= recorded_at", name="happened_before_written"),
        sa.CheckConstraint("seq > 0", name="seq"),
        sa.CheckConstraint("superseded_by > seq", name="superseded_later"),
        sa.ForeignKeyConstraint(["clinic_id", "case_id"], ["cases.clinic_id", "cases.id"]),
        sa.ForeignKeyConstraint(["clinic_id", "recorded_by"], ["memberships.clinic_id", "memberships.user_id"]),
        sa.PrimaryKeyConstraint("clinic_id", "case_id", "seq"),
        sqlite_with_rowid=False,
    )


def create_evaluations() -> None:
    op.create_table(
        "evaluations",
        sa.Column("clinic_id", sa.BigInteger(), autoincrement=False, nullable=False),
        sa.Column("case_id", sa.BigInteger(), nullable=False),
        sa.Column("seq", sa.Integer(), nullable=False),
        sa.Column("effective_at", UTCDateTime(), nullable=False),
        sa.Column("recorded_at", UTCDateTime(), nullable=False),
        sa.Column("recorded_by", sa.BigInteger(), nullable=True),
        sa.Column("superseded_by", sa.Integer(), nullable=True),
        sa.Column("indication", sa.Text(), nullable=False),
        sa.Column("condition", sa.Text(), nullable=False),
        sa.Column("spasticity_origin", sa.Text(), nullable=False),
        sa.Column("diagnosis_code", sa.Text(), nullable=False),
        sa.Column("oral_therapy_failed", sa.Boolean(), nullable=True),
        sa.Column("off_label_reason", sa.Text(), nullable=False),
        sa.Column("injured_on", sa.Date(), nullable=True),
        sa.Column("hypersensitivity", sa.Boolean(), nullable=True),
        sa.Column("active_infection", sa.Boolean(), nullable=True),
        sa.Column("anticoagulated", sa.Boolean(), nullable=True),
        sa.Column("body_too_small", sa.Boolean(), nullable=True),
        sa.Column("spinal_anomaly", sa.Boolean(), nullable=True),
        sa.Column("contraindication_plan", sa.Text(), nullable=False),
        sa.Column("goals", sa.Text(), nullable=False),
        sa.CheckConstraint(
            "condition IN ('brain_injury', 'cancer_pain', 'cerebral_palsy', 'complex_regional_pain', "
            "'failed_back_surgery', 'multiple_sclerosis', 'other', 'spinal_cord_injury', 'stroke', '')",
            name="condition",
        ),
        sa.CheckConstraint("indication IN ('pain', 'spasticity', '')", name="indication"),
        sa.CheckConstraint("spasticity_origin IN ('cerebral', 'spinal', '')", name="spasticity_origin"),
        sa.CheckConstraint("effective_at <= recorded_at", name="happened_before_written"),
        sa.CheckConstraint("seq > 0", name="seq"),
        sa.CheckConstraint("superseded_by > seq", name="superseded_later"),
        sa.ForeignKeyConstraint(["clinic_id", "case_id"], ["cases.clinic_id", "cases.id"]),
        sa.ForeignKeyConstraint(["clinic_id", "recorded_by"], ["memberships.clinic_id", "memberships.user_id"]),
        sa.PrimaryKeyConstraint("clinic_id", "case_id", "seq"),
        sqlite_with_rowid=False,
    )


def create_documents() -> None:
    op.create_table(
        "documents",
        sa.Column("clinic_id", sa.BigInteger(), autoincrement=False, nullable=False),
        sa.Column("case_id", sa.BigInteger(), nullable=False),
        sa.Column("seq", sa.Integer(), nullable=False),
        sa.Column("effective_at", UTCDateTime(), nullable=False),
        sa.Column("recorded_at", UTCDateTime(), nullable=False),
        sa.Column("recorded_by", sa.BigInteger(), nullable=True),
        sa.Column("superseded_by", sa.Integer(), nullable=True),
        sa.Column("kind", sa.Text(), nullable=False),
        sa.Column("dated_on", sa.Date(), nullable=False),
        sa.Column("title", sa.Text(), nullable=False),
        sa.Column("reference", sa.Text(), nullable=False),
        sa.CheckConstraint(
            "kind IN ('history_and_physical', 'laboratory', 'other', 'programmer_printout', "
            "'psychological_evaluation', 'referral_letter')",
            name="kind",
        ),
        sa.CheckConstraint("effective_at <= recorded_at", name="happened_before_written"),
        sa.CheckConstraint("seq > 0", name="seq"),
        sa.CheckConstraint("superseded_by > seq", name="superseded_later"),
        sa.ForeignKeyConstraint(["clinic_id", "case_id"], ["cases.clinic_id", "cases.id"]),
        sa.ForeignKeyConstraint(["clinic_id", "recorded_by"], ["memberships.clinic_id", "memberships.user_id"]),
        sa.PrimaryKeyConstraint("clinic_id", "case_id", "seq"),
        sqlite_with_rowid=False,
    )


def create_authorizations() -> None:
    op.create_table(
        "authorizations",
        sa.Column("clinic_id", sa.BigInteger(), autoincrement=False, nullable=False),
        sa.Column("case_id", sa.BigInteger(), nullable=False),
        sa.Column("seq", sa.Integer(), nullable=False),
        sa.Column("effective_at", UTCDateTime(), nullable=False),
        sa.Column("recorded_at", UTCDateTime(), nullable=False),
        sa.Column("recorded_by", sa.BigInteger(), nullable=True),
        sa.Column("superseded_by", sa.Integer(), nullable=True),
        sa.Column("authorization", sa.Integer(), nullable=False),
        sa.Column("stage", sa.Text(), nullable=False),
        sa.Column("state", sa.Text(), nullable=False),
        sa.Column("payer_id", sa.BigInteger(), nullable=True),
        sa.Column("number", sa.Text(), nullable=False),
        sa.Column("procedure_codes", sa.Text(), nullable=False),
        sa.Column("units", sa.Integer(), nullable=True),
        sa.Column("asked_on", sa.Date(), nullable=True),
        sa.Column("answer_due_on", sa.Date(), nullable=True),
        sa.Column("valid_from", sa.Date(), nullable=True),
        sa.Column("valid_to", sa.Date(), nullable=True),
        sa.Column("reason", sa.Text(), nullable=False),
        sa.CheckConstraint("state IN ('denied', 'granted', 'not_required', 'requested', 'withdrawn')", name="state"),
        sa.CheckConstraint('"authorization" <= seq', name="first_version"),
        sa.CheckConstraint("effective_at <= recorded_at", name="happened_before_written"),
        sa.CheckConstraint("seq > 0", name="seq"),
        sa.CheckConstraint("superseded_by > seq", name="superseded_later"),
        sa.CheckConstraint("units >= 0", name="units"),
        sa.CheckConstraint("valid_from <= valid_to", name="valid_from_before_valid_to"),
        sa.ForeignKeyConstraint(
            ["clinic_id", "case_id", "authorization"],
            ["authorizations.clinic_id", "authorizations.case_id", "authorizations.seq"],
        ),
        sa.ForeignKeyConstraint(["clinic_id", "case_id"], ["cases.clinic_id", "cases.id"]),
        sa.ForeignKeyConstraint(["clinic_id", "payer_id"], ["payers.clinic_id", "payers.id"]),
        sa.ForeignKeyConstraint(["clinic_id", "recorded_by"], ["memberships.clinic_id", "memberships.user_id"]),
        sa.PrimaryKeyConstraint("clinic_id", "case_id", "seq"),
        sqlite_with_rowid=False,
    )
    op.create_index(
        "uq_authorizations_live",
        "authorizations",
        ["clinic_id", "case_id", "authorization"],
        unique=True,
        sqlite_where=sa.text("superseded_by IS NULL"),
        postgresql_where=sa.text("superseded_by IS NULL"),
    )


def create_consents() -> None:
    op.create_table(
        "consents",
        sa.Column("clinic_id", sa.BigInteger(), autoincrement=False, nullable=False),
        sa.Column("case_id", sa.BigInteger(), nullable=False),
        sa.Column("seq", sa.Integer(), nullable=False),
        sa.Column("effective_at", UTCDateTime(), nullable=False),
        sa.Column("recorded_at", UTCDateTime(), nullable=False),
        sa.Column("recorded_by", sa.BigInteger(), nullable=True),
        sa.Column("superseded_by", sa.Integer(), nullable=True),
        sa.Column("purpose", sa.Text(), nullable=False),
        sa.Column("state", sa.Text(), nullable=False),
        sa.Column("signed_on", sa.Date(), nullable=False),
        sa.Column("valid_to", sa.Date(), nullable=True),
        sa.Column("signed_by", sa.Text(), nullable=False),
        sa.Column("witness", sa.Text(), nullable=False),
        sa.Column("reason", sa.Text(), nullable=False),
        sa.CheckConstraint("state IN ('signed', 'withdrawn')", name="state"),
        sa.CheckConstraint("effective_at <= recorded_at", name="happened_before_written"),
        sa.CheckConstraint("seq > 0", name="seq"),
        sa.CheckConstraint("signed_on <= valid_to", name="signed_on_before_valid_to"),
        sa.CheckConstraint("superseded_by > seq", name="superseded_later"),
        sa.ForeignKeyConstraint(["clinic_id", "case_id"], ["cases.clinic_id", "cases.id"]),
        sa.ForeignKeyConstraint(["clinic_id", "recorded_by"], ["memberships.clinic_id", "memberships.user_id"]),
        sa.PrimaryKeyConstraint("clinic_id", "case_id", "seq"),
        sqlite_with_rowid=False,
    )


def create_appointments() -> None:
    op.create_table(
        "appointments",
        sa.Column("clinic_id", sa.BigInteger(), autoincrement=False, nullable=False),
        sa.Column("case_id", sa.BigInteger(), nullable=False),
        sa.Column("seq", sa.Integer(), nullable=False),
        sa.Column("effective_at", UTCDateTime(), nullable=False),
        sa.Column("recorded_at", UTCDateTime(), nullable=False),
        sa.Column("recorded_by", sa.BigInteger(), nullable=True),
        sa.Column("superseded_by", sa.Integer(), nullable=True),
        sa.Column("appointment", sa.Integer(), nullable=False),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.Column("attempt", sa.Integer(), nullable=False),
        sa.Column("purpose", sa.Text(), nullable=False),
        sa.Column("state", sa.Text(), nullable=False),
        sa.Column("wall", sa.Text(), nullable=False),
        sa.Column("zone", sa.Text(), nullable=False),
        sa.Column("starts_at", UTCDateTime(), nullable=False),
        sa.Column("ends_at", UTCDateTime(), nullable=False),
        sa.Column("arrive_at", UTCDateTime(), nullable=True),
        sa.Column("room_id", sa.BigInteger(), nullable=True),
        sa.Column("clinician_id", sa.BigInteger(), nullable=True),
        sa.Column("reason", sa.Text(), nullable=False),
        sa.CheckConstraint("purpose IN ('evaluation', 'follow_up', 'implant', 'refill', 'trial')", name="purpose"),
        sa.CheckConstraint(
            "state IN ('arrived', 'booked', 'cancelled', 'completed', 'confirmed', 'no_show')", name="state"
        ),
        sa.CheckConstraint("arrive_at <= starts_at", name="arrive_at_before_starts_at"),
        sa.CheckConstraint("effective_at <= recorded_at", name="happened_before_written"),
        sa.CheckConstraint("seq > 0", name="seq"),
        sa.CheckConstraint("starts_at < ends_at", name="starts_before_ends"),
        sa.CheckConstraint("superseded_by > seq", name="superseded_later"),
        sa.CheckConstraint("version > 0 AND attempt >= 0 AND appointment <= seq", name="counted"),
        sa.ForeignKeyConstraint(
            ["clinic_id", "case_id", "appointment"],
            ["appointments.clinic_id", "appointments.case_id", "appointments.seq"],
        ),
        sa.ForeignKeyConstraint(["clinic_id", "case_id"], ["cases.clinic_id", "cases.id"]),
        sa.ForeignKeyConstraint(["clinic_id", "clinician_id"], ["clinicians.clinic_id", "clinicians.id"]),
        sa.ForeignKeyConstraint(["clinic_id", "recorded_by"], ["memberships.clinic_id", "memberships.user_id"]),
        sa.ForeignKeyConstraint(["clinic_id", "room_id"], ["rooms.clinic_id", "rooms.id"]),
        sa.PrimaryKeyConstraint("clinic_id", "case_id", "seq"),
        sa.UniqueConstraint("clinic_id", "case_id", "appointment", "version"),
        sqlite_with_rowid=False,
    )
    op.create_index(
        "ix_appointments_day",
        "appointments",
        ["clinic_id", "starts_at"],
        unique=False,
        sqlite_where=sa.text("superseded_by IS NULL"),
        postgresql_where=sa.text("superseded_by IS NULL"),
    )
    op.create_index(
        "ix_appointments_holding",
        "appointments",
        ["clinic_id", "starts_at"],
        unique=False,
        sqlite_where=sa.text("superseded_by IS NULL AND state IN ('arrived', 'booked', 'confirmed')"),
        postgresql_where=sa.text("superseded_by IS NULL AND state IN ('arrived', 'booked', 'confirmed')"),
    )
    op.create_index(
        "uq_appointments_live",
        "appointments",
        ["clinic_id", "case_id", "appointment"],
        unique=True,
        sqlite_where=sa.text("superseded_by IS NULL"),
        postgresql_where=sa.text("superseded_by IS NULL"),
    )


def create_checklist_items() -> None:
    op.create_table(
        "checklist_items",
        sa.Column("clinic_id", sa.BigInteger(), autoincrement=False, nullable=False),
        sa.Column("case_id", sa.BigInteger(), nullable=False),
        sa.Column("seq", sa.Integer(), nullable=False),
        sa.Column("effective_at", UTCDateTime(), nullable=False),
        sa.Column("recorded_at", UTCDateTime(), nullable=False),
        sa.Column("recorded_by", sa.BigInteger(), nullable=True),
        sa.Column("superseded_by", sa.Integer(), nullable=True),
        sa.Column("appointment", sa.Integer(), nullable=False),
        sa.Column("checklist", sa.Text(), nullable=False),
        sa.Column("item", sa.Text(), nullable=False),
        sa.Column("state", sa.Text(), nullable=False),
        sa.Column("value", sa.Text(), nullable=False),
        sa.Column("reason", sa.Text(), nullable=False),
        sa.Column("second_by", sa.BigInteger(), nullable=True),
        sa.CheckConstraint("state IN ('done', 'not_applicable', 'overridden')", name="state"),
        sa.CheckConstraint("effective_at <= recorded_at", name="happened_before_written"),
        sa.CheckConstraint("seq > 0", name="seq"),
        sa.CheckConstraint("superseded_by > seq", name="superseded_later"),
        sa.ForeignKeyConstraint(
            ["clinic_id", "case_id", "appointment"],
            ["appointments.clinic_id", "appointments.case_id", "appointments.seq"],
        ),
        sa.ForeignKeyConstraint(["clinic_id", "case_id"], ["cases.clinic_id", "cases.id"]),
        sa.ForeignKeyConstraint(["clinic_id", "recorded_by"], ["memberships.clinic_id", "memberships.user_id"]),
        sa.ForeignKeyConstraint(["clinic_id", "second_by"], ["memberships.clinic_id", "memberships.user_id"]),
        sa.PrimaryKeyConstraint("clinic_id", "case_id", "seq"),
        sqlite_with_rowid=False,
    )
    op.create_index(
        "uq_checklist_items_live",
        "checklist_items",
        ["clinic_id", "case_id", "appointment", "checklist", "item"],
        unique=True,
        sqlite_where=sa.text("superseded_by IS NULL"),
        postgresql_where=sa.text("superseded_by IS NULL"),
    )
