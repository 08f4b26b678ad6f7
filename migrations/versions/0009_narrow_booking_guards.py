"""On SQLite a booking looked at every visit ever booked before it; now at those of the two days before.

A visit lasts a day at most (``services.appointments.LONGEST_VISIT``), so whatever overlaps began after that.
"""

from alembic import op

revision = "0009"
down_revision = "0008"
branch_labels = None
depends_on = None

IS_PROCEDURE = "purpose IN ('implant', 'trial')"
TAKEN = {
    "room": "room_id = NEW.room_id",
    "patient": "case_id = NEW.case_id",
    "clinician": f"clinician_id = NEW.clinician_id AND {IS_PROCEDURE} AND NEW.{IS_PROCEDURE}",
}
HOLDS_ITS_PLACE = "superseded_by IS NULL AND state IN ('arrived', 'booked', 'confirmed')"


def upgrade() -> None:
    """A range of the index of visits that hold their place."""
    _guard("starts_at > date(NEW.starts_at, '-2 days') AND starts_at < NEW.ends_at")


def downgrade() -> None:
    """Back to all before the end."""
    _guard("starts_at < NEW.ends_at")


def _guard(begins: str) -> None:
    if op.get_bind().dialect.name != "sqlite":
        return  # exclusion constraints have an index of their own
    for what, same in TAKEN.items():
        op.execute(f"DROP TRIGGER appointments_{what}_taken")
        op.execute(f"""
            CREATE TRIGGER appointments_{what}_taken BEFORE INSERT ON appointments
            WHEN NEW.superseded_by IS NULL AND NEW.state IN ('arrived', 'booked', 'confirmed')
            BEGIN
                SELECT RAISE(ABORT, '{what} taken') WHERE EXISTS (
                    SELECT 1 FROM appointments
                    WHERE clinic_id = NEW.clinic_id AND {HOLDS_ITS_PLACE}
                        AND {begins} AND NEW.starts_at < ends_at AND {same}
                );
            END
        """)  # noqa: S608  # our own words
