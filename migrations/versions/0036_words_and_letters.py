"""The words that a clinic gives its messages, and letters that are printed where no message can go."""

import sqlalchemy as sa
from alembic import op

from tracker.persistence.schema_changes import add_constraints, close_vocabulary, drop_constraints, guard_rows
from tracker.persistence.types import UTCDateTime

revision = "0036"
down_revision = "0035"
branch_labels = None
depends_on = None

WORDS, LETTERS = "message_words", "task_letters"
CHANGES = (
    "added", "allowed", "ended", "language", "prefers", "rewritten", "stopped", "texts_agreed", "texts_withdrawn",
    "verified", "zone",
)  # fmt: skip
PREFERS = "ck_patients_prefers"
PREFERS_THEN = {PREFERS: "CHECK (prefers IN ('email', 'phone', 'sms', ''))"}
PREFERS_NOW = {PREFERS: "CHECK (prefers IN ('email', 'letter', 'phone', 'sms', ''))"}


def upgrade() -> None:
    """Creates the tables, the column and the new words: until a clinic writes its own, the shipped words count."""
    connection = op.get_bind()
    op.create_table(
        WORDS,
        sa.Column("clinic_id", sa.BigInteger(), autoincrement=False, nullable=False),
        sa.Column("template", sa.Text(), nullable=False),
        sa.Column("language", sa.Text(), nullable=False),
        sa.Column("channel", sa.Text(), nullable=False),
        sa.Column("version", sa.Integer(), autoincrement=False, nullable=False),
        sa.Column("subject", sa.Text(), nullable=False),
        sa.Column("body", sa.Text(), nullable=False),
        sa.Column("shipped_version", sa.Integer(), nullable=False),
        sa.Column("written_at", UTCDateTime(), nullable=False),
        sa.Column("written_by", sa.BigInteger(), nullable=False),
        sa.CheckConstraint("channel IN ('email', 'letter', 'sms')", name="channel"),
        sa.CheckConstraint("version > 1000", name="version"),
        sa.CheckConstraint("body <> ''", name="body"),
        sa.ForeignKeyConstraint(["clinic_id", "written_by"], ["memberships.clinic_id", "memberships.user_id"]),
        sa.ForeignKeyConstraint(["clinic_id"], ["clinics.id"]),
        sa.PrimaryKeyConstraint("clinic_id", "template", "language", "channel", "version"),
    )
    guard_rows(connection, WORDS)
    op.create_table(
        LETTERS,
        sa.Column("clinic_id", sa.BigInteger(), autoincrement=False, nullable=False),
        sa.Column("id", sa.BigInteger(), autoincrement=False, nullable=False),
        sa.Column("task_id", sa.BigInteger(), nullable=False),
        sa.Column("printed_at", UTCDateTime(), nullable=False),
        sa.Column("printed_by", sa.BigInteger(), nullable=False),
        sa.Column("language", sa.Text(), nullable=False),
        sa.Column("template_version", sa.Integer(), nullable=False),
        sa.Column("text_hash", sa.Text(), nullable=False),
        sa.ForeignKeyConstraint(["clinic_id", "printed_by"], ["memberships.clinic_id", "memberships.user_id"]),
        sa.ForeignKeyConstraint(["clinic_id", "task_id"], ["staff_tasks.clinic_id", "staff_tasks.id"]),
        sa.ForeignKeyConstraint(["clinic_id"], ["clinics.id"]),
        sa.PrimaryKeyConstraint("clinic_id", "id"),
    )
    op.create_index("ix_task_letters_clinic_id_task_id", LETTERS, ["clinic_id", "task_id"])
    guard_rows(connection, LETTERS)
    op.add_column("patients", sa.Column("postal_address", sa.Text(), nullable=False, server_default=""))
    drop_constraints(connection, "patients", PREFERS_THEN)
    add_constraints(connection, "patients", PREFERS_NOW)
    close_vocabulary(connection, "contact_point_changes", "what", (*CHANGES, "postal_address"))


def downgrade() -> None:
    """Takes all of it back: who wants letters is called. PostgreSQL refuses where the history tells of addresses."""
    connection = op.get_bind()
    op.execute("UPDATE patients SET prefers = 'phone' WHERE prefers = 'letter'")
    close_vocabulary(connection, "contact_point_changes", "what", CHANGES)
    drop_constraints(connection, "patients", PREFERS_NOW)
    add_constraints(connection, "patients", PREFERS_THEN)
    op.drop_column("patients", "postal_address")
    op.drop_table(LETTERS)
    op.drop_table(WORDS)
