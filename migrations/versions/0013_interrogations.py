"""Pumps read with the programmer: what voids an alarm date, and what a later print-out says."""

import sqlalchemy as sa
from alembic import op

from tracker.persistence.schema_changes import guard_facts
from tracker.persistence.types import Exact, UTCDateTime

revision = "0013"
down_revision = "0012"
branch_labels = None
depends_on = None

TABLE = "interrogations"


def upgrade() -> None:
    """Creates the table, guarded as every fact is."""
    op.create_table(
        TABLE,
        sa.Column("clinic_id", sa.BigInteger(), autoincrement=False, nullable=False),
        sa.Column("case_id", sa.BigInteger(), nullable=False),
        sa.Column("seq", sa.Integer(), nullable=False),
        sa.Column("effective_at", UTCDateTime(), nullable=False),
        sa.Column("recorded_at", UTCDateTime(), nullable=False),
        sa.Column("recorded_by", sa.BigInteger(), nullable=True),
        sa.Column("superseded_by", sa.Integer(), nullable=True),
        sa.Column("device", sa.Integer(), nullable=False),
        sa.Column("cause", sa.Text(), nullable=False),
        sa.Column("daily_dose_mcg", Exact(), nullable=True),
        sa.Column("alarm_volume_ml", Exact(), nullable=True),
        sa.Column("reservoir_ml", Exact(), nullable=True),
        sa.Column("alarm_on", sa.Date(), nullable=True),
        sa.Column("is_confirmed", sa.Boolean(), nullable=False),
        sa.Column("battery_months", sa.Integer(), nullable=True),
        sa.Column("replacement_indicated", sa.Boolean(), nullable=False),
        sa.Column("source", sa.Text(), nullable=False),
        sa.Column("second_by", sa.BigInteger(), nullable=True),
        sa.CheckConstraint(
            "cause IN ('alarm', 'alarm_volume', 'bolus', 'dose', 'mri', 'routine', 'stopped')", name="cause"
        ),
        sa.CheckConstraint("CAST(daily_dose_mcg AS NUMERIC) > 0", name="daily_dose_mcg_positive"),
        sa.CheckConstraint("CAST(alarm_volume_ml AS NUMERIC) >= 0", name="alarm_volume_ml_not_negative"),
        sa.CheckConstraint("CAST(reservoir_ml AS NUMERIC) >= 0", name="reservoir_ml_not_negative"),
        sa.CheckConstraint("battery_months >= 0", name="battery"),
        sa.CheckConstraint("alarm_on IS NOT NULL OR NOT is_confirmed", name="confirmed_date"),
        sa.CheckConstraint("effective_at <= recorded_at", name="happened_before_written"),
        sa.CheckConstraint("seq > 0", name="seq"),
        sa.CheckConstraint("superseded_by > seq", name="superseded_later"),
        sa.ForeignKeyConstraint(
            ["clinic_id", "case_id", "device"], ["devices.clinic_id", "devices.case_id", "devices.seq"]
        ),
        sa.ForeignKeyConstraint(["clinic_id", "case_id"], ["cases.clinic_id", "cases.id"]),
        sa.ForeignKeyConstraint(["clinic_id", "recorded_by"], ["memberships.clinic_id", "memberships.user_id"]),
        sa.ForeignKeyConstraint(["clinic_id", "second_by"], ["memberships.clinic_id", "memberships.user_id"]),
        sa.PrimaryKeyConstraint("clinic_id", "case_id", "seq"),
        sqlite_with_rowid=False,
    )
    guard_facts(op.get_bind(), TABLE)


def downgrade() -> None:
    """Drops it, and its guards with it."""
    op.drop_table(TABLE)
