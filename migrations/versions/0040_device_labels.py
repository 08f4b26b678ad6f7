"""What a device's label says, how it was put in, the labels that were read, and the models that were ordered."""

import sqlalchemy as sa
from alembic import op

from tracker.persistence.schema_changes import add_constraints, close_vocabulary, drop_constraints, guard_facts
from tracker.persistence.types import Exact, UTCDateTime

revision = "0040"
down_revision = "0039"
branch_labels = None
depends_on = None

TABLE = "device_labels"
DETERMINED = (
    "dose_order", "outcome", "trial_aborted", "observation_ended", "decision", "waiver", "earlier_benefit", "hold",
    "death", "transfer", "therapy_stopped", "withdrawal_watch_closed", "refill_plan", "deviation",
    "deviation_reviewed", "not_before", "pump_call_settled", "drug_stock", "scan_decided", "scan_task_done",
    "pump_switched_off", "advisory_settled", "reoperation", "reoperation_done", "reoperation_ended", "time_final",
)  # fmt: skip
NEW = ("pump_order", "catheter_order")
OF_DEVICES = {
    "ck_devices_pocket_side": "CHECK (pocket_side IN ('left', 'right', ''))",
    "ck_devices_implanted_cm_positive": "CHECK (CAST(implanted_cm AS NUMERIC) > 0)",
    "ck_devices_trimmed_cm_not_negative": "CHECK (CAST(trimmed_cm AS NUMERIC) >= 0)",
}
OF_FILLS = {"ck_fills_mode": "CHECK (mode IN ('boluses', 'constant', 'minimum', 'varying', ''))"}


def _told(name: str) -> sa.Column[str]:
    return sa.Column(name, sa.Text(), nullable=False, server_default="")


def upgrade() -> None:
    """Adds the columns, the table of labels, and the new words."""
    connection = op.get_bind()
    for column in (
        _told("device_identifier"),
        sa.Column("expires_on", sa.Date(), nullable=True),
        sa.Column("made_on", sa.Date(), nullable=True),
        sa.Column("implanted_cm", Exact(), nullable=True),
        sa.Column("trimmed_cm", Exact(), nullable=True),
        _told("tip_level"),
        _told("pocket_side"),
    ):
        op.add_column("devices", column)
    op.add_column("fills", _told("mode"))
    add_constraints(connection, "devices", OF_DEVICES)
    add_constraints(connection, "fills", OF_FILLS)
    _guard_anew("devices", "fills")
    close_vocabulary(connection, "determinations", "kind", (*DETERMINED, *NEW))
    _create_labels()
    for table in ("devices", TABLE):
        op.create_index(
            f"ix_{table}_of_model",
            table,
            ["clinic_id", "device_identifier", "recorded_at"],
            sqlite_where=sa.text("device_identifier <> ''"),
            postgresql_where=sa.text("device_identifier <> ''"),
        )


def _create_labels() -> None:
    op.create_table(
        TABLE,
        sa.Column("clinic_id", sa.BigInteger(), autoincrement=False, nullable=False),
        sa.Column("case_id", sa.BigInteger(), nullable=False),
        sa.Column("seq", sa.Integer(), nullable=False),
        sa.Column("effective_at", UTCDateTime(), nullable=False),
        sa.Column("recorded_at", UTCDateTime(), nullable=False),
        sa.Column("recorded_by", sa.BigInteger(), nullable=True),
        sa.Column("superseded_by", sa.Integer(), nullable=True),
        sa.Column("attempt", sa.Integer(), nullable=False),
        sa.Column("use", sa.Text(), nullable=False),
        sa.Column("kind", sa.Text(), nullable=False),
        sa.Column("model", sa.Text(), nullable=False),
        sa.Column("scanned", sa.Text(), nullable=False),
        sa.Column("device_identifier", sa.Text(), nullable=False),
        sa.Column("serial", sa.Text(), nullable=False),
        sa.Column("lot", sa.Text(), nullable=False),
        sa.Column("expires_on", sa.Date(), nullable=True),
        sa.Column("made_on", sa.Date(), nullable=True),
        sa.Column("reason", sa.Text(), nullable=False),
        sa.CheckConstraint("use IN ('not_used', 'read')", name="use"),
        sa.CheckConstraint("kind IN ('catheter', 'pump', 'trial_catheter')", name="kind"),
        sa.CheckConstraint("use <> 'not_used' OR reason <> ''", name="reason"),
        sa.CheckConstraint("attempt > 0", name="attempt"),
        sa.CheckConstraint("effective_at <= recorded_at", name="happened_before_written"),
        sa.CheckConstraint("seq > 0", name="seq"),
        sa.CheckConstraint("superseded_by > seq", name="superseded_later"),
        sa.ForeignKeyConstraint(["clinic_id", "case_id"], ["cases.clinic_id", "cases.id"]),
        sa.ForeignKeyConstraint(["clinic_id", "recorded_by"], ["memberships.clinic_id", "memberships.user_id"]),
        sa.PrimaryKeyConstraint("clinic_id", "case_id", "seq"),
        sqlite_with_rowid=False,
    )
    guard_facts(op.get_bind(), TABLE)


def downgrade() -> None:
    """Takes all of it back."""
    connection = op.get_bind()
    op.drop_table(TABLE)
    close_vocabulary(connection, "determinations", "kind", DETERMINED)
    op.drop_index("ix_devices_of_model", "devices")
    drop_constraints(connection, "fills", OF_FILLS)
    drop_constraints(connection, "devices", OF_DEVICES)
    _unguard("devices", "fills")
    op.drop_column("fills", "mode")
    for name in (
        "pocket_side", "tip_level", "trimmed_cm", "implanted_cm", "made_on", "expires_on", "device_identifier",
    ):  # fmt: skip
        op.drop_column("devices", name)
    if connection.dialect.name == "sqlite":
        for table in ("devices", "fills"):
            guard_facts(connection, table)


def _unguard(*tables: str) -> None:
    """On SQLite the guard names every column of its table; on PostgreSQL it sees them all by itself."""
    if op.get_bind().dialect.name == "sqlite":
        for table in tables:
            op.execute(f"DROP TRIGGER {table}_not_deleted")
            op.execute(f"DROP TRIGGER {table}_only_superseded")


def _guard_anew(*tables: str) -> None:
    _unguard(*tables)
    if op.get_bind().dialect.name == "sqlite":
        for table in tables:
            guard_facts(op.get_bind(), table)
