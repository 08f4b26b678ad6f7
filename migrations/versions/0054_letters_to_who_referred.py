"""A letter to who referred a patient is a kind of document."""

from alembic import op

from tracker.persistence.schema_changes import close_vocabulary

revision = "0054"
down_revision = "0053"
branch_labels = None
depends_on = None

KINDS = (
    "history_and_physical", "laboratory", "psychological_evaluation", "programmer_printout", "referral_letter", "other",
)  # fmt: skip


def upgrade() -> None:
    """Nothing that is stored changes."""
    close_vocabulary(op.get_bind(), "documents", "kind", (*KINDS, "referrer_letter"))


def downgrade() -> None:
    """It refuses where one is stored."""
    close_vocabulary(op.get_bind(), "documents", "kind", KINDS)
