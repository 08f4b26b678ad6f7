"""Who was paged about a pump call whose patient was not found."""

import sqlalchemy as sa
from alembic import op

from tracker.persistence.types import UTCDateTime

revision = "0025"
down_revision = "0024"
branch_labels = None
depends_on = None

PAGED = "ix_staff_tasks_paged"


def upgrade() -> None:
    """Creates the table, and what finds such calls."""
    op.create_table(
        "task_pages",
        sa.Column("clinic_id", sa.BigInteger(), autoincrement=False, nullable=False),
        sa.Column("task_id", sa.BigInteger(), nullable=False),
        sa.Column("number", sa.Integer(), nullable=False),
        sa.Column("user_id", sa.BigInteger(), nullable=False),
        sa.Column("paged_at", UTCDateTime(), nullable=False),
        sa.Column("outcome", sa.Text(), nullable=False),
        sa.CheckConstraint("number > 0", name="number"),
        sa.ForeignKeyConstraint(["clinic_id"], ["clinics.id"]),
        sa.ForeignKeyConstraint(["clinic_id", "task_id"], ["staff_tasks.clinic_id", "staff_tasks.id"]),
        sa.ForeignKeyConstraint(["clinic_id", "user_id"], ["memberships.clinic_id", "memberships.user_id"]),
        sa.PrimaryKeyConstraint("clinic_id", "task_id", "number"),
    )
    is_paged = sa.text("done_at IS NULL AND kind = 'pump_call_unknown'")
    op.create_index(PAGED, "staff_tasks", ["clinic_id"], sqlite_where=is_paged, postgresql_where=is_paged)


def downgrade() -> None:
    """Takes them away."""
    op.drop_index(PAGED, "staff_tasks")
    op.drop_table("task_pages")
