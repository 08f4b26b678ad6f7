"""Patients, their cases, what was done to them and who looked."""

import sqlalchemy as sa
from alembic import op

from tracker.persistence.types import Json, UTCDateTime

revision = "0002"
down_revision = "0001"
branch_labels = None
depends_on = None

TABLES = (
    "patients",
    "patient_words",
    "contact_points",
    "cases",
    "event_chains",
    "events",
    "stage_visits",
    "blocker_intervals",
    "stage_counts",
    "access_entries",
)


def upgrade() -> None:
    """Creates the tables in the order in which they refer to each other."""
    create_patients()
    create_patient_words()
    create_contact_points()
    create_cases()
    create_event_chains()
    create_events()
    create_stage_visits()
    create_blocker_intervals()
    create_stage_counts()
    create_access_entries()


def downgrade() -> None:
    """Drops them, the last one first."""
    for table in reversed(TABLES):
        op.drop_table(table)


def create_patients() -> None:
    op.create_table(
        "patients",
        sa.Column("clinic_id", sa.BigInteger(), autoincrement=False, nullable=False),
        sa.Column("id", sa.BigInteger(), autoincrement=False, nullable=False),
        sa.Column("public_id", sa.Text(), nullable=False),
        sa.Column("mrn", sa.Text(), nullable=False),
        sa.Column("family_name", sa.Text(), nullable=False),
        sa.Column("given_name", sa.Text(), nullable=False),
        sa.Column("name_key", sa.Text().with_variant(sa.Text(collation="C"), "postgresql"), nullable=False),
        sa.Column("birth_on", sa.Date(), nullable=False),
        sa.Column("sex", sa.Text(), nullable=False),
        sa.Column("language", sa.Text(), nullable=False),
        sa.Column("allergies", sa.Text(), nullable=False),
        sa.Column("city", sa.Text(), nullable=False),
        sa.Column("zone", sa.Text(), nullable=True),
        sa.Column("prefers", sa.Text(), nullable=False),
        sa.Column("created_at", UTCDateTime(), nullable=False),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.CheckConstraint("mrn <> ''", name="mrn"),
        sa.CheckConstraint("prefers IN ('email', 'phone', 'sms', '')", name="prefers"),
        sa.ForeignKeyConstraint(["clinic_id"], ["clinics.id"]),
        sa.PrimaryKeyConstraint("clinic_id", "id"),
        sa.UniqueConstraint("clinic_id", "mrn"),
        sa.UniqueConstraint("public_id"),
    )
    op.create_index(
        "ix_patients_clinic_id_name_key_birth_on", "patients", ["clinic_id", "name_key", "birth_on"], unique=False
    )


def create_patient_words() -> None:
    op.create_table(
        "patient_words",
        sa.Column("clinic_id", sa.BigInteger(), autoincrement=False, nullable=False),
        sa.Column("word", sa.Text().with_variant(sa.Text(collation="C"), "postgresql"), nullable=False),
        sa.Column("patient_id", sa.BigInteger(), nullable=False),
        sa.ForeignKeyConstraint(["clinic_id", "patient_id"], ["patients.clinic_id", "patients.id"]),
        sa.ForeignKeyConstraint(["clinic_id"], ["clinics.id"]),
        sa.PrimaryKeyConstraint("clinic_id", "word", "patient_id"),
        sqlite_with_rowid=False,
    )


def create_contact_points() -> None:
    op.create_table(
        "contact_points",
        sa.Column("clinic_id", sa.BigInteger(), autoincrement=False, nullable=False),
        sa.Column("id", sa.BigInteger(), autoincrement=False, nullable=False),
        sa.Column("patient_id", sa.BigInteger(), nullable=False),
        sa.Column("kind", sa.Text(), nullable=False),
        sa.Column("value", sa.Text(), nullable=False),
        sa.Column("as_typed", sa.Text(), nullable=False),
        sa.Column("owner", sa.Text(), nullable=False),
        sa.Column("is_possible", sa.Boolean(), nullable=False),
        sa.Column("opted_out_at", UTCDateTime(), nullable=True),
        sa.Column("ended_at", UTCDateTime(), nullable=True),
        sa.Column("created_at", UTCDateTime(), nullable=False),
        sa.CheckConstraint("kind IN ('email', 'phone')", name="kind"),
        sa.CheckConstraint("owner IN ('caregiver', 'facility', 'patient')", name="owner"),
        sa.ForeignKeyConstraint(["clinic_id", "patient_id"], ["patients.clinic_id", "patients.id"]),
        sa.ForeignKeyConstraint(["clinic_id"], ["clinics.id"]),
        sa.PrimaryKeyConstraint("clinic_id", "id"),
        sa.UniqueConstraint("clinic_id", "id", "patient_id"),
    )
    op.create_index(
        "ix_contact_points_clinic_id_patient_id", "contact_points", ["clinic_id", "patient_id"], unique=False
    )


