"""A reminder remembers how often whoever held it went away without a word, so that it can be parked."""

import sqlalchemy as sa
from alembic import op

from tracker.persistence.schema_changes import add_constraints, drop_constraints

revision = "0035"
down_revision = "0034"
branch_labels = None
depends_on = None

COUNTED = {"ck_reminders_stumbles": "CHECK (stumbles >= 0)"}


def upgrade() -> None:
    """None has stumbled yet."""
    op.add_column("reminders", sa.Column("stumbles", sa.Integer(), nullable=False, server_default="0"))
    add_constraints(op.get_bind(), "reminders", COUNTED)


def downgrade() -> None:
    """Takes the count away."""
    drop_constraints(op.get_bind(), "reminders", COUNTED)
    op.drop_column("reminders", "stumbles")
