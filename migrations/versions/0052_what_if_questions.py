"""What-if questions that are to be played with many pairs of years, and their answers for a day."""

import sqlalchemy as sa
from alembic import op

from tracker.persistence.types import Json, UTCDateTime

revision = "0052"
down_revision = "0051"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Creates the table."""
    op.create_table(
        "what_if_questions",
        sa.Column("clinic_id", sa.BigInteger(), autoincrement=False, nullable=False),
        sa.Column("key", sa.Text(), nullable=False),
        sa.Column("question", Json(), nullable=False),
        sa.Column("asked_at", UTCDateTime(), nullable=False),
        sa.Column("asked_by", sa.BigInteger(), nullable=False),
        sa.Column("as_of", UTCDateTime(), nullable=True),
        sa.Column("played_at", UTCDateTime(), nullable=True),
        sa.Column("body", sa.LargeBinary(), nullable=True),
        sa.CheckConstraint(
            "(played_at IS NULL) = (body IS NULL) AND (played_at IS NULL) = (as_of IS NULL)", name="played_at"
        ),
        sa.ForeignKeyConstraint(["clinic_id", "asked_by"], ["memberships.clinic_id", "memberships.user_id"]),
        sa.ForeignKeyConstraint(["clinic_id"], ["clinics.id"]),
        sa.PrimaryKeyConstraint("clinic_id", "key"),
    )


def downgrade() -> None:
    """Nothing is lost: a question can be asked again."""
    op.drop_table("what_if_questions")
