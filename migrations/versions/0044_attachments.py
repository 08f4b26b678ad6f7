"""Scans of papers, which consents and documents name by their hash."""

import sqlalchemy as sa
from alembic import op

from tracker.persistence.schema_changes import add_constraints, drop_constraints, guard_facts, guard_rows
from tracker.persistence.types import UTCDateTime

revision = "0044"
down_revision = "0043"
branch_labels = None
depends_on = None

TABLE = "attachments"
NAMING = ("consents", "documents")
STANDS = "superseded_by IS NULL AND attachment IS NOT NULL"


def upgrade() -> None:
    """Creates the table and the columns that refer to it."""
    connection = op.get_bind()
    op.create_table(
        TABLE,
        sa.Column("clinic_id", sa.BigInteger(), autoincrement=False, nullable=False),
        sa.Column("case_id", sa.BigInteger(), nullable=False),
        sa.Column("digest", sa.Text(), nullable=False),
        sa.Column("media_type", sa.Text(), nullable=False),
        sa.Column("size", sa.Integer(), nullable=False),
        sa.Column("stored_at", UTCDateTime(), nullable=False),
        sa.Column("stored_by", sa.BigInteger(), nullable=False),
        sa.CheckConstraint("media_type IN ('application/pdf', 'image/jpeg', 'image/png')", name="media_type"),
        sa.CheckConstraint("length(digest) = 64 AND size > 0", name="whole"),
        sa.ForeignKeyConstraint(["clinic_id", "stored_by"], ["memberships.clinic_id", "memberships.user_id"]),
        sa.ForeignKeyConstraint(["clinic_id", "case_id"], ["cases.clinic_id", "cases.id"]),
        sa.ForeignKeyConstraint(["clinic_id"], ["clinics.id"]),
        sa.PrimaryKeyConstraint("clinic_id", "case_id", "digest"),
    )
    guard_rows(connection, TABLE)
    for table in NAMING:
        op.add_column(table, sa.Column("attachment", sa.Text(), nullable=True))
        _guard_anew(table)
        add_constraints(connection, table, _reference(table))
        op.create_index(
            f"uq_{table}_attachment",
            table,
            ["clinic_id", "attachment"],
            unique=True,
            sqlite_where=sa.text(STANDS),
            postgresql_where=sa.text(STANDS),
        )


def downgrade() -> None:
    """Takes all of it back. The files stay where they lie, and nothing names them any more."""
    connection = op.get_bind()
    for table in NAMING:
        op.drop_index(f"uq_{table}_attachment", table)
        drop_constraints(connection, table, _reference(table))
        if connection.dialect.name == "sqlite":
            _drop_guards(table)
        op.drop_column(table, "attachment")
        if connection.dialect.name == "sqlite":
            guard_facts(connection, table)
    op.drop_table(TABLE)


def _reference(table: str) -> dict[str, str]:
    return {
        f"fk_{table}_clinic_id_case_id_attachment": (
            "FOREIGN KEY(clinic_id, case_id, attachment) REFERENCES attachments (clinic_id, case_id, digest)"
        )
    }


def _guard_anew(table: str) -> None:
    """On SQLite the guard names every column of the table; on PostgreSQL it sees them all by itself."""
    if op.get_bind().dialect.name == "sqlite":
        _drop_guards(table)
        guard_facts(op.get_bind(), table)


def _drop_guards(table: str) -> None:
    op.execute(f"DROP TRIGGER {table}_not_deleted")
    op.execute(f"DROP TRIGGER {table}_only_superseded")
