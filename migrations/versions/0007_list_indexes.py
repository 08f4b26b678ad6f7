"""Indexes in the order of the lists: the board's lanes with their targets, and to-dos by each of their three dates."""

import sqlalchemy as sa
from alembic import op

revision = "0007"
down_revision = "0006"
branch_labels = None
depends_on = None

TODO_DATES = {"due": "due_on", "critical": "critical_on", "warn": "warn_on"}


def upgrade() -> None:
    """The lanes' index also answers who is over target; a refill that is planned is no to-do."""
    _lanes("clinic_id", "pathway", "stage", "stage_entered_at", "target_on")
    op.drop_index("ix_obligations_open_by_due", "obligations")
    for name, column in TODO_DATES.items():
        op.create_index(
            f"ix_obligations_todo_by_{name}",
            "obligations",
            ["clinic_id", column],
            sqlite_where=sa.text("is_open = 1 AND planned_seq IS NULL"),
            postgresql_where=sa.text("is_open AND planned_seq IS NULL"),
        )


def downgrade() -> None:
    """Back to one index by the due date."""
    for name in TODO_DATES:
        op.drop_index(f"ix_obligations_todo_by_{name}", "obligations")
    op.create_index(
        "ix_obligations_open_by_due",
        "obligations",
        ["clinic_id", "due_on"],
        sqlite_where=sa.text("is_open = 1"),
        postgresql_where=sa.text("is_open"),
    )
    _lanes("clinic_id", "stage", "stage_entered_at")


def _lanes(*columns: str) -> None:
    op.drop_index("ix_cases_open_by_stage", "cases")
    op.create_index(
        "ix_cases_open_by_stage",
        "cases",
        list(columns),
        sqlite_where=sa.text("is_open = 1"),
        postgresql_where=sa.text("is_open"),
    )
