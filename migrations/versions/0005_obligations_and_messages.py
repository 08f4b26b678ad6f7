"""What must happen, who is told, and what the running system says of itself."""

import sqlalchemy as sa
from alembic import op

from tracker.persistence.types import Json, UTCDateTime

revision = "0005"
down_revision = "0004"
branch_labels = None
depends_on = None

TABLES = (
    "obligations",
    "pump_watch",
    "reminders",
    "delivery_attempts",
    "staff_tasks",
    "heartbeats",
    "deployment",
)


def upgrade() -> None:
    """Creates the tables in the order in which they refer to each other."""
    create_obligations()
    create_pump_watch()
    create_reminders()
    create_delivery_attempts()
    create_staff_tasks()
    create_heartbeats()
    create_deployment()


def downgrade() -> None:
    """Drops them, the last one first."""
    for table in reversed(TABLES):
        op.drop_table(table)


def create_obligations() -> None:
    op.create_table(
        "obligations",
        sa.Column("clinic_id", sa.BigInteger(), autoincrement=False, nullable=False),
        sa.Column("id", sa.BigInteger(), autoincrement=False, nullable=False),
        sa.Column("case_id", sa.BigInteger(), nullable=False),
        sa.Column("kind", sa.Text(), nullable=False),
        sa.Column("subject", sa.Text(), nullable=False),
        sa.Column("device", sa.Integer(), nullable=True),
        sa.Column("due_on", sa.Date(), nullable=True),
        sa.Column("warn_on", sa.Date(), nullable=True),
        sa.Column("escalate_on", sa.Date(), nullable=True),
        sa.Column("critical_on", sa.Date(), nullable=True),
        sa.Column("owner_role", sa.Text(), nullable=False),
        sa.Column("opened_at", UTCDateTime(), nullable=False),
        sa.Column("closed_at", UTCDateTime(), nullable=True),
        sa.Column("closed_by", sa.Text(), nullable=False),
        sa.Column("is_open", sa.Boolean(), nullable=False),
        sa.Column("reason", sa.Text(), nullable=False),
        sa.Column("params", Json(), nullable=False),
        sa.Column("planned_seq", sa.Integer(), nullable=True),
        sa.CheckConstraint("is_open OR closed_by <> ''", name="closed_by"),
        sa.CheckConstraint("kind <> 'refill' OR device IS NOT NULL", name="refill_of_device"),
        sa.CheckConstraint(
            "owner_role IN ('administrator', 'coordinator', 'front_desk', 'lead_coordinator', 'manager', "
            "'nurse', 'physician', 'therapist')",
            name="owner_role",
        ),
        sa.CheckConstraint("is_open = (closed_at IS NULL)", name="closed_at"),
        sa.ForeignKeyConstraint(
            ["clinic_id", "case_id", "device"], ["devices.clinic_id", "devices.case_id", "devices.seq"]
        ),
        sa.ForeignKeyConstraint(["clinic_id", "case_id"], ["cases.clinic_id", "cases.id"]),
        sa.ForeignKeyConstraint(["clinic_id"], ["clinics.id"]),
        sa.PrimaryKeyConstraint("clinic_id", "id"),
        sa.UniqueConstraint("clinic_id", "case_id", "device", "kind", "id", "is_open"),
    )
    op.create_index("ix_obligations_clinic_id_case_id", "obligations", ["clinic_id", "case_id"], unique=False)
    op.create_index(
        "ix_obligations_open_by_due",
        "obligations",
        ["clinic_id", "due_on"],
        unique=False,
        sqlite_where=sa.text("is_open = 1"),
        postgresql_where=sa.text("is_open"),
    )
    op.create_index(
        "ix_obligations_open_by_kind",
        "obligations",
        ["clinic_id", "kind", "due_on"],
        unique=False,
        sqlite_where=sa.text("is_open = 1"),
        postgresql_where=sa.text("is_open"),
    )
    op.create_index(
        "uq_obligations_open",
        "obligations",
        ["clinic_id", "case_id", "kind", "subject"],
        unique=True,
        sqlite_where=sa.text("is_open = 1"),
        postgresql_where=sa.text("is_open"),
    )
    op.create_index(
        "uq_obligations_open_refill",
        "obligations",
        ["clinic_id", "case_id", "device"],
        unique=True,
        sqlite_where=sa.text("is_open = 1 AND kind = 'refill'"),
        postgresql_where=sa.text("is_open AND kind = 'refill'"),
    )


