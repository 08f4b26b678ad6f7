"""That a clinic held its pumps against another list, and what came of it."""

import sqlalchemy as sa
from alembic import op

from tracker.persistence.schema_changes import guard_rows
from tracker.persistence.types import Json, UTCDateTime

revision = "0023"
down_revision = "0022"
branch_labels = None
depends_on = None

TABLE = "pump_comparisons"
COUNTS = ("size_bytes", "agreed", "not_listed", "not_followed", "different", "unreadable", "tasks")


def upgrade() -> None:
    """Creates the table; what stands in it stays."""
    op.create_table(
        TABLE,
        sa.Column("clinic_id", sa.BigInteger(), autoincrement=False, nullable=False),
        sa.Column("id", sa.BigInteger(), autoincrement=False, nullable=False),
        sa.Column("compared_at", UTCDateTime(), nullable=False),
        sa.Column("compared_by", sa.BigInteger(), nullable=False),
        sa.Column("name", sa.Text(), nullable=False),
        sa.Column("digest", sa.Text(), nullable=False),
        *(sa.Column(name, sa.Integer(), nullable=False) for name in COUNTS),
        sa.Column("reasons", Json(), nullable=False),
        sa.Column("note", sa.Text(), nullable=False),
        sa.CheckConstraint("name <> ''", name="name"),
        sa.CheckConstraint("length(digest) = 64", name="digest"),
        sa.CheckConstraint(
            " AND ".join(("size_bytes > 0", *(f"{name} >= 0" for name in COUNTS[1:]))),
            name="counts",
        ),
        sa.ForeignKeyConstraint(["clinic_id", "compared_by"], ["memberships.clinic_id", "memberships.user_id"]),
        sa.ForeignKeyConstraint(["clinic_id"], ["clinics.id"]),
        sa.PrimaryKeyConstraint("clinic_id", "id"),
    )
    op.create_index("ix_pump_comparisons_clinic_id_compared_at", TABLE, ["clinic_id", "compared_at"])
    guard_rows(op.get_bind(), TABLE)


def downgrade() -> None:
    """Drops it, and its guards with it."""
    op.drop_table(TABLE)
