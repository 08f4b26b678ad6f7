"""The lanes' index holds the id too: the first cards of a lane are read off it in order, without looking at a case."""

import sqlalchemy as sa
from alembic import op

revision = "0011"
down_revision = "0010"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Makes it wider."""
    _lanes("clinic_id", "pathway", "stage", "stage_entered_at", "id", "target_on")


def downgrade() -> None:
    """Back to the one without."""
    _lanes("clinic_id", "pathway", "stage", "stage_entered_at", "target_on")


def _lanes(*columns: str) -> None:
    op.drop_index("ix_cases_open_by_stage", "cases")
    op.create_index(
        "ix_cases_open_by_stage",
        "cases",
        list(columns),
        sqlite_where=sa.text("is_open = 1"),
        postgresql_where=sa.text("is_open"),
    )
