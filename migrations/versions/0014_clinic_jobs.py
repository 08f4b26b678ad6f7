"""What the scheduler does for each clinic by itself: who asked for it, who is at it, and what came of it."""

import sqlalchemy as sa
from alembic import op

from tracker.persistence.types import Json, UTCDateTime

revision = "0014"
down_revision = "0013"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Creates the table."""
    op.create_table(
        "clinic_jobs",
        sa.Column("clinic_id", sa.BigInteger(), autoincrement=False, nullable=False),
        sa.Column("name", sa.Text(), nullable=False),
        sa.Column("asked_at", UTCDateTime(), nullable=True),
        sa.Column("asked_by", sa.BigInteger(), nullable=True),
        sa.Column("claim_token", sa.Text(), nullable=True),
        sa.Column("claimed_at", UTCDateTime(), nullable=True),
        sa.Column("done_at", UTCDateTime(), nullable=True),
        sa.Column("result", Json(), nullable=False),
        sa.CheckConstraint("(claim_token IS NULL) = (claimed_at IS NULL)", name="claimed_at"),
        sa.ForeignKeyConstraint(["clinic_id", "asked_by"], ["memberships.clinic_id", "memberships.user_id"]),
        sa.ForeignKeyConstraint(["clinic_id"], ["clinics.id"]),
        sa.PrimaryKeyConstraint("clinic_id", "name"),
    )


def downgrade() -> None:
    """Takes it away."""
    op.drop_table("clinic_jobs")
