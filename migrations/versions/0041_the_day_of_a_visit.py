"""The day of a visit: where it stands, what is arranged around it, and why it was lost."""

import sqlalchemy as sa
from alembic import op

from tracker.persistence.schema_changes import guard_facts
from tracker.persistence.types import UTCDateTime

revision = "0041"
down_revision = "0040"
branch_labels = None
depends_on = None

CAUSES = (
    "'behind_schedule', 'condition_changed', 'declined', 'did_not_come', 'emergency', 'equipment_missing', "
    "'evaluation_incomplete', 'ill', 'no_authorization', 'no_bed', 'no_longer_needed', 'no_way_here', 'not_prepared', "
    "'other', 'papers_missing', 'scheduling_error', 'staff_missing'"
)


def _fact_table(table: str, *own: sa.schema.SchemaItem) -> None:
    op.create_table(
        table,
        sa.Column("clinic_id", sa.BigInteger(), autoincrement=False, nullable=False),
        sa.Column("case_id", sa.BigInteger(), nullable=False),
        sa.Column("seq", sa.Integer(), nullable=False),
        sa.Column("effective_at", UTCDateTime(), nullable=False),
        sa.Column("recorded_at", UTCDateTime(), nullable=False),
        sa.Column("recorded_by", sa.BigInteger(), nullable=True),
        sa.Column("superseded_by", sa.Integer(), nullable=True),
        sa.Column("appointment", sa.Integer(), nullable=False),
        *own,
        sa.CheckConstraint("effective_at <= recorded_at", name="happened_before_written"),
        sa.CheckConstraint("seq > 0", name="seq"),
        sa.CheckConstraint("superseded_by > seq", name="superseded_later"),
        sa.ForeignKeyConstraint(
            ["clinic_id", "case_id", "appointment"],
            ["appointments.clinic_id", "appointments.case_id", "appointments.seq"],
        ),
        sa.ForeignKeyConstraint(["clinic_id", "case_id"], ["cases.clinic_id", "cases.id"]),
        sa.ForeignKeyConstraint(["clinic_id", "recorded_by"], ["memberships.clinic_id", "memberships.user_id"]),
        sa.PrimaryKeyConstraint("clinic_id", "case_id", "seq"),
        sqlite_with_rowid=False,
    )
    guard_facts(op.get_bind(), table)


def _one_live(table: str) -> None:
    where = sa.text("superseded_by IS NULL")
    op.create_index(
        f"uq_{table}_live", table, ["clinic_id", "case_id", "appointment"], unique=True,
        sqlite_where=where, postgresql_where=where,
    )  # fmt: skip


def upgrade() -> None:
    """Creates the three tables, guarded as every fact is."""
    kinds = "'admitted', 'discharged', 'observation', 'preparation', 'procedure', 'ready', 'transferred'"
    _fact_table(
        "visit_moments",
        sa.Column("kind", sa.Text(), nullable=False),
        sa.CheckConstraint(f"kind IN ({kinds})", name="kind"),
    )
    _fact_table(
        "arrangements",
        *(
            sa.Column(name, sa.Text(), nullable=False)
            for name in ("escort", "escort_name", "escort_phone", "anaesthesia", "interpreter")
        ),
        sa.Column("turn_at", UTCDateTime(), nullable=True),
        sa.CheckConstraint("escort IN ('named', 'nobody', 'not_needed', '')", name="escort"),
        sa.CheckConstraint("anaesthesia IN ('general', 'local', 'none', 'sedation', '')", name="anaesthesia"),
        sa.CheckConstraint("interpreter IN ('booked', 'here', 'needed', 'not_needed', '')", name="interpreter"),
        sa.CheckConstraint("(escort = 'named') = (escort_name <> '')", name="escort_named"),
    )
    _one_live("arrangements")
    _fact_table(
        "visit_losses",
        sa.Column("cause", sa.Text(), nullable=False),
        sa.Column("held", sa.Text(), nullable=False),
        sa.Column("teller_id", sa.BigInteger(), nullable=True),
        sa.CheckConstraint(f"cause IN ({CAUSES})", name="cause"),
        sa.CheckConstraint("held IN ('nothing', 'teller', 'unknown', '')", name="held"),
        sa.CheckConstraint("(held = 'teller') = (teller_id IS NOT NULL)", name="teller"),
        sa.ForeignKeyConstraint(["clinic_id", "teller_id"], ["memberships.clinic_id", "memberships.user_id"]),
    )
    _one_live("visit_losses")


def downgrade() -> None:
    """Drops them, and their guards with them."""
    for table in ("visit_losses", "arrangements", "visit_moments"):
        op.drop_table(table)
