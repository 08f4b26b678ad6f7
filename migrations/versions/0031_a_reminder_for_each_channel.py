"""A reminder is one by each channel, nobody is written to at night, and texts go only to whom agreed to them."""

import sqlalchemy as sa
from alembic import op

from tracker.persistence.schema_changes import add_constraints, close_vocabulary, drop_constraints
from tracker.persistence.types import UTCDateTime

revision = "0031"
down_revision = "0030"
branch_labels = None
depends_on = None

STATES = (
    "accepted", "cancelled", "claimed", "delivered", "due", "expired", "in_flight", "planned", "tasked", "undelivered",
    "unknown",
)  # fmt: skip
ENDED = "CHECK (state IN ({}) OR next_action_at IS NOT NULL)"
ENDED_THEN = {"ck_reminders_next_action_at": ENDED.format("'cancelled', 'delivered', 'expired', 'tasked'")}
ENDED_NOW = {
    "ck_reminders_next_action_at": ENDED.format("'cancelled', 'delivered', 'expired', 'held', 'passed_on', 'tasked'")
}
CONTACTS = "uq_reminders_contact"
#: A key was made of case, rule, visit and time; a call's of case, kind, visit and time.
KEYS_OF_CALLS = {
    "sqlite": "UPDATE reminders SET call_key = 'call:' || case_id || ':' || kind || ':' || substr("
    "substr(key, length(CAST(case_id AS TEXT)) + 2),"
    " instr(substr(key, length(CAST(case_id AS TEXT)) + 2), ':') + 1)",
    "postgresql": "UPDATE reminders SET call_key = 'call:' || case_id || ':' || kind || ':' || substr("
    "substr(key, length(CAST(case_id AS TEXT)) + 2),"
    " strpos(substr(key, length(CAST(case_id AS TEXT)) + 2), ':') + 1)",
}


def new_columns() -> dict[str, tuple[sa.Column[object], ...]]:
    """By table; a column belongs to one table, so they are made anew each time."""
    return {
        "contact_points": (sa.Column("texts_agreed_at", UTCDateTime()), sa.Column("verified_at", UTCDateTime())),
        "clinics": (
            sa.Column("sends_texts", sa.Boolean(), nullable=False, server_default=sa.false()),
            sa.Column("forecast_at", UTCDateTime()),
            sa.Column("quiet_from", sa.Text(), nullable=False, server_default="21:00"),
            sa.Column("quiet_until", sa.Text(), nullable=False, server_default="08:00"),
        ),
        "delivery_attempts": (
            sa.Column("language", sa.Text(), nullable=False, server_default=""),
            sa.Column("template_version", sa.Integer(), nullable=False, server_default="0"),
            sa.Column("text_hash", sa.Text(), nullable=False, server_default=""),
        ),
        "reminders": (
            sa.Column("contact_key", sa.Text(), nullable=False, server_default=""),
            sa.Column("call_key", sa.Text(), nullable=False, server_default=""),
        ),
    }


def upgrade() -> None:
    """What stands there is an e-mail, or a call where there was no address."""
    connection = op.get_bind()
    for table, columns in new_columns().items():
        for column in columns:
            op.add_column(table, column)
    op.drop_column("reminders", "template_version")
    op.execute(KEYS_OF_CALLS[connection.dialect.name])
    op.execute(
        "UPDATE reminders SET contact_key = key, channel = CASE WHEN channel = '' THEN 'phone' ELSE channel END,"
        " closed_reason = CASE WHEN closed_reason = 'no_email' THEN 'no_address' ELSE closed_reason END"
    )
    op.execute("UPDATE reminders SET key = contact_key || ':' || channel")
    close_vocabulary(connection, "reminders", "channel", ("email", "phone", "sms"))
    close_vocabulary(connection, "reminders", "state", (*STATES, "held", "passed_on"))
    drop_constraints(connection, "reminders", ENDED_THEN)
    add_constraints(connection, "reminders", ENDED_NOW)
    op.create_index(
        CONTACTS,
        "reminders",
        ["clinic_id", "contact_key"],
        unique=True,
        sqlite_where=sa.text("state NOT IN ('cancelled', 'passed_on')"),
        postgresql_where=sa.text("state NOT IN ('cancelled', 'passed_on')"),
    )


def downgrade() -> None:
    """Takes it back. It refuses where a reminder went by more than one channel."""
    connection = op.get_bind()
    op.drop_index(CONTACTS, "reminders")
    op.execute("UPDATE reminders SET key = contact_key, state = 'cancelled' WHERE state IN ('held', 'passed_on')")
    op.execute("UPDATE reminders SET key = contact_key")
    drop_constraints(connection, "reminders", ENDED_NOW)
    add_constraints(connection, "reminders", ENDED_THEN)
    close_vocabulary(connection, "reminders", "state", STATES)
    close_vocabulary(connection, "reminders", "channel", ("", "email", "phone", "sms"))
    op.execute("UPDATE reminders SET channel = '' WHERE channel = 'phone'")
    op.add_column("reminders", sa.Column("template_version", sa.Integer(), nullable=False, server_default="1"))
    for table, columns in new_columns().items():
        for column in columns:
            op.drop_column(table, column.name)
