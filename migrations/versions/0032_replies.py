"""What comes back from patients and from the provider of texts: links to answer by, texts, reports of delivery."""

import sqlalchemy as sa
from alembic import op

from tracker.persistence.types import UTCDateTime

revision = "0032"
down_revision = "0031"
branch_labels = None
depends_on = None

MEANINGS = ("call", "cannot", "confirm", "help", "start", "stop", "unclear")


def _own() -> tuple[sa.Column[object], sa.Column[object]]:
    return (
        sa.Column("clinic_id", sa.BigInteger(), autoincrement=False, nullable=False),
        sa.Column("id", sa.BigInteger(), autoincrement=False, nullable=False),
    )


def _links() -> None:
    op.create_table(
        "reply_links",
        *_own(),
        sa.Column("token_hash", sa.Text(), nullable=False),
        sa.Column("reminder_id", sa.BigInteger(), nullable=False),
        sa.Column("case_id", sa.BigInteger(), nullable=False),
        sa.Column("patient_id", sa.BigInteger(), nullable=False),
        sa.Column("contact_point_id", sa.BigInteger(), nullable=False),
        sa.Column("appointment", sa.Integer(), nullable=False),
        sa.Column("wall", sa.Text(), nullable=False),
        sa.Column("language", sa.Text(), nullable=False),
        sa.Column("created_at", UTCDateTime(), nullable=False),
        sa.Column("expires_at", UTCDateTime(), nullable=False),
        sa.Column("used_at", UTCDateTime(), nullable=True),
        sa.CheckConstraint("length(token_hash) = 64", name="token_hash"),
        sa.CheckConstraint("created_at < expires_at", name="created_before_expires"),
        sa.CheckConstraint("appointment > 0", name="appointment"),
        sa.ForeignKeyConstraint(["clinic_id", "reminder_id"], ["reminders.clinic_id", "reminders.id"]),
        sa.ForeignKeyConstraint(
            ["clinic_id", "case_id", "patient_id"], ["cases.clinic_id", "cases.id", "cases.patient_id"]
        ),
        sa.ForeignKeyConstraint(
            ["clinic_id", "contact_point_id", "patient_id"],
            ["contact_points.clinic_id", "contact_points.id", "contact_points.patient_id"],
        ),
        sa.ForeignKeyConstraint(["clinic_id"], ["clinics.id"]),
        sa.PrimaryKeyConstraint("clinic_id", "id"),
        sa.UniqueConstraint("token_hash"),
    )
    op.create_index("ix_reply_links_expires_at", "reply_links", ["expires_at"])


def _texts() -> None:
    op.create_table(
        "inbound_messages",
        *_own(),
        sa.Column("provider_id", sa.Text(), nullable=False),
        sa.Column("sender_hash", sa.Text(), nullable=False),
        sa.Column("text", sa.Text(), nullable=False),
        sa.Column("received_at", UTCDateTime(), nullable=False),
        sa.Column("understood", sa.Text(), nullable=False),
        sa.Column("answer", sa.Text(), nullable=False),
        sa.Column("language", sa.Text(), nullable=False),
        sa.Column("case_id", sa.BigInteger(), nullable=True),
        sa.CheckConstraint(f"understood IN ({', '.join(repr(each) for each in MEANINGS)})", name="understood"),
        sa.CheckConstraint("provider_id <> ''", name="provider_id"),
        sa.ForeignKeyConstraint(["clinic_id", "case_id"], ["cases.clinic_id", "cases.id"]),
        sa.ForeignKeyConstraint(["clinic_id"], ["clinics.id"]),
        sa.PrimaryKeyConstraint("clinic_id", "id"),
        sa.UniqueConstraint("clinic_id", "provider_id"),
    )
    op.create_index("ix_inbound_messages_sender", "inbound_messages", ["clinic_id", "sender_hash", "received_at"])


def _reports() -> None:
    op.create_table(
        "delivery_reports",
        *_own(),
        sa.Column("reminder_id", sa.BigInteger(), nullable=False),
        sa.Column("reference", sa.Text(), nullable=False),
        sa.Column("status", sa.Text(), nullable=False),
        sa.Column("error", sa.Text(), nullable=False),
        sa.Column("reported_at", UTCDateTime(), nullable=False),
        sa.ForeignKeyConstraint(["clinic_id", "reminder_id"], ["reminders.clinic_id", "reminders.id"]),
        sa.ForeignKeyConstraint(["clinic_id"], ["clinics.id"]),
        sa.PrimaryKeyConstraint("clinic_id", "id"),
        sa.UniqueConstraint("clinic_id", "reference", "status"),
    )
    op.create_index("ix_delivery_reports_reminder_id", "delivery_reports", ["clinic_id", "reminder_id"])


def upgrade() -> None:
    """Creates the tables, and the indexes by which a report finds its message and a text its sender."""
    _links()
    _texts()
    _reports()
    op.create_index("ix_delivery_attempts_reference", "delivery_attempts", ["reference"])
    op.create_index("ix_contact_points_kind_value", "contact_points", ["kind", "value"])


def downgrade() -> None:
    """Takes them away."""
    op.drop_index("ix_contact_points_kind_value", "contact_points")
    op.drop_index("ix_delivery_attempts_reference", "delivery_attempts")
    for table in ("delivery_reports", "inbound_messages", "reply_links"):
        op.drop_table(table)
