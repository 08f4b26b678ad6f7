"""Lets it be said where the drug for the next refill is."""

from alembic import op

from tracker.persistence.schema_changes import close_vocabulary

revision = "0018"
down_revision = "0017"
branch_labels = None
depends_on = None

DETERMINED = (
    "dose_order", "outcome", "trial_aborted", "observation_ended", "decision", "waiver", "earlier_benefit", "hold",
    "death", "transfer", "therapy_stopped", "withdrawal_watch_closed", "refill_plan", "deviation",
    "deviation_reviewed", "not_before", "pump_call_settled",
)  # fmt: skip


def upgrade() -> None:
    """Adds the word to what people determine."""
    close_vocabulary(op.get_bind(), "determinations", "kind", [*DETERMINED, "drug_stock"])


def downgrade() -> None:
    """Takes it back; on PostgreSQL only while nobody has used it."""
    close_vocabulary(op.get_bind(), "determinations", "kind", DETERMINED)
