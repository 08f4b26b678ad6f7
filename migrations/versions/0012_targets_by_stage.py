"""Who is over target is counted stage by stage: an index in that order instead of one that no list was read by."""

import sqlalchemy as sa
from alembic import op

revision = "0012"
down_revision = "0011"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Targets by stage; the lanes' index need not hold them any more."""
    op.drop_index("ix_cases_open_by_target", "cases")
    op.drop_index("ix_cases_open_by_stage", "cases")
    _create("ix_cases_open_by_stage", "clinic_id", "pathway", "stage", "stage_entered_at", "id")
    _create("ix_cases_open_by_target", "clinic_id", "pathway", "stage", "target_on")


def downgrade() -> None:
    """As they were."""
    op.drop_index("ix_cases_open_by_target", "cases")
    op.drop_index("ix_cases_open_by_stage", "cases")
    _create("ix_cases_open_by_stage", "clinic_id", "pathway", "stage", "stage_entered_at", "id", "target_on")
    _create("ix_cases_open_by_target", "clinic_id", "target_on")


def _create(name: str, *columns: str) -> None:
    op.create_index(
        name, "cases", list(columns), sqlite_where=sa.text("is_open = 1"), postgresql_where=sa.text("is_open")
    )
