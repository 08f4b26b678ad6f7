"""How far each case has come, so that the report of conversions reads one index instead of every stay in a stage."""

import sqlalchemy as sa
from alembic import op

revision = "0008"
down_revision = "0007"
branch_labels = None
depends_on = None

INDEX = ("clinic_id", "pathway", "opened_at", "milestones", "stage")
SHOWN_BY = {
    1: "'trial_observation', 'trial_catheter_in'",
    2: "'implant_decision'",
    4: "'recovering'",
    8: "'pump_intake'",
}


def upgrade() -> None:
    """Adds the column, works it out for the cases that are there, and indexes it."""
    op.add_column("cases", sa.Column("milestones", sa.Integer(), nullable=False, server_default="0"))
    for value, stages in SHOWN_BY.items():
        op.execute(
            f"UPDATE cases SET milestones = milestones + {value} WHERE EXISTS (SELECT 1 FROM stage_visits AS visit"  # noqa: S608  # our own words
            f" WHERE visit.clinic_id = cases.clinic_id AND visit.case_id = cases.id AND visit.stage IN ({stages}))"
        )
    op.create_index("ix_cases_by_opening", "cases", list(INDEX))


def downgrade() -> None:
    """Takes both away."""
    op.drop_index("ix_cases_by_opening", "cases")
    op.drop_column("cases", "milestones")