def create_pump_watch() -> None:
    op.create_table(
        "pump_watch",
        sa.Column("clinic_id", sa.BigInteger(), autoincrement=False, nullable=False),
        sa.Column("case_id", sa.BigInteger(), nullable=False),
        sa.Column("device", sa.Integer(), nullable=False),
        sa.Column("kind", sa.Text(), nullable=False),
        sa.Column("obligation_id", sa.BigInteger(), nullable=False),
        sa.Column("is_open", sa.Boolean(), nullable=False),
        sa.CheckConstraint("kind = 'refill'", name="kind"),
        sa.CheckConstraint("is_open", name="is_open"),
        sa.ForeignKeyConstraint(
            ["clinic_id", "case_id", "device", "kind", "obligation_id", "is_open"],
            [
                "obligations.clinic_id",
                "obligations.case_id",
                "obligations.device",
                "obligations.kind",
                "obligations.id",
                "obligations.is_open",
            ],
            name="fk_pump_watch_open_refill",
            initially="DEFERRED",
            deferrable=True,
        ),
        sa.ForeignKeyConstraint(
            ["clinic_id", "case_id", "device"], ["devices.clinic_id", "devices.case_id", "devices.seq"]
        ),
        sa.ForeignKeyConstraint(["clinic_id"], ["clinics.id"]),
        sa.PrimaryKeyConstraint("clinic_id", "case_id", "device"),
    )


def create_reminders() -> None:
    op.create_table(
        "reminders",
        sa.Column("clinic_id", sa.BigInteger(), autoincrement=False, nullable=False),
        sa.Column("id", sa.BigInteger(), autoincrement=False, nullable=False),
        sa.Column("case_id", sa.BigInteger(), nullable=False),
        sa.Column("patient_id", sa.BigInteger(), nullable=False),
        sa.Column("key", sa.Text(), nullable=False),
        sa.Column("kind", sa.Text(), nullable=False),
        sa.Column("subject", sa.Text(), nullable=False),
        sa.Column("wanted_at", UTCDateTime(), nullable=False),
        sa.Column("useless_after", UTCDateTime(), nullable=False),
        sa.Column("channel", sa.Text(), nullable=False),
        sa.Column("contact_point_id", sa.BigInteger(), nullable=True),
        sa.Column("state", sa.Text(), nullable=False),
        sa.Column("claim_token", sa.Text(), nullable=True),
        sa.Column("lease_until", UTCDateTime(), nullable=True),
        sa.Column("next_action_at", UTCDateTime(), nullable=True),
        sa.Column("attempts", sa.Integer(), nullable=False),
        sa.Column("template", sa.Text(), nullable=False),
        sa.Column("template_version", sa.Integer(), nullable=False),
        sa.Column("created_at", UTCDateTime(), nullable=False),
        sa.Column("closed_reason", sa.Text(), nullable=False),
        sa.CheckConstraint("channel IN ('email', 'phone', 'sms', '')", name="channel"),
        sa.CheckConstraint("kind IN ('arrival', 'consent', 'refill')", name="kind"),
        sa.CheckConstraint(
            "state IN ('accepted', 'cancelled', 'claimed', 'delivered', 'due', 'expired', 'in_flight', "
            "'planned', 'tasked', 'undelivered', 'unknown')",
            name="state",
        ),
        sa.CheckConstraint(
            "state IN ('cancelled', 'delivered', 'expired', 'tasked') OR next_action_at IS NOT NULL",
            name="next_action_at",
        ),
        sa.CheckConstraint(
            "state NOT IN ('claimed', 'in_flight') OR (claim_token IS NOT NULL AND lease_until IS NOT NULL)",
            name="held_under_lease",
        ),
        sa.CheckConstraint("attempts >= 0", name="attempts"),
        sa.CheckConstraint("wanted_at <= useless_after", name="wanted_before_useless"),
        sa.ForeignKeyConstraint(
            ["clinic_id", "case_id", "patient_id"], ["cases.clinic_id", "cases.id", "cases.patient_id"]
        ),
        sa.ForeignKeyConstraint(
            ["clinic_id", "contact_point_id", "patient_id"],
            ["contact_points.clinic_id", "contact_points.id", "contact_points.patient_id"],
        ),
        sa.ForeignKeyConstraint(["clinic_id", "patient_id"], ["patients.clinic_id", "patients.id"]),
        sa.ForeignKeyConstraint(["clinic_id"], ["clinics.id"]),
        sa.PrimaryKeyConstraint("clinic_id", "id"),
        sa.UniqueConstraint("clinic_id", "key"),
    )
    op.create_index("ix_reminders_clinic_id_case_id", "reminders", ["clinic_id", "case_id"], unique=False)
    op.create_index(
        "ix_reminders_next_action_at",
        "reminders",
        ["next_action_at"],
        unique=False,
        sqlite_where=sa.text("next_action_at IS NOT NULL"),
        postgresql_where=sa.text("next_action_at IS NOT NULL"),
    )


