"""The facts of the treatment itself, and corrections of any fact."""

import sqlalchemy as sa
from alembic import op

from tracker.persistence.types import Exact, UTCDateTime

revision = "0004"
down_revision = "0003"
branch_labels = None
depends_on = None

TABLES = (
    "trial_doses",
    "assessments",
    "determinations",
    "devices",
    "fills",
    "corrections",
)


def upgrade() -> None:
    """Creates the tables in the order in which they refer to each other."""
    create_trial_doses()
    create_assessments()
    create_determinations()
    create_devices()
    create_fills()
    create_corrections()


def downgrade() -> None:
    """Drops them, the last one first."""
    for table in reversed(TABLES):
        op.drop_table(table)


def create_trial_doses() -> None:
    op.create_table(
        "trial_doses",
        sa.Column("clinic_id", sa.BigInteger(), autoincrement=False, nullable=False),
        sa.Column("case_id", sa.BigInteger(), nullable=False),
        sa.Column("seq", sa.Integer(), nullable=False),
        sa.Column("effective_at", UTCDateTime(), nullable=False),
        sa.Column("recorded_at", UTCDateTime(), nullable=False),
        sa.Column("recorded_by", sa.BigInteger(), nullable=True),
        sa.Column("superseded_by", sa.Integer(), nullable=True),
        sa.Column("attempt", sa.Integer(), nullable=False),
        sa.Column("series", sa.Integer(), nullable=False),
        sa.Column("appointment", sa.Integer(), nullable=True),
        sa.Column("drug", sa.Text(), nullable=False),
        sa.Column("dose_mcg", Exact(), nullable=False),
        sa.Column("concentration_mcg_ml", Exact(), nullable=False),
        sa.Column("volume_ml", Exact(), nullable=False),
        sa.Column("lot", sa.Text(), nullable=False),
        sa.Column("expires_on", sa.Date(), nullable=True),
        sa.Column("route", sa.Text(), nullable=False),
        sa.Column("second_by", sa.BigInteger(), nullable=True),
        sa.CheckConstraint("CAST(concentration_mcg_ml AS NUMERIC) > 0", name="concentration_mcg_ml_positive"),
        sa.CheckConstraint("CAST(dose_mcg AS NUMERIC) > 0", name="dose_mcg_positive"),
        sa.CheckConstraint("CAST(volume_ml AS NUMERIC) > 0", name="volume_ml_positive"),
        sa.CheckConstraint("attempt > 0 AND series > 0", name="counted"),
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


def create_assessments() -> None:
    op.create_table(
        "assessments",
        sa.Column("clinic_id", sa.BigInteger(), autoincrement=False, nullable=False),
        sa.Column("case_id", sa.BigInteger(), nullable=False),
        sa.Column("seq", sa.Integer(), nullable=False),
        sa.Column("effective_at", UTCDateTime(), nullable=False),
        sa.Column("recorded_at", UTCDateTime(), nullable=False),
        sa.Column("recorded_by", sa.BigInteger(), nullable=True),
        sa.Column("superseded_by", sa.Integer(), nullable=True),
        sa.Column("instrument", sa.Text(), nullable=False),
        sa.Column("value", sa.Text(), nullable=False),
        sa.Column("occasion", sa.Text(), nullable=False),
        sa.Column("dose_seq", sa.Integer(), nullable=True),
        sa.Column("attempt", sa.Integer(), nullable=False),
        sa.Column("site", sa.Text(), nullable=False),
        sa.CheckConstraint("(occasion = 'after_dose') = (dose_seq IS NOT NULL)", name="dose_of_score"),
        sa.CheckConstraint("instrument IN ('ashworth', 'nrs', 'penn')", name="instrument"),
        sa.CheckConstraint("occasion IN ('after_dose', 'baseline')", name="occasion"),
        sa.CheckConstraint("attempt >= 0", name="attempt"),
        sa.CheckConstraint("effective_at <= recorded_at", name="happened_before_written"),
        sa.CheckConstraint("seq > 0", name="seq"),
        sa.CheckConstraint("superseded_by > seq", name="superseded_later"),
        sa.ForeignKeyConstraint(
            ["clinic_id", "case_id", "dose_seq"], ["trial_doses.clinic_id", "trial_doses.case_id", "trial_doses.seq"]
        ),
        sa.ForeignKeyConstraint(["clinic_id", "case_id"], ["cases.clinic_id", "cases.id"]),
        sa.ForeignKeyConstraint(["clinic_id", "recorded_by"], ["memberships.clinic_id", "memberships.user_id"]),
        sa.PrimaryKeyConstraint("clinic_id", "case_id", "seq"),
        sqlite_with_rowid=False,
    )


def create_determinations() -> None:
    op.create_table(
        "determinations",
        sa.Column("clinic_id", sa.BigInteger(), autoincrement=False, nullable=False),
        sa.Column("case_id", sa.BigInteger(), nullable=False),
        sa.Column("seq", sa.Integer(), nullable=False),
        sa.Column("effective_at", UTCDateTime(), nullable=False),
        sa.Column("recorded_at", UTCDateTime(), nullable=False),
        sa.Column("recorded_by", sa.BigInteger(), nullable=True),
        sa.Column("superseded_by", sa.Integer(), nullable=True),
        sa.Column("kind", sa.Text(), nullable=False),
        sa.Column("value", sa.Text(), nullable=False),
        sa.Column("reason", sa.Text(), nullable=False),
        sa.Column("attempt", sa.Integer(), nullable=False),
        sa.Column("until_on", sa.Date(), nullable=True),
        sa.Column("about_seq", sa.Integer(), nullable=True),
        sa.Column("second_by", sa.BigInteger(), nullable=True),
        sa.CheckConstraint(
            "kind <> 'outcome' OR value IN ('aborted', 'equivocal', 'negative_final', 'negative_repeatable', "
            "'not_assessable', 'positive', 'positive_function_lost')",
            name="outcome_value",
        ),
        sa.CheckConstraint(
            "kind IN ('death', 'decision', 'deviation', 'deviation_reviewed', 'dose_order', 'earlier_benefit', "
            "'hold', 'not_before', 'observation_ended', 'outcome', 'refill_plan', 'therapy_stopped', 'transfer', "
            "'trial_aborted', 'waiver', 'withdrawal_watch_closed')",
            name="kind",
        ),
        sa.CheckConstraint("about_seq < seq", name="about_earlier"),
        sa.CheckConstraint("attempt >= 0", name="attempt"),
        sa.CheckConstraint("effective_at <= recorded_at", name="happened_before_written"),
        sa.CheckConstraint("seq > 0", name="seq"),
        sa.CheckConstraint("superseded_by > seq", name="superseded_later"),
        sa.ForeignKeyConstraint(["clinic_id", "case_id"], ["cases.clinic_id", "cases.id"]),
        sa.ForeignKeyConstraint(["clinic_id", "recorded_by"], ["memberships.clinic_id", "memberships.user_id"]),
        sa.ForeignKeyConstraint(["clinic_id", "second_by"], ["memberships.clinic_id", "memberships.user_id"]),
        sa.PrimaryKeyConstraint("clinic_id", "case_id", "seq"),
        sqlite_with_rowid=False,
    )


def create_devices() -> None:
    op.create_table(
        "devices",
        sa.Column("clinic_id", sa.BigInteger(), autoincrement=False, nullable=False),
        sa.Column("case_id", sa.BigInteger(), nullable=False),
        sa.Column("seq", sa.Integer(), nullable=False),
        sa.Column("effective_at", UTCDateTime(), nullable=False),
        sa.Column("recorded_at", UTCDateTime(), nullable=False),
        sa.Column("recorded_by", sa.BigInteger(), nullable=True),
        sa.Column("superseded_by", sa.Integer(), nullable=True),
        sa.Column("device", sa.Integer(), nullable=False),
        sa.Column("kind", sa.Text(), nullable=False),
        sa.Column("model", sa.Text(), nullable=False),
        sa.Column("manufacturer", sa.Text(), nullable=False),
        sa.Column("serial", sa.Text(), nullable=False),
        sa.Column("udi", sa.Text(), nullable=False),
        sa.Column("lot", sa.Text(), nullable=False),
        sa.Column("reservoir_ml", Exact(), nullable=True),
        sa.Column("origin", sa.Text(), nullable=False),
        sa.Column("in_place", sa.Boolean(), nullable=False),
        sa.Column("placed_on", sa.Date(), nullable=True),
        sa.Column("removed_on", sa.Date(), nullable=True),
        sa.Column("out_by_on", sa.Date(), nullable=True),
        sa.Column("end_of_service_on", sa.Date(), nullable=True),
        sa.Column("tip_intact", sa.Boolean(), nullable=True),
        sa.Column("appointment", sa.Integer(), nullable=True),
        sa.Column("outcome_seq", sa.Integer(), nullable=True),
        sa.Column("waiver_seq", sa.Integer(), nullable=True),
        sa.Column("consent_seq", sa.Integer(), nullable=True),
        sa.Column("authorization_seq", sa.Integer(), nullable=True),
        sa.Column("deviation_seq", sa.Integer(), nullable=True),
        sa.CheckConstraint(
            "kind <> 'pump' OR origin <> 'implanted_here' OR deviation_seq IS NOT NULL OR ((outcome_seq IS NOT "
            "NULL OR waiver_seq IS NOT NULL) AND consent_seq IS NOT NULL AND authorization_seq IS NOT NULL)",
            name="grounds_of_implant",
        ),
        sa.CheckConstraint("kind IN ('catheter', 'pump', 'trial_catheter')", name="kind"),
        sa.CheckConstraint("origin IN ('already_in', 'implanted_here')", name="origin"),
        sa.CheckConstraint("CAST(reservoir_ml AS NUMERIC) > 0", name="reservoir_ml_positive"),
        sa.CheckConstraint("NOT in_place OR removed_on IS NULL", name="in_place_or_removed"),
        sa.CheckConstraint("device <= seq", name="first_version"),
        sa.CheckConstraint("effective_at <= recorded_at", name="happened_before_written"),
        sa.CheckConstraint("placed_on <= removed_on", name="placed_on_before_removed_on"),
        sa.CheckConstraint("seq > 0", name="seq"),
        sa.CheckConstraint("superseded_by > seq", name="superseded_later"),
        sa.ForeignKeyConstraint(
            ["clinic_id", "case_id", "appointment"],
            ["appointments.clinic_id", "appointments.case_id", "appointments.seq"],
        ),
        sa.ForeignKeyConstraint(
            ["clinic_id", "case_id", "authorization_seq"],
            ["authorizations.clinic_id", "authorizations.case_id", "authorizations.seq"],
        ),
        sa.ForeignKeyConstraint(
            ["clinic_id", "case_id", "consent_seq"], ["consents.clinic_id", "consents.case_id", "consents.seq"]
        ),
        sa.ForeignKeyConstraint(
            ["clinic_id", "case_id", "deviation_seq"],
            ["determinations.clinic_id", "determinations.case_id", "determinations.seq"],
        ),
        sa.ForeignKeyConstraint(
            ["clinic_id", "case_id", "device"], ["devices.clinic_id", "devices.case_id", "devices.seq"]
        ),
        sa.ForeignKeyConstraint(
            ["clinic_id", "case_id", "outcome_seq"],
            ["determinations.clinic_id", "determinations.case_id", "determinations.seq"],
        ),
        sa.ForeignKeyConstraint(
            ["clinic_id", "case_id", "waiver_seq"],
            ["determinations.clinic_id", "determinations.case_id", "determinations.seq"],
        ),
        sa.ForeignKeyConstraint(["clinic_id", "case_id"], ["cases.clinic_id", "cases.id"]),
        sa.ForeignKeyConstraint(["clinic_id", "recorded_by"], ["memberships.clinic_id", "memberships.user_id"]),
        sa.PrimaryKeyConstraint("clinic_id", "case_id", "seq"),
        sqlite_with_rowid=False,
    )
    op.create_index(
        "uq_devices_live",
        "devices",
        ["clinic_id", "case_id", "device"],
        unique=True,
        sqlite_where=sa.text("superseded_by IS NULL"),
        postgresql_where=sa.text("superseded_by IS NULL"),
    )


def create_fills() -> None:
    op.create_table(
        "fills",
        sa.Column("clinic_id", sa.BigInteger(), autoincrement=False, nullable=False),
        sa.Column("case_id", sa.BigInteger(), nullable=False),
        sa.Column("seq", sa.Integer(), nullable=False),
        sa.Column("effective_at", UTCDateTime(), nullable=False),
        sa.Column("recorded_at", UTCDateTime(), nullable=False),
        sa.Column("recorded_by", sa.BigInteger(), nullable=True),
        sa.Column("superseded_by", sa.Integer(), nullable=True),
        sa.Column("device", sa.Integer(), nullable=False),
        sa.Column("kind", sa.Text(), nullable=False),
        sa.Column("appointment", sa.Integer(), nullable=True),
        sa.Column("drug", sa.Text(), nullable=False),
        sa.Column("concentration_mcg_ml", Exact(), nullable=True),
        sa.Column("volume_ml", Exact(), nullable=True),
        sa.Column("daily_dose_mcg", Exact(), nullable=True),
        sa.Column("alarm_volume_ml", Exact(), nullable=True),
        sa.Column("alarm_on", sa.Date(), nullable=True),
        sa.Column("is_confirmed", sa.Boolean(), nullable=False),
        sa.Column("source", sa.Text(), nullable=False),
        sa.Column("lot", sa.Text(), nullable=False),
        sa.Column("expires_on", sa.Date(), nullable=True),
        sa.Column("residual_expected_ml", Exact(), nullable=True),
        sa.Column("residual_aspirated_ml", Exact(), nullable=True),
        sa.Column("second_by", sa.BigInteger(), nullable=True),
        sa.CheckConstraint("kind IN ('elsewhere', 'implant', 'refill', 'taken_over')", name="kind"),
        sa.CheckConstraint("kind NOT IN ('implant', 'refill') OR volume_ml IS NOT NULL", name="volume_filled_here"),
        sa.CheckConstraint("CAST(alarm_volume_ml AS NUMERIC) >= 0", name="alarm_volume_ml_not_negative"),
        sa.CheckConstraint("CAST(concentration_mcg_ml AS NUMERIC) > 0", name="concentration_mcg_ml_positive"),
        sa.CheckConstraint("CAST(daily_dose_mcg AS NUMERIC) >= 0", name="daily_dose_mcg_not_negative"),
        sa.CheckConstraint("CAST(residual_aspirated_ml AS NUMERIC) >= 0", name="residual_aspirated_ml_not_negative"),
        sa.CheckConstraint("CAST(residual_expected_ml AS NUMERIC) >= 0", name="residual_expected_ml_not_negative"),
        sa.CheckConstraint("CAST(volume_ml AS NUMERIC) > 0", name="volume_ml_positive"),
        sa.CheckConstraint("effective_at <= recorded_at", name="happened_before_written"),
        sa.CheckConstraint("seq > 0", name="seq"),
        sa.CheckConstraint("superseded_by > seq", name="superseded_later"),
        sa.ForeignKeyConstraint(
            ["clinic_id", "case_id", "appointment"],
            ["appointments.clinic_id", "appointments.case_id", "appointments.seq"],
        ),
        sa.ForeignKeyConstraint(
            ["clinic_id", "case_id", "device"], ["devices.clinic_id", "devices.case_id", "devices.seq"]
        ),
        sa.ForeignKeyConstraint(["clinic_id", "case_id"], ["cases.clinic_id", "cases.id"]),
        sa.ForeignKeyConstraint(["clinic_id", "recorded_by"], ["memberships.clinic_id", "memberships.user_id"]),
        sa.ForeignKeyConstraint(["clinic_id", "second_by"], ["memberships.clinic_id", "memberships.user_id"]),
        sa.PrimaryKeyConstraint("clinic_id", "case_id", "seq"),
        sqlite_with_rowid=False,
    )


def create_corrections() -> None:
    op.create_table(
        "corrections",
        sa.Column("clinic_id", sa.BigInteger(), autoincrement=False, nullable=False),
        sa.Column("case_id", sa.BigInteger(), nullable=False),
        sa.Column("seq", sa.Integer(), nullable=False),
        sa.Column("effective_at", UTCDateTime(), nullable=False),
        sa.Column("recorded_at", UTCDateTime(), nullable=False),
        sa.Column("recorded_by", sa.BigInteger(), nullable=True),
        sa.Column("superseded_by", sa.Integer(), nullable=True),
        sa.Column("corrected_seq", sa.Integer(), nullable=False),
        sa.Column("reason", sa.Text(), nullable=False),
        sa.CheckConstraint("reason <> ''", name="reason"),
        sa.CheckConstraint("corrected_seq < seq", name="corrected_earlier"),
        sa.CheckConstraint("effective_at <= recorded_at", name="happened_before_written"),
        sa.CheckConstraint("seq > 0", name="seq"),
        sa.CheckConstraint("superseded_by > seq", name="superseded_later"),
        sa.ForeignKeyConstraint(["clinic_id", "case_id"], ["cases.clinic_id", "cases.id"]),
        sa.ForeignKeyConstraint(["clinic_id", "recorded_by"], ["memberships.clinic_id", "memberships.user_id"]),
        sa.PrimaryKeyConstraint("clinic_id", "case_id", "seq"),
        sqlite_with_rowid=False,
    )
