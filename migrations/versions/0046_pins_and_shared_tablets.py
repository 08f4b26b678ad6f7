"""A PIN for each member, and sessions that belong to a shared tablet and wait there, locked, for their owner."""

import sqlalchemy as sa
from alembic import op

from tracker.persistence.types import UTCDateTime

revision = "0046"
down_revision = "0045"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Nobody has a PIN, and no device is known to be shared."""
    op.create_table(
        "member_pins",
        sa.Column("clinic_id", sa.BigInteger(), autoincrement=False, nullable=False),
        sa.Column("user_id", sa.BigInteger(), nullable=False),
        sa.Column("pin_hash", sa.Text(), nullable=False),
        sa.Column("set_at", UTCDateTime(), nullable=False),
        sa.Column("failures", sa.Integer(), nullable=False),
        sa.CheckConstraint("failures >= 0", name="failures"),
        sa.ForeignKeyConstraint(["clinic_id", "user_id"], ["memberships.clinic_id", "memberships.user_id"]),
        sa.ForeignKeyConstraint(["clinic_id"], ["clinics.id"]),
        sa.PrimaryKeyConstraint("clinic_id", "user_id"),
    )
    op.add_column("signin_sessions", sa.Column("tablet_hash", sa.Text(), nullable=True))
    op.add_column("signin_sessions", sa.Column("locked_at", UTCDateTime(), nullable=True))
    op.create_index(
        "ix_signin_sessions_tablet_hash",
        "signin_sessions",
        ["tablet_hash"],
        sqlite_where=sa.text("tablet_hash IS NOT NULL"),
        postgresql_where=sa.text("tablet_hash IS NOT NULL"),
    )


def downgrade() -> None:
    """Takes the PINs away; who signed in on a shared tablet signs in again."""
    op.execute("DELETE FROM signin_sessions WHERE tablet_hash IS NOT NULL")
    op.drop_index("ix_signin_sessions_tablet_hash", "signin_sessions")
    op.drop_column("signin_sessions", "locked_at")
    op.drop_column("signin_sessions", "tablet_hash")
    op.drop_table("member_pins")
