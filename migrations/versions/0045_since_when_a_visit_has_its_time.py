"""A visit keeps since when it has its time: to confirm it, or to give it another room, makes nothing due later."""

import sqlalchemy as sa
from alembic import op

from tracker.persistence.schema_changes import guard_facts
from tracker.persistence.types import UTCDateTime

revision = "0045"
down_revision = "0044"
branch_labels = None
depends_on = None

TABLE = "appointments"


def upgrade() -> None:
    """Of visits that were confirmed before, the day of that counts as the day of booking, as it did."""
    op.add_column(TABLE, sa.Column("timed_at", UTCDateTime(), nullable=True))
    _guard_anew()


def downgrade() -> None:
    """Forgets it."""
    _drop_guards()
    op.drop_column(TABLE, "timed_at")
    if op.get_bind().dialect.name == "sqlite":
        guard_facts(op.get_bind(), TABLE)


def _guard_anew() -> None:
    """On SQLite the guard names every column of the table; on PostgreSQL it sees them all by itself."""
    if op.get_bind().dialect.name == "sqlite":
        _drop_guards()
        guard_facts(op.get_bind(), TABLE)


def _drop_guards() -> None:
    if op.get_bind().dialect.name == "sqlite":
        op.execute("DROP TRIGGER appointments_not_deleted")
        op.execute("DROP TRIGGER appointments_only_superseded")
