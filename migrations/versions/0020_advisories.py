"""A manufacturer's advisories about parts in patients, and what was done about them."""

import sqlalchemy as sa
from alembic import op

from tracker.persistence.schema_changes import close_vocabulary, guard_facts
from tracker.persistence.types import UTCDateTime

revision = "0020"
down_revision = "0019"
branch_labels = None
depends_on = None

TABLE = "advisories"
DETERMINED = (
    "dose_order", "outcome", "trial_aborted", "observation_ended", "decision", "waiver", "earlier_benefit", "hold",
    "death", "transfer", "therapy_stopped", "withdrawal_watch_closed", "refill_plan", "deviation",
    "deviation_reviewed", "not_before", "pump_call_settled", "drug_stock", "scan_decided", "scan_task_done",
    "pump_switched_off",
)  # fmt: skip


def upgrade() -> None:
    """Creates the table, guarded as every fact is, and lets it be said what was done."""
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
        sa.Column("number", sa.Text(), nullable=False),
        sa.Column("text", sa.Text(), nullable=False),
        sa.CheckConstraint("number <> ''", name="number"),
        sa.CheckConstraint("effective_at <= recorded_at", name="happened_before_written"),
        sa.CheckConstraint("seq > 0", name="seq"),
        sa.CheckConstraint("superseded_by > seq", name="superseded_later"),
        sa.ForeignKeyConstraint(
            ["clinic_id", "case_id", "device"], ["devices.clinic_id", "devices.case_id", "devices.seq"]
        ),
        sa.ForeignKeyConstraint(["clinic_id", "case_id"], ["cases.clinic_id", "cases.id"]),
        sa.ForeignKeyConstraint(["clinic_id", "recorded_by"], ["memberships.clinic_id", "memberships.user_id"]),
        sa.PrimaryKeyConstraint("clinic_id", "case_id", "seq"),
        sqlite_with_rowid=False,
    )
    guard_facts(op.get_bind(), TABLE)
    close_vocabulary(op.get_bind(), "determinations", "kind", [*DETERMINED, "advisory_settled"])


def downgrade() -> None:
    """Drops it, and its guards with it."""
    close_vocabulary(op.get_bind(), "determinations", "kind", DETERMINED)
    op.drop_table(TABLE)
