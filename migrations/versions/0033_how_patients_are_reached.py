"""Who did what about reaching a patient, and a neutral name of the clinic for its messages."""

import sqlalchemy as sa
from alembic import op

from tracker.persistence.schema_changes import guard_rows
from tracker.persistence.types import UTCDateTime

revision = "0033"
down_revision = "0032"
branch_labels = None
depends_on = None

TABLE = "contact_point_changes"
WHAT = (
    "added", "allowed", "ended", "language", "prefers", "rewritten", "stopped", "texts_agreed", "texts_withdrawn",
    "verified", "zone",
)  # fmt: skip


def upgrade() -> None:
    """Creates the table; what stands in it stays. What was done before it is not known to anybody."""
    op.create_table(
        TABLE,
        sa.Column("clinic_id", sa.BigInteger(), autoincrement=False, nullable=False),
        sa.Column("id", sa.BigInteger(), autoincrement=False, nullable=False),
        sa.Column("patient_id", sa.BigInteger(), nullable=False),
        sa.Column("point_id", sa.BigInteger(), nullable=True),
        sa.Column("changed_at", UTCDateTime(), nullable=False),
        sa.Column("changed_by", sa.BigInteger(), nullable=True),
        sa.Column("what", sa.Text(), nullable=False),
        sa.Column("detail", sa.Text(), nullable=False),
        sa.CheckConstraint(f"what IN ({', '.join(repr(word) for word in WHAT)})", name="what"),
        sa.ForeignKeyConstraint(["clinic_id", "changed_by"], ["memberships.clinic_id", "memberships.user_id"]),
        sa.ForeignKeyConstraint(["clinic_id", "patient_id"], ["patients.clinic_id", "patients.id"]),
        sa.ForeignKeyConstraint(
            ["clinic_id", "point_id", "patient_id"],
            ["contact_points.clinic_id", "contact_points.id", "contact_points.patient_id"],
        ),
        sa.ForeignKeyConstraint(["clinic_id"], ["clinics.id"]),
        sa.PrimaryKeyConstraint("clinic_id", "id"),
    )
    op.create_index("ix_contact_point_changes_clinic_id_patient_id", TABLE, ["clinic_id", "patient_id"])
    guard_rows(op.get_bind(), TABLE)
    op.add_column("clinics", sa.Column("message_name", sa.Text(), nullable=False, server_default=""))


def downgrade() -> None:
    """Drops them, and the guards with the table."""
    op.drop_column("clinics", "message_name")
    op.drop_table(TABLE)
