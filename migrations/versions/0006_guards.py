"""What the database itself refuses, whoever asks: changed history, double booking, a pump that nobody watches."""

import sqlalchemy as sa
from alembic import op

revision = "0006"
down_revision = "0005"
branch_labels = None
depends_on = None

FACTS = (
    "referrals",
    "evaluations",
    "documents",
    "authorizations",
    "consents",
    "appointments",
    "checklist_items",
    "trial_doses",
    "assessments",
    "determinations",
    "devices",
    "fills",
    "corrections",
)

HOLDS_ITS_PLACE = "superseded_by IS NULL AND state IN ('arrived', 'booked', 'confirmed')"
IS_PROCEDURE = "purpose IN ('implant', 'trial')"

TAKEN_ON_SQLITE = {
    "room": "room_id = NEW.room_id",
    "patient": "case_id = NEW.case_id",
    "clinician": f"clinician_id = NEW.clinician_id AND {IS_PROCEDURE} AND NEW.{IS_PROCEDURE}",
}

SQLITE_BOOKING = """
    CREATE TRIGGER appointments_WHAT_taken BEFORE INSERT ON appointments
    WHEN NEW.superseded_by IS NULL AND NEW.state IN ('arrived', 'booked', 'confirmed')
    BEGIN
        SELECT RAISE(ABORT, 'WHAT taken') WHERE EXISTS (
            SELECT 1 FROM appointments
            WHERE clinic_id = NEW.clinic_id
                AND superseded_by IS NULL AND state IN ('arrived', 'booked', 'confirmed')
                AND starts_at < NEW.ends_at AND NEW.starts_at < ends_at AND SAME
        );
    END
"""

POSTGRESQL_FUNCTIONS = (
    """
    CREATE FUNCTION refuse_change() RETURNS trigger LANGUAGE plpgsql AS $$
    BEGIN
        RAISE EXCEPTION '% cannot be changed', TG_TABLE_NAME USING ERRCODE = 'integrity_constraint_violation';
    END $$
    """,
    """
    CREATE FUNCTION refuse_edit_of_fact() RETURNS trigger LANGUAGE plpgsql AS $$
    BEGIN
        IF OLD.superseded_by IS NOT NULL OR NEW.superseded_by IS NULL
            OR to_jsonb(OLD) - 'superseded_by' IS DISTINCT FROM to_jsonb(NEW) - 'superseded_by'
        THEN
            RAISE EXCEPTION '% can only be superseded, once', TG_TABLE_NAME
                USING ERRCODE = 'integrity_constraint_violation';
        END IF;
        RETURN NEW;
    END $$
    """,
    # A pump may be left without a watch only by a death or by a transfer that is completed.
    """
    CREATE FUNCTION refuse_unwatched_pump() RETURNS trigger LANGUAGE plpgsql AS $$
    DECLARE
        changed record;
    BEGIN
        IF TG_OP = 'DELETE' THEN changed := OLD; ELSE changed := NEW; END IF;
        IF EXISTS (
            SELECT 1 FROM devices AS pump
            WHERE pump.clinic_id = changed.clinic_id AND pump.case_id = changed.case_id
                AND pump.kind = 'pump' AND pump.in_place AND pump.superseded_by IS NULL
                AND NOT EXISTS (
                    SELECT 1 FROM pump_watch AS watch
                    WHERE watch.clinic_id = pump.clinic_id AND watch.case_id = pump.case_id
                        AND watch.device = pump.device
                )
        ) AND NOT EXISTS (
            SELECT 1 FROM determinations AS ending
            WHERE ending.clinic_id = changed.clinic_id AND ending.case_id = changed.case_id
                AND ending.superseded_by IS NULL
                AND (ending.kind = 'death' OR ending.kind = 'transfer' AND ending.value = 'completed')
        ) THEN
            RAISE EXCEPTION 'a pump in place has no open refill obligation'
                USING ERRCODE = 'integrity_constraint_violation', CONSTRAINT = 'pump_is_watched';
        END IF;
        RETURN NULL;
    END $$
    """,
)


def upgrade() -> None:
    """Lays the guards of the engine at hand."""
    if op.get_bind().dialect.name == "sqlite":
        guard_sqlite()
    else:
        guard_postgresql()


def downgrade() -> None:
    """Takes them away."""
    if op.get_bind().dialect.name == "sqlite":
        unguard_sqlite()
    else:
        unguard_postgresql()


