"""What somebody sent after their sign-in had ended, kept for them for some hours."""

import sqlalchemy as sa
from alembic import op

from tracker.persistence.types import UTCDateTime

revision = "0024"
down_revision = "0023"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Creates the table."""
    op.create_table(
        "kept_forms",
        sa.Column("clinic_id", sa.BigInteger(), autoincrement=False, nullable=False),
        sa.Column("id", sa.BigInteger(), autoincrement=False, nullable=False),
        sa.Column("user_id", sa.BigInteger(), nullable=False),
        sa.Column("kept_at", UTCDateTime(), nullable=False),
        sa.Column("sealed", sa.Text(), nullable=False),
        sa.CheckConstraint("sealed <> ''", name="sealed"),
        sa.ForeignKeyConstraint(["clinic_id", "user_id"], ["memberships.clinic_id", "memberships.user_id"]),
        sa.ForeignKeyConstraint(["clinic_id"], ["clinics.id"]),
        sa.PrimaryKeyConstraint("clinic_id", "id"),
    )
    op.create_index("ix_kept_forms_user_id_kept_at", "kept_forms", ["clinic_id", "user_id", "kept_at"])


def downgrade() -> None:
    """Takes it away."""
    op.drop_table("kept_forms")
