"""Counts of to-dos are read off indexes alone, and unplanned refills have one of their own."""

import sqlalchemy as sa
from alembic import op

revision = "0022"
down_revision = "0021"
branch_labels = None
depends_on = None

UNPLANNED = "ix_obligations_unplanned_refills"


def upgrade() -> None:
    """What the condition says stands in the index too: SQLite looks at the rows otherwise."""
    for by, more in (("due", ()), ("critical", ("kind",)), ("warn", ())):
        op.drop_index(f"ix_obligations_todo_by_{by}", "obligations")
        _create(f"ix_obligations_todo_by_{by}", f"{by}_on", *more, "is_open", "planned_seq")
    _create(UNPLANNED, "critical_on", "kind", "is_open", "planned_seq", also=" AND kind = 'refill'")


def downgrade() -> None:
    """Back to the narrow ones."""
    op.drop_index(UNPLANNED, "obligations")
    for by, more in (("due", ()), ("critical", ("kind",)), ("warn", ())):
        op.drop_index(f"ix_obligations_todo_by_{by}", "obligations")
        _create(f"ix_obligations_todo_by_{by}", f"{by}_on", *more)


def _create(name: str, *columns: str, also: str = "") -> None:
    op.create_index(
        name,
        "obligations",
        ["clinic_id", *columns],
        sqlite_where=sa.text(f"is_open = 1 AND planned_seq IS NULL{also}"),
        postgresql_where=sa.text(f"is_open AND planned_seq IS NULL{also}"),
    )
