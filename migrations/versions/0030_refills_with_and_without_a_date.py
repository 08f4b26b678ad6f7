"""A refill says itself whether its date can be relied on, and each half of the list of refills has an index."""

import sqlalchemy as sa
from alembic import op

revision = "0030"
down_revision = "0029"
branch_labels = None
depends_on = None

WITHOUT_DATE = "kind = 'refill' AND reason IN ('alarm_date_unknown', 'refill_by_earliest_known')"
WITH_DATE = "kind = 'refill' AND reason NOT IN ('alarm_date_unknown', 'refill_by_earliest_known')"
INDEXES = {"ix_obligations_refills_without_date": WITHOUT_DATE, "ix_obligations_refills_with_date": WITH_DATE}
ALARM_DATES = "ix_obligations_alarm_dates"


def upgrade() -> None:
    """Until now the to-do to find the date said it alone."""
    op.execute(
        "UPDATE obligations SET reason = 'refill_by_earliest_known'"
        " WHERE is_open AND kind = 'refill' AND reason <> 'alarm_date_unknown' AND EXISTS ("
        "SELECT 1 FROM obligations AS missing WHERE missing.is_open AND missing.kind = 'alarm_date'"
        " AND missing.reason IN ('alarm_date_unknown', 'alarm_date_void')"
        " AND missing.clinic_id = obligations.clinic_id AND missing.case_id = obligations.case_id"
        " AND missing.device = obligations.device)"
    )
    op.drop_index(ALARM_DATES, "obligations")
    for name, which in INDEXES.items():
        op.create_index(
            name,
            "obligations",
            ["clinic_id", "due_on", "critical_on", "id", "kind", "reason", "is_open"],
            sqlite_where=sa.text(f"is_open = 1 AND {which}"),
            postgresql_where=sa.text(f"is_open AND {which}"),
        )


def downgrade() -> None:
    """What drives such a date is said again by the next comparison of the night."""
    for name in INDEXES:
        op.drop_index(name, "obligations")
    op.create_index(
        ALARM_DATES,
        "obligations",
        ["clinic_id", "kind", "reason", "case_id", "device"],
        sqlite_where=sa.text("is_open = 1 AND kind = 'alarm_date'"),
        postgresql_where=sa.text("is_open AND kind = 'alarm_date'"),
    )
