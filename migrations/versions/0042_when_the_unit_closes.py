"""When a clinic's unit closes, and the address of its wall view."""

import sqlalchemy as sa
from alembic import op

revision = "0042"
down_revision = "0041"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Adds the columns; empty means that nobody has said, and that there is no wall view."""
    for name in ("closes_at", "wall_key"):
        op.add_column("clinics", sa.Column(name, sa.Text(), nullable=False, server_default=""))


def downgrade() -> None:
    """Takes them away."""
    for name in ("closes_at", "wall_key"):
        op.drop_column("clinics", name)
