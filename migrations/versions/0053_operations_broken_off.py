"""An operation that had begun and put nothing in is a cause for which a visit is lost."""

from alembic import op

from tracker.persistence.schema_changes import close_vocabulary

revision = "0053"
down_revision = "0052"
branch_labels = None
depends_on = None

CAUSES = (
    "did_not_come", "ill", "condition_changed", "not_prepared", "declined", "no_way_here", "no_longer_needed",
    "evaluation_incomplete", "no_authorization", "papers_missing", "behind_schedule", "no_bed", "equipment_missing",
    "staff_missing", "emergency", "scheduling_error", "other",
)  # fmt: skip


def upgrade() -> None:
    """Nothing that is stored changes."""
    close_vocabulary(op.get_bind(), "visit_losses", "cause", (*CAUSES, "broken_off"))


def downgrade() -> None:
    """It refuses where one is stored."""
    close_vocabulary(op.get_bind(), "visit_losses", "cause", CAUSES)
