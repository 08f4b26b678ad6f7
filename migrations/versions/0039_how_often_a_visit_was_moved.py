"""A visit counts how often its time was changed: each time is told anew, and answers are about one of them."""

import sqlalchemy as sa
from alembic import op

from tracker.persistence.schema_changes import add_constraints, drop_constraints, guard_facts

revision = "0039"
down_revision = "0038"
branch_labels = None
depends_on = None

TABLES = ("appointments", "reply_links")
COUNTED = {table: {f"ck_{table}_moves": "CHECK (moves >= 0)"} for table in TABLES}


def upgrade() -> None:
    """None is known to have been moved: what was told of them so far counts as told."""
    for table in TABLES:
        op.add_column(table, sa.Column("moves", sa.Integer(), nullable=False, server_default="0"))
    _guard_anew()
    for table in TABLES:
        add_constraints(op.get_bind(), table, COUNTED[table])


def downgrade() -> None:
    """Takes the counts away."""
    for table in TABLES:
        drop_constraints(op.get_bind(), table, COUNTED[table])
    _drop_guards()
    for table in TABLES:
        op.drop_column(table, "moves")
    if op.get_bind().dialect.name == "sqlite":
        guard_facts(op.get_bind(), "appointments")


def _guard_anew() -> None:
    """On SQLite the guard names every column of the table; on PostgreSQL it sees them all by itself."""
    if op.get_bind().dialect.name == "sqlite":
        _drop_guards()
        guard_facts(op.get_bind(), "appointments")


def _drop_guards() -> None:
    if op.get_bind().dialect.name == "sqlite":
        op.execute("DROP TRIGGER appointments_not_deleted")
        op.execute("DROP TRIGGER appointments_only_superseded")
