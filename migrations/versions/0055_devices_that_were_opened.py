"""Whether devices were opened and not put in, said where an operation was broken off."""

from alembic import op

from tracker.persistence.schema_changes import close_vocabulary

revision = "0055"
down_revision = "0054"
branch_labels = None
depends_on = None

DETERMINED = (
    "dose_order", "outcome", "trial_aborted", "observation_ended", "decision", "waiver", "earlier_benefit", "hold",
    "death", "transfer", "therapy_stopped", "withdrawal_watch_closed", "refill_plan", "deviation",
    "deviation_reviewed", "not_before", "pump_call_settled", "drug_stock", "scan_decided", "scan_task_done",
    "pump_switched_off", "advisory_settled", "reoperation", "reoperation_done", "reoperation_ended", "time_final",
    "pump_order", "catheter_order",
)  # fmt: skip


def upgrade() -> None:
    """Nothing that is stored changes."""
    close_vocabulary(op.get_bind(), "determinations", "kind", (*DETERMINED, "devices_opened"))


def downgrade() -> None:
    """It refuses where one is stored."""
    close_vocabulary(op.get_bind(), "determinations", "kind", DETERMINED)
