"""Pumps without a date to rely on, and the first pump of a clinic, are found by an index each."""

import sqlalchemy as sa
from alembic import op

revision = "0029"
down_revision = "0028"
branch_labels = None
depends_on = None

ALARM_DATES = "ix_obligations_alarm_dates"
DEVICES = "ix_devices_clinic_id_kind_recorded_at"


def upgrade() -> None:
    """Creates them."""
    op.create_index(
        ALARM_DATES,
        "obligations",
        ["clinic_id", "kind", "reason", "case_id", "device"],
        sqlite_where=sa.text("is_open = 1 AND kind = 'alarm_date'"),
        postgresql_where=sa.text("is_open AND kind = 'alarm_date'"),
    )
    op.create_index(DEVICES, "devices", ["clinic_id", "kind", "recorded_at"])


def downgrade() -> None:
    """Takes them away."""
    op.drop_index(DEVICES, "devices")
    op.drop_index(ALARM_DATES, "obligations")