def guard_sqlite() -> None:
    """Triggers; a deferred watch over pumps has no form here, ``tracker check`` looks instead."""
    op.execute(
        "CREATE TRIGGER events_not_updated BEFORE UPDATE ON events"
        " BEGIN SELECT RAISE(ABORT, 'events cannot be changed'); END"
    )
    for table in ("events", *FACTS):
        op.execute(
            f"CREATE TRIGGER {table}_not_deleted BEFORE DELETE ON {table}"
            f" BEGIN SELECT RAISE(ABORT, '{table} cannot be changed'); END"
        )
    for table in FACTS:
        columns = (column["name"] for column in sa.inspect(op.get_bind()).get_columns(table))
        edited = " OR ".join(f'NEW."{name}" IS NOT OLD."{name}"' for name in columns if name != "superseded_by")
        op.execute(
            f"CREATE TRIGGER {table}_only_superseded BEFORE UPDATE ON {table}"
            f" WHEN OLD.superseded_by IS NOT NULL OR NEW.superseded_by IS NULL OR {edited}"
            f" BEGIN SELECT RAISE(ABORT, '{table} can only be superseded, once'); END"
        )
    for what, same in TAKEN_ON_SQLITE.items():
        op.execute(SQLITE_BOOKING.replace("WHAT", what).replace("SAME", same))


def unguard_sqlite() -> None:
    """Drops every trigger that ``guard_sqlite`` made."""
    op.execute("DROP TRIGGER events_not_updated")
    for table in ("events", *FACTS):
        op.execute(f"DROP TRIGGER {table}_not_deleted")
    for table in FACTS:
        op.execute(f"DROP TRIGGER {table}_only_superseded")
    for what in ("room", "patient", "clinician"):
        op.execute(f"DROP TRIGGER appointments_{what}_taken")


def guard_postgresql() -> None:
    """Triggers, exclusion constraints for the booking, and a watch over pumps that is checked at commit."""
    for function in POSTGRESQL_FUNCTIONS:
        op.execute(function)
    op.execute(
        "CREATE TRIGGER events_not_changed BEFORE UPDATE OR DELETE ON events"
        " FOR EACH ROW EXECUTE FUNCTION refuse_change()"
    )
    for table in FACTS:
        op.execute(
            f"CREATE TRIGGER {table}_not_deleted BEFORE DELETE ON {table} FOR EACH ROW EXECUTE FUNCTION refuse_change()"
        )
        op.execute(
            f"CREATE TRIGGER {table}_only_superseded BEFORE UPDATE ON {table}"
            " FOR EACH ROW EXECUTE FUNCTION refuse_edit_of_fact()"
        )
    op.execute("CREATE EXTENSION IF NOT EXISTS btree_gist")
    taken = {"room": ("room_id", ""), "patient": ("case_id", ""), "clinician": ("clinician_id", f" AND {IS_PROCEDURE}")}
    for what, (column, also) in taken.items():
        op.execute(
            f"ALTER TABLE appointments ADD CONSTRAINT appointments_{what}_taken EXCLUDE USING gist"
            f" (clinic_id WITH =, {column} WITH =, tstzrange(starts_at, ends_at) WITH &&)"
            f" WHERE ({HOLDS_ITS_PLACE}{also})"
        )
    for table, moment in (("devices", "INSERT"), ("pump_watch", "DELETE"), ("determinations", "UPDATE")):
        op.execute(
            f"CREATE CONSTRAINT TRIGGER {table}_pump_is_watched AFTER {moment} ON {table}"
            " DEFERRABLE INITIALLY DEFERRED FOR EACH ROW EXECUTE FUNCTION refuse_unwatched_pump()"
        )


def unguard_postgresql() -> None:
    """Drops every trigger, constraint and function that ``guard_postgresql`` made; the extension may be others'."""
    for table in ("devices", "pump_watch", "determinations"):
        op.execute(f"DROP TRIGGER {table}_pump_is_watched ON {table}")
    for what in ("room", "patient", "clinician"):
        op.execute(f"ALTER TABLE appointments DROP CONSTRAINT appointments_{what}_taken")
    for table in FACTS:
        op.execute(f"DROP TRIGGER {table}_only_superseded ON {table}")
        op.execute(f"DROP TRIGGER {table}_not_deleted ON {table}")
    op.execute("DROP TRIGGER events_not_changed ON events")
    for function in ("refuse_unwatched_pump", "refuse_edit_of_fact", "refuse_change"):
        op.execute(f"DROP FUNCTION {function}()")
