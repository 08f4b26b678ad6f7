"""Scores by side and rater, vital signs and adverse events after a test dose."""

import sqlalchemy as sa
from alembic import op

from tracker.persistence.schema_changes import add_constraints, close_vocabulary, drop_constraints, guard_facts
from tracker.persistence.types import UTCDateTime

revision = "0047"
down_revision = "0046"
branch_labels = None
depends_on = None

INSTRUMENTS = ("ashworth", "nrs", "penn")
OF_SCORES = {
    "ck_assessments_side": "CHECK (side IN ('left', 'right', ''))",
    "fk_assessments_clinic_id_rater_id": (
        "FOREIGN KEY(clinic_id, rater_id) REFERENCES memberships (clinic_id, user_id)"
    ),
    "fk_assessments_clinic_id_second_by": (
        "FOREIGN KEY(clinic_id, second_by) REFERENCES memberships (clinic_id, user_id)"
    ),
}
MEASURED = ("systolic", "diastolic", "pulse", "saturation", "breaths")


def upgrade() -> None:
    """Scores so far have no side and were measured by whoever wrote them down."""
    op.add_column("assessments", sa.Column("side", sa.Text(), nullable=False, server_default=""))
    op.add_column("assessments", sa.Column("rater_id", sa.BigInteger(), nullable=True))
    op.add_column("assessments", sa.Column("second_by", sa.BigInteger(), nullable=True))
    _drop_guards()
    _guard_scores()
    add_constraints(op.get_bind(), "assessments", OF_SCORES)
    close_vocabulary(op.get_bind(), "assessments", "instrument", (*INSTRUMENTS, "penn_severity"))
    _vital_signs()
    _adverse_events()


def downgrade() -> None:
    """Takes all of it back. It refuses where a severity of spasms is stored."""
    op.drop_table("adverse_events")
    op.drop_table("vital_signs")
    close_vocabulary(op.get_bind(), "assessments", "instrument", INSTRUMENTS)
    drop_constraints(op.get_bind(), "assessments", OF_SCORES)
    _drop_guards()
    for column in ("second_by", "rater_id", "side"):
        op.drop_column("assessments", column)
    _guard_scores()


def _vital_signs() -> None:
    _fact_table(
        "vital_signs",
        sa.Column("attempt", sa.Integer(), nullable=False),
        sa.Column("dose_seq", sa.Integer(), nullable=True),
        *(sa.Column(name, sa.Integer(), nullable=True) for name in MEASURED),
        sa.Column("alertness", sa.Text(), nullable=False),
        *(sa.CheckConstraint(f"CAST({name} AS NUMERIC) >= 0", name=f"{name}_not_negative") for name in MEASURED),
        sa.CheckConstraint("saturation <= 100", name="percent"),
        sa.CheckConstraint("alertness IN ('awake', 'drowsy', 'hard_to_wake', 'not_waking', '')", name="alertness"),
        sa.CheckConstraint("attempt >= 0", name="attempt"),
    )


def _adverse_events() -> None:
    kinds = (
        "'drowsiness', 'headache', 'hypotension', 'nausea', 'other', 'respiratory_depression', 'seizure', "
        "'urinary_retention'"
    )
    _fact_table(
        "adverse_events",
        sa.Column("dose_seq", sa.Integer(), nullable=False),
        *(sa.Column(name, sa.Text(), nullable=False) for name in ("event", "happened", "severity", "note")),
        sa.CheckConstraint(f"event IN ({kinds})", name="event"),
        sa.CheckConstraint("happened IN ('no', 'not_known', 'yes')", name="happened"),
        sa.CheckConstraint("severity IN ('mild', 'moderate', 'severe', '')", name="severity"),
        sa.CheckConstraint("(happened = 'yes') = (severity <> '')", name="severity_of_event"),
    )


def _fact_table(name: str, *own: sa.Column[object] | sa.CheckConstraint) -> None:
    op.create_table(
        name,
        sa.Column("clinic_id", sa.BigInteger(), autoincrement=False, nullable=False),
        sa.Column("case_id", sa.BigInteger(), nullable=False),
        sa.Column("seq", sa.Integer(), nullable=False),
        sa.Column("effective_at", UTCDateTime(), nullable=False),
        sa.Column("recorded_at", UTCDateTime(), nullable=False),
        sa.Column("recorded_by", sa.BigInteger(), nullable=True),
        sa.Column("superseded_by", sa.Integer(), nullable=True),
        *own,
        sa.CheckConstraint("effective_at <= recorded_at", name="happened_before_written"),
        sa.CheckConstraint("seq > 0", name="seq"),
        sa.CheckConstraint("superseded_by > seq", name="superseded_later"),
        sa.ForeignKeyConstraint(
            ["clinic_id", "case_id", "dose_seq"], ["trial_doses.clinic_id", "trial_doses.case_id", "trial_doses.seq"]
        ),
        sa.ForeignKeyConstraint(["clinic_id", "case_id"], ["cases.clinic_id", "cases.id"]),
        sa.ForeignKeyConstraint(["clinic_id", "recorded_by"], ["memberships.clinic_id", "memberships.user_id"]),
        sa.PrimaryKeyConstraint("clinic_id", "case_id", "seq"),
        sqlite_with_rowid=False,
    )
    guard_facts(op.get_bind(), name)


def _guard_scores() -> None:
    """On SQLite the guard names every column of the table; on PostgreSQL it sees them all by itself."""
    if op.get_bind().dialect.name == "sqlite":
        guard_facts(op.get_bind(), "assessments")


def _drop_guards() -> None:
    if op.get_bind().dialect.name == "sqlite":
        op.execute("DROP TRIGGER assessments_not_deleted")
        op.execute("DROP TRIGGER assessments_only_superseded")
