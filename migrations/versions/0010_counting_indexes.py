"""Indexes that hold all that two counts look at: critical to-dos that are refills, and outcomes of trials by day."""

import sqlalchemy as sa
from alembic import op

revision = "0010"
down_revision = "0009"
branch_labels = None
depends_on = None

IS_OUTCOME = sa.text("kind = 'outcome' AND superseded_by IS NULL")


def upgrade() -> None:
    """Makes the one wider, and the other."""
    _critical("clinic_id", "critical_on", "kind")
    op.create_index(
        "ix_determinations_outcomes",
        "determinations",
        ["clinic_id", "effective_at", "value", "kind", "superseded_by"],
        sqlite_where=IS_OUTCOME,
        postgresql_where=IS_OUTCOME,
    )


def downgrade() -> None:
    """Back to the narrow one alone."""
    op.drop_index("ix_determinations_outcomes", "determinations")
    _critical("clinic_id", "critical_on")


def _critical(*columns: str) -> None:
    op.drop_index("ix_obligations_todo_by_critical", "obligations")
    op.create_index(
        "ix_obligations_todo_by_critical",
        "obligations",
        list(columns),
        sqlite_where=sa.text("is_open = 1 AND planned_seq IS NULL"),
        postgresql_where=sa.text("is_open AND planned_seq IS NULL"),
    )
