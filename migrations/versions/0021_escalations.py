"""Who answers for what, who was told of what is still open, and the days that follow from an obligation's anchor."""

import sqlalchemy as sa
from alembic import op

from tracker.persistence.types import UTCDateTime

revision = "0021"
down_revision = "0020"
branch_labels = None
depends_on = None

ROLES = "'administrator', 'coordinator', 'front_desk', 'lead_coordinator', 'manager', 'nurse', 'physician', 'therapist'"
TOLD = "'coordinator', 'lead_coordinator', 'nurse', 'on_call', 'physician'"
CLIMBING = "ix_obligations_open_climbing"


def _clinic() -> tuple[sa.Column, sa.ForeignKeyConstraint]:
    return (
        sa.Column("clinic_id", sa.BigInteger(), autoincrement=False, nullable=False),
        sa.ForeignKeyConstraint(["clinic_id"], ["clinics.id"]),
    )


def _id() -> sa.Column:
    return sa.Column("id", sa.BigInteger(), autoincrement=False, nullable=False)


def _member(column: str) -> sa.ForeignKeyConstraint:
    return sa.ForeignKeyConstraint(["clinic_id", column], ["memberships.clinic_id", "memberships.user_id"])


def _of(table: str, column: str) -> sa.ForeignKeyConstraint:
    return sa.ForeignKeyConstraint(["clinic_id", column], [f"{table}.clinic_id", f"{table}.id"])


def upgrade() -> None:
    """Creates the tables and the columns; the reconciler fills the columns."""
    for column in (
        sa.Column("anchor_on", sa.Date(), nullable=True),
        sa.Column("climbs_on", sa.Date(), nullable=True),
        sa.Column("changed_at", UTCDateTime(), nullable=True),
    ):
        op.add_column("obligations", column)
    op.create_index(
        CLIMBING,
        "obligations",
        ["clinic_id", "climbs_on"],
        sqlite_where=sa.text("is_open = 1"),
        postgresql_where=sa.text("is_open"),
    )
    _create_people()
    _create_escalations()


def _create_people() -> None:
    op.create_table(
        "duties",
        *_clinic(),
        sa.Column("role", sa.Text(), nullable=False),
        sa.Column("user_id", sa.BigInteger(), nullable=True),
        sa.Column("cover_user_id", sa.BigInteger(), nullable=True),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.CheckConstraint(f"role IN ({ROLES})", name="role"),
        sa.CheckConstraint("cover_user_id <> user_id", name="another_covers"),
        _member("user_id"),
        _member("cover_user_id"),
        sa.PrimaryKeyConstraint("clinic_id", "role"),
    )
    op.create_table(
        "absences",
        *_clinic(),
        _id(),
        sa.Column("user_id", sa.BigInteger(), nullable=False),
        sa.Column("from_on", sa.Date(), nullable=False),
        sa.Column("until_on", sa.Date(), nullable=False),
        sa.CheckConstraint("from_on <= until_on", name="from_on_before_until_on"),
        _member("user_id"),
        sa.PrimaryKeyConstraint("clinic_id", "id"),
    )
    op.create_index("ix_absences_clinic_id_until_on", "absences", ["clinic_id", "until_on"])
    op.create_table(
        "on_call",
        *_clinic(),
        sa.Column("on_date", sa.Date(), nullable=False),
        sa.Column("position", sa.Integer(), nullable=False),
        sa.Column("user_id", sa.BigInteger(), nullable=False),
        sa.CheckConstraint("position > 0", name="position"),
        _member("user_id"),
        sa.UniqueConstraint("clinic_id", "on_date", "user_id"),
        sa.PrimaryKeyConstraint("clinic_id", "on_date", "position"),
    )


def _create_escalations() -> None:
    op.create_table(
        "escalations",
        *_clinic(),
        _id(),
        sa.Column("case_id", sa.BigInteger(), nullable=False),
        sa.Column("obligation_id", sa.BigInteger(), nullable=False),
        sa.Column("rung", sa.Integer(), nullable=False),
        sa.Column("who", sa.Text(), nullable=False),
        sa.Column("level", sa.Integer(), nullable=False),
        sa.Column("on_date", sa.Date(), nullable=True),
        sa.Column("role", sa.Text(), nullable=False),
        sa.Column("user_id", sa.BigInteger(), nullable=True),
        sa.Column("opened_at", UTCDateTime(), nullable=False),
        sa.Column("looked_on", sa.Date(), nullable=True),
        sa.Column("anchor_on", sa.Date(), nullable=False),
        sa.Column("is_planned", sa.Boolean(), nullable=False),
        sa.Column("acknowledged", sa.Integer(), nullable=False),
        sa.Column("acknowledged_until", sa.Date(), nullable=True),
        sa.Column("ended_at", UTCDateTime(), nullable=True),
        sa.CheckConstraint("rung >= 0", name="rung"),
        sa.CheckConstraint("acknowledged >= 0", name="acknowledged"),
        sa.CheckConstraint(f"who IN ({TOLD})", name="who"),
        sa.CheckConstraint(f"role IN ({ROLES})", name="role"),
        _of("cases", "case_id"),
        _of("obligations", "obligation_id"),
        _member("user_id"),
        sa.UniqueConstraint("clinic_id", "obligation_id", "rung"),
        sa.PrimaryKeyConstraint("clinic_id", "id"),
    )
    where = sa.text("ended_at IS NULL")
    op.create_index(
        "uq_escalations_open",
        "escalations",
        ["clinic_id", "obligation_id"],
        unique=True,
        sqlite_where=where,
        postgresql_where=where,
    )
    op.create_index("ix_escalations_clinic_id_case_id", "escalations", ["clinic_id", "case_id"])
    op.create_table(
        "acknowledgements",
        *_clinic(),
        _id(),
        sa.Column("escalation_id", sa.BigInteger(), nullable=False),
        sa.Column("user_id", sa.BigInteger(), nullable=False),
        sa.Column("at", UTCDateTime(), nullable=False),
        sa.Column("outcome", sa.Text(), nullable=False),
        sa.Column("until_on", sa.Date(), nullable=False),
        sa.CheckConstraint("outcome <> ''", name="outcome"),
        _of("escalations", "escalation_id"),
        _member("user_id"),
        sa.PrimaryKeyConstraint("clinic_id", "id"),
    )
    op.create_index("ix_acknowledgements_clinic_id_escalation_id", "acknowledgements", ["clinic_id", "escalation_id"])
    op.create_table(
        "escalation_pages",
        *_clinic(),
        sa.Column("escalation_id", sa.BigInteger(), nullable=False),
        sa.Column("number", sa.Integer(), nullable=False),
        sa.Column("user_id", sa.BigInteger(), nullable=False),
        sa.Column("paged_at", UTCDateTime(), nullable=False),
        sa.Column("outcome", sa.Text(), nullable=False),
        sa.CheckConstraint("number > 0", name="number"),
        _of("escalations", "escalation_id"),
        _member("user_id"),
        sa.PrimaryKeyConstraint("clinic_id", "escalation_id", "number"),
    )


def downgrade() -> None:
    """Takes them away."""
    for table in ("escalation_pages", "acknowledgements", "escalations", "on_call", "absences", "duties"):
        op.drop_table(table)
    op.drop_index(CLIMBING, "obligations")
    for column in ("changed_at", "climbs_on", "anchor_on"):
        op.drop_column("obligations", column)