def create_cases() -> None:
    op.create_table(
        "cases",
        sa.Column("clinic_id", sa.BigInteger(), autoincrement=False, nullable=False),
        sa.Column("id", sa.BigInteger(), autoincrement=False, nullable=False),
        sa.Column("public_id", sa.Text(), nullable=False),
        sa.Column("patient_id", sa.BigInteger(), nullable=False),
        sa.Column("pathway", sa.Text(), nullable=False),
        sa.Column("pathway_version", sa.Integer(), nullable=False),
        sa.Column("stage", sa.Text(), nullable=False),
        sa.Column("phase", sa.Text(), nullable=False),
        sa.Column("is_open", sa.Boolean(), nullable=False),
        sa.Column("stage_entered_at", UTCDateTime(), nullable=False),
        sa.Column("last_seq", sa.Integer(), nullable=False),
        sa.Column("indication", sa.Text(), nullable=False),
        sa.Column("urgency", sa.Text(), nullable=False),
        sa.Column("owner_role", sa.Text(), nullable=False),
        sa.Column("owner_user_id", sa.BigInteger(), nullable=True),
        sa.Column("target_on", sa.Date(), nullable=True),
        sa.Column("next_step", sa.Text(), nullable=False),
        sa.Column("is_ready", sa.Boolean(), nullable=False),
        sa.Column("first_blocker", sa.Text(), nullable=False),
        sa.Column("first_blocker_params", Json(), nullable=False),
        sa.Column("blocker_count", sa.Integer(), nullable=False),
        sa.Column("hold_until", sa.Date(), nullable=True),
        sa.Column("reconcile_at", UTCDateTime(), nullable=True),
        sa.Column("opened_at", UTCDateTime(), nullable=False),
        sa.Column("closed_at", UTCDateTime(), nullable=True),
        sa.Column("closing_reason", sa.Text(), nullable=False),
        sa.Column("trial_attempt", sa.Integer(), nullable=False),
        sa.Column("trial_series", sa.Integer(), nullable=False),
        sa.Column("implant_attempt", sa.Integer(), nullable=False),
        sa.Column("procedure_on", sa.Date(), nullable=True),
        sa.Column("payer_id", sa.BigInteger(), nullable=True),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.CheckConstraint("indication IN ('pain', 'spasticity', '')", name="indication"),
        sa.CheckConstraint(
            "owner_role IN ('administrator', 'coordinator', 'front_desk', 'lead_coordinator', 'manager', "
            "'nurse', 'physician', 'therapist')",
            name="owner_role",
        ),
        sa.CheckConstraint("blocker_count >= 0", name="blocker_count"),
        sa.CheckConstraint("is_open = (closed_at IS NULL)", name="closed_at"),
        sa.CheckConstraint("trial_attempt >= 0 AND trial_series >= 0 AND implant_attempt >= 0", name="attempts"),
        sa.CheckConstraint("version > 0 AND last_seq >= 0", name="counted"),
        sa.ForeignKeyConstraint(["clinic_id", "owner_user_id"], ["memberships.clinic_id", "memberships.user_id"]),
        sa.ForeignKeyConstraint(["clinic_id", "patient_id"], ["patients.clinic_id", "patients.id"]),
        sa.ForeignKeyConstraint(["clinic_id", "payer_id"], ["payers.clinic_id", "payers.id"]),
        sa.ForeignKeyConstraint(["clinic_id"], ["clinics.id"]),
        sa.PrimaryKeyConstraint("clinic_id", "id"),
        sa.UniqueConstraint("clinic_id", "id", "patient_id"),
        sa.UniqueConstraint("public_id"),
    )
    op.create_index("ix_cases_clinic_id_patient_id", "cases", ["clinic_id", "patient_id"], unique=False)
    op.create_index(
        "ix_cases_open_by_owner",
        "cases",
        ["clinic_id", "owner_user_id"],
        unique=False,
        sqlite_where=sa.text("is_open = 1"),
        postgresql_where=sa.text("is_open"),
    )
    op.create_index(
        "ix_cases_open_by_procedure",
        "cases",
        ["clinic_id", "procedure_on"],
        unique=False,
        sqlite_where=sa.text("is_open = 1"),
        postgresql_where=sa.text("is_open"),
    )
    op.create_index(
        "ix_cases_open_by_readiness",
        "cases",
        ["clinic_id", "is_ready", "first_blocker"],
        unique=False,
        sqlite_where=sa.text("is_open = 1"),
        postgresql_where=sa.text("is_open"),
    )
    op.create_index(
        "ix_cases_open_by_stage",
        "cases",
        ["clinic_id", "stage", "stage_entered_at"],
        unique=False,
        sqlite_where=sa.text("is_open = 1"),
        postgresql_where=sa.text("is_open"),
    )
    op.create_index(
        "ix_cases_open_by_target",
        "cases",
        ["clinic_id", "target_on"],
        unique=False,
        sqlite_where=sa.text("is_open = 1"),
        postgresql_where=sa.text("is_open"),
    )
    op.create_index(
        "ix_cases_reconcile_at",
        "cases",
        ["reconcile_at"],
        unique=False,
        sqlite_where=sa.text("reconcile_at IS NOT NULL"),
        postgresql_where=sa.text("reconcile_at IS NOT NULL"),
    )
    op.create_index(
        "uq_cases_open_of_patient",
        "cases",
        ["clinic_id", "patient_id", "pathway"],
        unique=True,
        sqlite_where=sa.text("is_open = 1"),
        postgresql_where=sa.text("is_open"),
    )


