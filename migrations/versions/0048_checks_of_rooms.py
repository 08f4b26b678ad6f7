"""What is looked at once for a room and a day; and the role in which somebody left an item of a checklist out."""

import sqlalchemy as sa
from alembic import op

from tracker.persistence.schema_changes import add_constraints, drop_constraints, guard_facts, guard_rows
from tracker.persistence.types import UTCDateTime

revision = "0048"
down_revision = "0047"
branch_labels = None
depends_on = None

ROLES = (
    "administrator", "coordinator", "front_desk", "lead_coordinator", "manager", "nurse", "physician", "therapist",
)  # fmt: skip
OF_ITEMS = {
    "fk_checklist_items_clinic_id_room_id": "FOREIGN KEY(clinic_id, room_id) REFERENCES rooms (clinic_id, id)",
    "ck_checklist_items_role": f"CHECK (role IN ({', '.join(repr(each) for each in (*ROLES, ''))}))",
}


def upgrade() -> None:
    """What was answered so far was about the visit's own room, and left out by whoever is named."""
    op.create_table(
        "room_checks",
        sa.Column("clinic_id", sa.BigInteger(), autoincrement=False, nullable=False),
        sa.Column("room_id", sa.BigInteger(), autoincrement=False, nullable=False),
        sa.Column("checked_on", sa.Date(), nullable=False),
        sa.Column("item", sa.Text(), nullable=False),
        sa.Column("checked_at", UTCDateTime(), nullable=False),
        sa.Column("recorded_at", UTCDateTime(), nullable=False),
        sa.Column("checked_by", sa.BigInteger(), nullable=False),
        sa.CheckConstraint("checked_at <= recorded_at", name="happened_before_written"),
        sa.ForeignKeyConstraint(["clinic_id", "checked_by"], ["memberships.clinic_id", "memberships.user_id"]),
        sa.ForeignKeyConstraint(["clinic_id", "room_id"], ["rooms.clinic_id", "rooms.id"]),
        sa.ForeignKeyConstraint(["clinic_id"], ["clinics.id"]),
        sa.PrimaryKeyConstraint("clinic_id", "room_id", "checked_on", "item"),
    )
    guard_rows(op.get_bind(), "room_checks")
    op.add_column("checklist_items", sa.Column("room_id", sa.BigInteger(), nullable=True))
    op.add_column("checklist_items", sa.Column("role", sa.Text(), nullable=False, server_default=""))
    _guard_anew()
    add_constraints(op.get_bind(), "checklist_items", OF_ITEMS)


def downgrade() -> None:
    """Takes them away."""
    drop_constraints(op.get_bind(), "checklist_items", OF_ITEMS)
    _drop_guards()
    op.drop_column("checklist_items", "role")
    op.drop_column("checklist_items", "room_id")
    if op.get_bind().dialect.name == "sqlite":
        guard_facts(op.get_bind(), "checklist_items")
    op.drop_table("room_checks")


def _guard_anew() -> None:
    """On SQLite the guard names every column of the table; on PostgreSQL it sees them all by itself."""
    if op.get_bind().dialect.name == "sqlite":
        _drop_guards()
        guard_facts(op.get_bind(), "checklist_items")


def _drop_guards() -> None:
    if op.get_bind().dialect.name == "sqlite":
        op.execute("DROP TRIGGER checklist_items_not_deleted")
        op.execute("DROP TRIGGER checklist_items_only_superseded")
