"""Arrival times said to be final, more kinds of visits and messages, and the surgeon whom a consent names."""

import sqlalchemy as sa
from alembic import op

from tracker.persistence.schema_changes import add_constraints, close_vocabulary, drop_constraints, guard_facts

revision = "0037"
down_revision = "0036"
branch_labels = None
depends_on = None

DETERMINED = (
    "dose_order", "outcome", "trial_aborted", "observation_ended", "decision", "waiver", "earlier_benefit", "hold",
    "death", "transfer", "therapy_stopped", "withdrawal_watch_closed", "refill_plan", "deviation",
    "deviation_reviewed", "not_before", "pump_call_settled", "drug_stock", "scan_decided", "scan_task_done",
    "pump_switched_off", "advisory_settled", "reoperation", "reoperation_done", "reoperation_ended",
)  # fmt: skip
PURPOSES = ("evaluation", "trial", "implant", "refill", "follow_up", "reoperation")
NEW_PURPOSES = ("consent", "wound_check", "titration", "decision")
REMINDERS = ("consent", "arrival", "refill")
OF_CONSENTS = {
    "fk_consents_clinic_id_clinician_id": (
        "FOREIGN KEY(clinic_id, clinician_id) REFERENCES clinicians (clinic_id, id)"
    ),
}


def upgrade() -> None:
    """Adds the column, what must hold of it, and the new words."""
    connection = op.get_bind()
    op.add_column("consents", sa.Column("clinician_id", sa.BigInteger(), nullable=True))
    _guard_consents_anew()
    add_constraints(connection, "consents", OF_CONSENTS)
    close_vocabulary(connection, "determinations", "kind", (*DETERMINED, "time_final"))
    close_vocabulary(connection, "appointments", "purpose", (*PURPOSES, *NEW_PURPOSES))
    close_vocabulary(connection, "reminders", "kind", (*REMINDERS, "after", "preparation"))


def downgrade() -> None:
    """Takes all of it back. It refuses where one of the new words is stored."""
    connection = op.get_bind()
    close_vocabulary(connection, "reminders", "kind", REMINDERS)
    close_vocabulary(connection, "appointments", "purpose", PURPOSES)
    close_vocabulary(connection, "determinations", "kind", DETERMINED)
    drop_constraints(connection, "consents", OF_CONSENTS)
    _drop_guards()
    op.drop_column("consents", "clinician_id")
    if connection.dialect.name == "sqlite":
        guard_facts(connection, "consents")


def _guard_consents_anew() -> None:
    """On SQLite the guard names every column of the table; on PostgreSQL it sees them all by itself."""
    if op.get_bind().dialect.name == "sqlite":
        _drop_guards()
        guard_facts(op.get_bind(), "consents")


def _drop_guards() -> None:
    if op.get_bind().dialect.name == "sqlite":
        op.execute("DROP TRIGGER consents_not_deleted")
        op.execute("DROP TRIGGER consents_only_superseded")