def create_event_chains() -> None:
    op.create_table(
        "event_chains",
        sa.Column("clinic_id", sa.BigInteger(), autoincrement=False, nullable=False),
        sa.Column("last_seq", sa.Integer(), nullable=False),
        sa.Column("head", sa.Text(), nullable=False),
        sa.CheckConstraint("last_seq >= 0", name="last_seq"),
        sa.ForeignKeyConstraint(["clinic_id"], ["clinics.id"]),
        sa.PrimaryKeyConstraint("clinic_id"),
    )


def create_events() -> None:
    op.create_table(
        "events",
        sa.Column("clinic_id", sa.BigInteger(), autoincrement=False, nullable=False),
        sa.Column("seq", sa.Integer(), nullable=False),
        sa.Column("case_id", sa.BigInteger(), nullable=True),
        sa.Column("case_version", sa.Integer(), nullable=True),
        sa.Column("kind", sa.Text(), nullable=False),
        sa.Column("actor_id", sa.BigInteger(), nullable=True),
        sa.Column("effective_at", UTCDateTime(), nullable=False),
        sa.Column("recorded_at", UTCDateTime(), nullable=False),
        sa.Column("body", sa.Text(), nullable=False),
        sa.Column("previous_hash", sa.Text(), nullable=False),
        sa.Column("hash", sa.Text(), nullable=False),
        sa.CheckConstraint("length(hash) = 64 AND length(previous_hash) = 64", name="hash_length"),
        sa.CheckConstraint("seq > 0", name="seq"),
        sa.ForeignKeyConstraint(["clinic_id", "actor_id"], ["memberships.clinic_id", "memberships.user_id"]),
        sa.ForeignKeyConstraint(["clinic_id", "case_id"], ["cases.clinic_id", "cases.id"]),
        sa.ForeignKeyConstraint(["clinic_id"], ["clinics.id"]),
        sa.PrimaryKeyConstraint("clinic_id", "seq"),
        sa.UniqueConstraint("clinic_id", "hash"),
    )
    op.create_index("ix_events_clinic_id_case_id_seq", "events", ["clinic_id", "case_id", "seq"], unique=False)


def create_stage_visits() -> None:
    op.create_table(
        "stage_visits",
        sa.Column("clinic_id", sa.BigInteger(), autoincrement=False, nullable=False),
        sa.Column("case_id", sa.BigInteger(), nullable=False),
        sa.Column("number", sa.Integer(), nullable=False),
        sa.Column("stage", sa.Text(), nullable=False),
        sa.Column("entered_at", UTCDateTime(), nullable=False),
        sa.Column("entered_seq", sa.Integer(), nullable=False),
        sa.Column("left_at", UTCDateTime(), nullable=True),
        sa.Column("duration_s", sa.Integer(), nullable=True),
        sa.CheckConstraint("(left_at IS NULL) = (duration_s IS NULL)", name="duration_when_left"),
        sa.CheckConstraint("left_at >= entered_at", name="left_after_entered"),
        sa.ForeignKeyConstraint(["clinic_id", "case_id"], ["cases.clinic_id", "cases.id"]),
        sa.ForeignKeyConstraint(
            ["clinic_id", "entered_seq"], ["events.clinic_id", "events.seq"], initially="DEFERRED", deferrable=True
        ),
        sa.ForeignKeyConstraint(["clinic_id"], ["clinics.id"]),
        sa.PrimaryKeyConstraint("clinic_id", "case_id", "number"),
    )
    op.create_index(
        "ix_stage_visits_clinic_id_stage_entered_at", "stage_visits", ["clinic_id", "stage", "entered_at"], unique=False
    )
    op.create_index(
        "uq_stage_visits_current",
        "stage_visits",
        ["clinic_id", "case_id"],
        unique=True,
        sqlite_where=sa.text("left_at IS NULL"),
        postgresql_where=sa.text("left_at IS NULL"),
    )


