"""Reoperations: a case beside the case of the pump, and a pump or catheter that was put in at one."""

import sqlalchemy as sa
from alembic import op

from tracker.persistence.schema_changes import add_constraints, close_vocabulary, drop_constraints, guard_facts

revision = "0027"
down_revision = "0026"
branch_labels = None
depends_on = None

DETERMINED = (
    "dose_order", "outcome", "trial_aborted", "observation_ended", "decision", "waiver", "earlier_benefit", "hold",
    "death", "transfer", "therapy_stopped", "withdrawal_watch_closed", "refill_plan", "deviation",
    "deviation_reviewed", "not_before", "pump_call_settled", "drug_stock", "scan_decided", "scan_task_done",
    "pump_switched_off", "advisory_settled",
)  # fmt: skip
NEW = ("reoperation", "reoperation_done", "reoperation_ended")
PURPOSES = ("evaluation", "trial", "implant", "refill", "follow_up")
ORIGINS = ("implanted_here", "already_in")
OF_CASES = {
    "fk_cases_clinic_id_about_case_id_patient_id": (
        "FOREIGN KEY(clinic_id, about_case_id, patient_id) REFERENCES cases (clinic_id, id, patient_id)"
    ),
    "ck_cases_beside": "CHECK ((pathway = 'itb_reoperation') = (about_case_id IS NOT NULL))",
    "ck_cases_beside_another": "CHECK (about_case_id <> id)",
}
OF_DEVICES = {
    "fk_devices_clinic_id_reoperation_id_case_id": (
        "FOREIGN KEY(clinic_id, reoperation_id, case_id) REFERENCES cases (clinic_id, id, about_case_id)"
    ),
    "ck_devices_grounds_of_reoperation": "CHECK ((origin = 'reoperation') = (reoperation_id IS NOT NULL))",
}
#: A device and what is in it belong to the case of the pump, never to a reoperation.
HELD = ("devices", "fills", "interrogations", "trial_doses")
REFUSAL = "a reoperation holds no device"
BESIDE = "SELECT 1 FROM cases WHERE clinic_id = NEW.clinic_id AND id = NEW.case_id AND about_case_id IS NOT NULL"


def upgrade() -> None:
    """Adds the columns, what must hold of them, and the new words."""
    connection = op.get_bind()
    op.add_column("cases", sa.Column("about_case_id", sa.BigInteger(), nullable=True))
    op.create_index("uq_cases_about", "cases", ["clinic_id", "id", "about_case_id"], unique=True)
    op.create_index(
        "uq_cases_open_about",
        "cases",
        ["clinic_id", "about_case_id"],
        unique=True,
        sqlite_where=sa.text("is_open = 1 AND about_case_id IS NOT NULL"),
        postgresql_where=sa.text("is_open AND about_case_id IS NOT NULL"),
    )
    op.add_column("devices", sa.Column("reoperation_id", sa.BigInteger(), nullable=True))
    _guard_devices_anew()
    _widen((*DETERMINED, *NEW), (*PURPOSES, "reoperation"), (*ORIGINS, "reoperation"))
    add_constraints(connection, "cases", OF_CASES)
    add_constraints(connection, "devices", OF_DEVICES)
    _refuse_devices_beside()
    _guard_clinicians("'implant', 'reoperation', 'trial'")


def downgrade() -> None:
    """Takes all of it back. It refuses where a reoperation is stored."""
    connection = op.get_bind()
    _guard_clinicians("'implant', 'trial'")
    _allow_devices_beside()
    drop_constraints(connection, "devices", OF_DEVICES)
    drop_constraints(connection, "cases", OF_CASES)
    _widen(DETERMINED, PURPOSES, ORIGINS)
    if connection.dialect.name == "sqlite":
        op.execute("DROP TRIGGER devices_not_deleted")
        op.execute("DROP TRIGGER devices_only_superseded")
    op.drop_column("devices", "reoperation_id")
    if connection.dialect.name == "sqlite":
        guard_facts(connection, "devices")
    op.drop_index("uq_cases_open_about", "cases")
    op.drop_index("uq_cases_about", "cases")
    op.drop_column("cases", "about_case_id")


