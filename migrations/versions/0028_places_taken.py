"""Whether a room or a clinician is free is looked up by their own visits, not by all of the clinic's days around."""

import sqlalchemy as sa
from alembic import op

revision = "0028"
down_revision = "0027"
branch_labels = None
depends_on = None

HOLDS = "superseded_by IS NULL AND state IN ('arrived', 'booked', 'confirmed')"
INDEXES = {"ix_appointments_room": "room_id", "ix_appointments_clinician": "clinician_id"}


def upgrade() -> None:
    """Creates an index for each."""
    for name, column in INDEXES.items():
        held = sa.text(f"{HOLDS} AND {column} IS NOT NULL")
        columns = ["clinic_id", column, "starts_at"]
        op.create_index(name, "appointments", columns, sqlite_where=held, postgresql_where=held)


def downgrade() -> None:
    """Takes them away."""
    for name in INDEXES:
        op.drop_index(name, "appointments")
