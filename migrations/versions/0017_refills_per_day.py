"""How many pumps a clinic can refill on an open day, so that a week with too many is seen before it comes."""

import sqlalchemy as sa
from alembic import op

revision = "0017"
down_revision = "0016"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Adds the column; empty means that nobody has said."""
    op.add_column("clinics", sa.Column("refills_per_day", sa.Integer(), nullable=True))


def downgrade() -> None:
    """Takes it away."""
    op.drop_column("clinics", "refills_per_day")
