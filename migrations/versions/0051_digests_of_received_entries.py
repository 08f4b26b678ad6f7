"""What was taken under the id of an entry is told from another answer that comes under the same id."""

import sqlalchemy as sa
from alembic import op

revision = "0051"
down_revision = "0050"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Of what was received before nothing is known: it counts as the same when it is sent again, as it did."""
    op.add_column("received_entries", sa.Column("digest", sa.Text(), nullable=True))


def downgrade() -> None:
    """Another answer under a used id is taken for the same one again."""
    op.drop_column("received_entries", "digest")