def create_delivery_attempts() -> None:
    op.create_table(
        "delivery_attempts",
        sa.Column("clinic_id", sa.BigInteger(), autoincrement=False, nullable=False),
        sa.Column("reminder_id", sa.BigInteger(), nullable=False),
        sa.Column("number", sa.Integer(), nullable=False),
        sa.Column("started_at", UTCDateTime(), nullable=False),
        sa.Column("ended_at", UTCDateTime(), nullable=True),
        sa.Column("outcome", sa.Text(), nullable=False),
        sa.Column("reference", sa.Text(), nullable=False),
        sa.Column("error", sa.Text(), nullable=False),
        sa.Column("recipient_hash", sa.Text(), nullable=False),
        sa.CheckConstraint("ended_at >= started_at", name="ended_after_started"),
        sa.CheckConstraint("number > 0", name="number"),
        sa.ForeignKeyConstraint(["clinic_id", "reminder_id"], ["reminders.clinic_id", "reminders.id"]),
        sa.ForeignKeyConstraint(["clinic_id"], ["clinics.id"]),
        sa.PrimaryKeyConstraint("clinic_id", "reminder_id", "number"),
    )


def create_staff_tasks() -> None:
    op.create_table(
        "staff_tasks",
        sa.Column("clinic_id", sa.BigInteger(), autoincrement=False, nullable=False),
        sa.Column("id", sa.BigInteger(), autoincrement=False, nullable=False),
        sa.Column("case_id", sa.BigInteger(), nullable=True),
        sa.Column("kind", sa.Text(), nullable=False),
        sa.Column("key", sa.Text(), nullable=False),
        sa.Column("params", Json(), nullable=False),
        sa.Column("owner_role", sa.Text(), nullable=False),
        sa.Column("due_on", sa.Date(), nullable=False),
        sa.Column("opened_at", UTCDateTime(), nullable=False),
        sa.Column("done_at", UTCDateTime(), nullable=True),
        sa.Column("done_by", sa.BigInteger(), nullable=True),
        sa.Column("outcome", sa.Text(), nullable=False),
        sa.CheckConstraint("done_at IS NULL OR outcome <> ''", name="outcome"),
        sa.CheckConstraint(
            "owner_role IN ('administrator', 'coordinator', 'front_desk', 'lead_coordinator', 'manager', "
            "'nurse', 'physician', 'therapist')",
            name="owner_role",
        ),
        sa.ForeignKeyConstraint(["clinic_id", "case_id"], ["cases.clinic_id", "cases.id"]),
        sa.ForeignKeyConstraint(["clinic_id", "done_by"], ["memberships.clinic_id", "memberships.user_id"]),
        sa.ForeignKeyConstraint(["clinic_id"], ["clinics.id"]),
        sa.PrimaryKeyConstraint("clinic_id", "id"),
        sa.UniqueConstraint("clinic_id", "key"),
    )
    op.create_index("ix_staff_tasks_clinic_id_case_id", "staff_tasks", ["clinic_id", "case_id"], unique=False)
    op.create_index(
        "ix_staff_tasks_open",
        "staff_tasks",
        ["clinic_id", "due_on"],
        unique=False,
        sqlite_where=sa.text("done_at IS NULL"),
        postgresql_where=sa.text("done_at IS NULL"),
    )


def create_heartbeats() -> None:
    op.create_table(
        "heartbeats",
        sa.Column("name", sa.Text(), nullable=False),
        sa.Column("beat_at", UTCDateTime(), nullable=False),
        sa.Column("detail", sa.Text(), nullable=False),
        sa.PrimaryKeyConstraint("name"),
    )


def create_deployment() -> None:
    op.create_table(
        "deployment",
        sa.Column("name", sa.Text(), nullable=False),
        sa.Column("value", sa.Text(), nullable=False),
        sa.PrimaryKeyConstraint("name"),
    )
