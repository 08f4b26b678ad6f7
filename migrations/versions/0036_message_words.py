"""The words that a clinic gives its messages, each version once."""

import sqlalchemy as sa
from alembic import op

from tracker.persistence.schema_changes import guard_rows
from tracker.persistence.types import UTCDateTime

revision = "0036"
down_revision = "0035"
branch_labels = None
depends_on = None

TABLE = "message_words"


def upgrade() -> None:
    """Creates the table: until a clinic writes its own, the shipped words count."""
    op.create_table(
        TABLE,
        sa.Column("clinic_id", sa.BigInteger(), autoincrement=False, nullable=False),
        sa.Column("template", sa.Text(), nullable=False),
        sa.Column("language", sa.Text(), nullable=False),
        sa.Column("channel", sa.Text(), nullable=False),
        sa.Column("version", sa.Integer(), autoincrement=False, nullable=False),
        sa.Column("subject", sa.Text(), nullable=False),
        sa.Column("body", sa.Text(), nullable=False),
        sa.Column("shipped_version", sa.Integer(), nullable=False),
        sa.Column("written_at", UTCDateTime(), nullable=False),
        sa.Column("written_by", sa.BigInteger(), nullable=False),
        sa.CheckConstraint("channel IN ('email', 'letter', 'sms')", name="channel"),
        sa.CheckConstraint("version > 1000", name="version"),
        sa.CheckConstraint("body <> ''", name="body"),
        sa.ForeignKeyConstraint(["clinic_id", "written_by"], ["memberships.clinic_id", "memberships.user_id"]),
        sa.ForeignKeyConstraint(["clinic_id"], ["clinics.id"]),
        sa.PrimaryKeyConstraint("clinic_id", "template", "language", "channel", "version"),
    )
    guard_rows(op.get_bind(), TABLE)


def downgrade() -> None:
    """Drops it, and the guards with it: the shipped words count again."""
    op.drop_table(TABLE)