def _guard_devices_anew() -> None:
    """On SQLite the guard names every column of the table; on PostgreSQL it sees them all by itself."""
    if op.get_bind().dialect.name == "sqlite":
        op.execute("DROP TRIGGER devices_not_deleted")
        op.execute("DROP TRIGGER devices_only_superseded")
        guard_facts(op.get_bind(), "devices")


def _widen(determined: tuple[str, ...], purposes: tuple[str, ...], origins: tuple[str, ...]) -> None:
    connection = op.get_bind()
    close_vocabulary(connection, "determinations", "kind", determined)
    close_vocabulary(connection, "appointments", "purpose", purposes)
    close_vocabulary(connection, "devices", "origin", origins)


def _refuse_devices_beside() -> None:
    if op.get_bind().dialect.name == "sqlite":
        for table in HELD:
            op.execute(
                f"CREATE TRIGGER {table}_not_beside BEFORE INSERT ON {table}"
                f" BEGIN SELECT RAISE(ABORT, '{REFUSAL}') WHERE EXISTS ({BESIDE}); END"
            )
        return
    op.execute(f"""
        CREATE FUNCTION refuse_device_beside() RETURNS trigger LANGUAGE plpgsql AS $$
        BEGIN
            IF EXISTS ({BESIDE}) THEN
                RAISE EXCEPTION '{REFUSAL}' USING ERRCODE = 'integrity_constraint_violation';
            END IF;
            RETURN NEW;
        END $$
    """)
    for table in HELD:
        op.execute(
            f"CREATE TRIGGER {table}_not_beside BEFORE INSERT ON {table}"
            " FOR EACH ROW EXECUTE FUNCTION refuse_device_beside()"
        )


def _allow_devices_beside() -> None:
    is_sqlite = op.get_bind().dialect.name == "sqlite"
    for table in HELD:
        op.execute(f"DROP TRIGGER {table}_not_beside" + ("" if is_sqlite else f" ON {table}"))
    if not is_sqlite:
        op.execute("DROP FUNCTION refuse_device_beside()")


def _guard_clinicians(purposes: str) -> None:
    """A clinician is in one procedure at a time; a reoperation is one."""
    holds = "superseded_by IS NULL AND state IN ('arrived', 'booked', 'confirmed')"
    if op.get_bind().dialect.name != "sqlite":
        op.execute("ALTER TABLE appointments DROP CONSTRAINT appointments_clinician_taken")
        op.execute(
            "ALTER TABLE appointments ADD CONSTRAINT appointments_clinician_taken EXCLUDE USING gist"
            " (clinic_id WITH =, clinician_id WITH =, tstzrange(starts_at, ends_at) WITH &&)"
            f" WHERE ({holds} AND purpose IN ({purposes}))"
        )
        return
    op.execute("DROP TRIGGER appointments_clinician_taken")
    op.execute(f"""
        CREATE TRIGGER appointments_clinician_taken BEFORE INSERT ON appointments
        WHEN NEW.superseded_by IS NULL AND NEW.state IN ('arrived', 'booked', 'confirmed')
        BEGIN
            SELECT RAISE(ABORT, 'clinician taken') WHERE EXISTS (
                SELECT 1 FROM appointments
                WHERE clinic_id = NEW.clinic_id AND {holds}
                    AND starts_at > date(NEW.starts_at, '-2 days') AND starts_at < NEW.ends_at
                    AND NEW.starts_at < ends_at AND clinician_id = NEW.clinician_id
                    AND purpose IN ({purposes}) AND NEW.purpose IN ({purposes})
            );
        END
    """)  # noqa: S608  # our own words
