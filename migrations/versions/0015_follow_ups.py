"""What is done afterwards by a rule of the pathway file: calls, wounds looked at, sutures out."""

import sqlalchemy as sa
from alembic import op

from tracker.persistence.schema_changes import guard_facts
from tracker.persistence.types import UTCDateTime

revision = "0015"
down_revision = "0014"
branch_labels = None
depends_on = None

TABLE = "follow_ups"


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
        sa.Column("rule", sa.Text(), nullable=False),
        sa.Column("about_seq", sa.Integer(), nullable=False),
        sa.Column("result", sa.Text(), nullable=False),
        sa.Column("note", sa.Text(), nullable=False),
        sa.Column("next_on", sa.Date(), nullable=True),
        sa.CheckConstraint("about_seq < seq", name="about_earlier"),
        sa.CheckConstraint("rule <> '' AND result <> ''", name="answered"),
        sa.CheckConstraint("effective_at <= recorded_at", name="happened_before_written"),
        sa.CheckConstraint("seq > 0", name="seq"),
        sa.CheckConstraint("superseded_by > seq", name="superseded_later"),
        sa.ForeignKeyConstraint(["clinic_id", "case_id"], ["cases.clinic_id", "cases.id"]),
        sa.ForeignKeyConstraint(["clinic_id", "recorded_by"], ["memberships.clinic_id", "memberships.user_id"]),
        sa.PrimaryKeyConstraint("clinic_id", "case_id", "seq"),
        sqlite_with_rowid=False,
    )
    guard_facts(op.get_bind(), TABLE)


def downgrade() -> None:
    """Drops it, and its guards with it."""
    op.drop_table(TABLE)