def create_blocker_intervals() -> None:
    op.create_table(
        "blocker_intervals",
        sa.Column("clinic_id", sa.BigInteger(), autoincrement=False, nullable=False),
        sa.Column("case_id", sa.BigInteger(), nullable=False),
        sa.Column("code", sa.Text(), nullable=False),
        sa.Column("params_key", sa.Text(), nullable=False),
        sa.Column("from_at", UTCDateTime(), nullable=False),
        sa.Column("transition", sa.Text(), nullable=False),
        sa.Column("params", Json(), nullable=False),
        sa.Column("clearable_by", sa.Text(), nullable=False),
        sa.Column("until_at", UTCDateTime(), nullable=True),
        sa.CheckConstraint("until_at >= from_at", name="until_after_from"),
        sa.ForeignKeyConstraint(["clinic_id", "case_id"], ["cases.clinic_id", "cases.id"]),
        sa.ForeignKeyConstraint(["clinic_id"], ["clinics.id"]),
        sa.PrimaryKeyConstraint("clinic_id", "case_id", "code", "params_key", "from_at"),
    )
    op.create_index(
        "uq_blocker_intervals_open",
        "blocker_intervals",
        ["clinic_id", "case_id", "code", "params_key"],
        unique=True,
        sqlite_where=sa.text("until_at IS NULL"),
        postgresql_where=sa.text("until_at IS NULL"),
    )


def create_stage_counts() -> None:
    op.create_table(
        "stage_counts",
        sa.Column("clinic_id", sa.BigInteger(), autoincrement=False, nullable=False),
        sa.Column("pathway", sa.Text(), nullable=False),
        sa.Column("stage", sa.Text(), nullable=False),
        sa.Column("owner_user_id", sa.BigInteger(), nullable=False),
        sa.Column("n", sa.Integer(), nullable=False),
        sa.CheckConstraint("n >= 0", name="n"),
        sa.ForeignKeyConstraint(["clinic_id"], ["clinics.id"]),
        sa.PrimaryKeyConstraint("clinic_id", "pathway", "stage", "owner_user_id"),
    )


def create_access_entries() -> None:
    op.create_table(
        "access_entries",
        sa.Column("clinic_id", sa.BigInteger(), autoincrement=False, nullable=False),
        sa.Column("id", sa.BigInteger(), autoincrement=False, nullable=False),
        sa.Column("user_id", sa.BigInteger(), nullable=False),
        sa.Column("at", UTCDateTime(), nullable=False),
        sa.Column("page", sa.Text(), nullable=False),
        sa.Column("case_id", sa.BigInteger(), nullable=True),
        sa.Column("patient_id", sa.BigInteger(), nullable=True),
        sa.Column("detail", sa.Text(), nullable=False),
        sa.Column("row_count", sa.Integer(), nullable=True),
        sa.ForeignKeyConstraint(["clinic_id", "case_id"], ["cases.clinic_id", "cases.id"]),
        sa.ForeignKeyConstraint(["clinic_id", "patient_id"], ["patients.clinic_id", "patients.id"]),
        sa.ForeignKeyConstraint(["clinic_id", "user_id"], ["memberships.clinic_id", "memberships.user_id"]),
        sa.ForeignKeyConstraint(["clinic_id"], ["clinics.id"]),
        sa.PrimaryKeyConstraint("clinic_id", "id"),
    )
    op.create_index(
        "ix_access_entries_clinic_id_case_id_at", "access_entries", ["clinic_id", "case_id", "at"], unique=False
    )
    op.create_index(
        "ix_access_entries_clinic_id_user_id_at", "access_entries", ["clinic_id", "user_id", "at"], unique=False
    )
