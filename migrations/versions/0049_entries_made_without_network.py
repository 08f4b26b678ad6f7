"""Answers that a tablet kept until the server had them: each is taken once, however often it is sent."""

import sqlalchemy as sa
from alembic import op

from tracker.persistence.types import UTCDateTime

revision = "0049"
down_revision = "0048"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Nothing was received yet."""
    op.create_table(
        "received_entries",
        sa.Column("clinic_id", sa.BigInteger(), autoincrement=False, nullable=False),
        sa.Column("entry_id", sa.Text(), nullable=False),
        sa.Column("user_id", sa.BigInteger(), nullable=False),
        sa.Column("case_id", sa.BigInteger(), nullable=True),
        sa.Column("appointment", sa.Integer(), nullable=False),
        sa.Column("item", sa.Text(), nullable=False),
        sa.Column("made_at", UTCDateTime(), nullable=False),
        sa.Column("received_at", UTCDateTime(), nullable=False),
        sa.Column("outcome", sa.Text(), nullable=False),
        sa.Column("answer_seq", sa.Integer(), nullable=True),
        sa.CheckConstraint("length(entry_id) = 32", name="entry_id"),
        sa.CheckConstraint("outcome IN ('conflict', 'refused', 'saved')", name="outcome"),
        sa.CheckConstraint("answer_seq IS NULL OR outcome = 'saved'", name="answer_of_saved"),
        sa.ForeignKeyConstraint(["clinic_id", "case_id"], ["cases.clinic_id", "cases.id"]),
        sa.ForeignKeyConstraint(["clinic_id", "user_id"], ["memberships.clinic_id", "memberships.user_id"]),
        sa.ForeignKeyConstraint(["clinic_id"], ["clinics.id"]),
        sa.PrimaryKeyConstraint("clinic_id", "entry_id"),
    )


def downgrade() -> None:
    """Forgets which entries were received: one that is sent again would be taken again."""
    op.drop_table("received_entries")
