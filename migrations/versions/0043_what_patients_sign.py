"""What patients sign: texts of consents, each as it was signed, who signed, and which consent was read again."""

import sqlalchemy as sa
from alembic import op

from tracker.persistence.schema_changes import (
    add_constraints,
    close_vocabulary,
    drop_constraints,
    guard_facts,
    guard_rows,
)
from tracker.persistence.types import UTCDateTime

revision = "0043"
down_revision = "0042"
branch_labels = None
depends_on = None

TEXTS, FORMS = "consent_texts", "consent_forms"
STATES = ("signed", "withdrawn")
OF_CONSENTS = {
    "ck_consents_relation": (
        "CHECK (relation IN ('emancipated_minor', 'guardian', 'parent', 'representative', 'self', ''))"
    ),
    "ck_consents_assent": "CHECK (assent IN ('declined', 'given', 'not_able', ''))",
    "fk_consents_clinic_id_case_id_form": (
        "FOREIGN KEY(clinic_id, case_id, form) REFERENCES consent_forms (clinic_id, case_id, public_id)"
    ),
}
OF_ITEMS = {
    "fk_checklist_items_clinic_id_case_id_about_seq": (
        "FOREIGN KEY(clinic_id, case_id, about_seq) REFERENCES consents (clinic_id, case_id, seq)"
    ),
}


def upgrade() -> None:
    """Creates the tables and columns. Of what was signed before, nobody knows the text, or who signed for whom."""
    connection = op.get_bind()
    _create_texts()
    _create_forms()
    for name in ("relation", "assent", "interpreter"):
        op.add_column("consents", sa.Column(name, sa.Text(), nullable=False, server_default=""))
    op.add_column("consents", sa.Column("form", sa.Text(), nullable=True))
    op.add_column("checklist_items", sa.Column("about_seq", sa.Integer(), nullable=True))
    _guard_anew()
    add_constraints(connection, "consents", OF_CONSENTS)
    add_constraints(connection, "checklist_items", OF_ITEMS)
    close_vocabulary(connection, "consents", "state", (*STATES, "void"))


def downgrade() -> None:
    """Takes all of it back: what was signed stays as a date and a name. PostgreSQL refuses where one is void."""
    connection = op.get_bind()
    close_vocabulary(connection, "consents", "state", STATES)
    drop_constraints(connection, "checklist_items", OF_ITEMS)
    drop_constraints(connection, "consents", OF_CONSENTS)
    if connection.dialect.name == "sqlite":
        _drop_guards()
    op.drop_column("checklist_items", "about_seq")
    for name in ("form", "interpreter", "assent", "relation"):
        op.drop_column("consents", name)
    if connection.dialect.name == "sqlite":
        for table in ("consents", "checklist_items"):
            guard_facts(connection, table)
    op.drop_table(FORMS)
    op.drop_table(TEXTS)


def _create_texts() -> None:
    op.create_table(
        TEXTS,
        sa.Column("clinic_id", sa.BigInteger(), autoincrement=False, nullable=False),
        sa.Column("procedure", sa.Text(), nullable=False),
        sa.Column("language", sa.Text(), nullable=False),
        sa.Column("version", sa.Integer(), autoincrement=False, nullable=False),
        sa.Column("title", sa.Text(), nullable=False),
        sa.Column("body", sa.Text(), nullable=False),
        sa.Column("approved_by", sa.Text(), nullable=False),
        sa.Column("approved_on", sa.Date(), nullable=False),
        sa.Column("shipped_version", sa.Integer(), nullable=False),
        sa.Column("written_at", UTCDateTime(), nullable=False),
        sa.Column("written_by", sa.BigInteger(), nullable=False),
        sa.CheckConstraint("version > 1000", name="version"),
        sa.CheckConstraint("title <> '' AND body <> '' AND approved_by <> ''", name="whole"),
        sa.ForeignKeyConstraint(["clinic_id", "written_by"], ["memberships.clinic_id", "memberships.user_id"]),
        sa.ForeignKeyConstraint(["clinic_id"], ["clinics.id"]),
        sa.PrimaryKeyConstraint("clinic_id", "procedure", "language", "version"),
    )
    guard_rows(op.get_bind(), TEXTS)


def _create_forms() -> None:
    op.create_table(
        FORMS,
        sa.Column("clinic_id", sa.BigInteger(), autoincrement=False, nullable=False),
        sa.Column("case_id", sa.BigInteger(), nullable=False),
        sa.Column("public_id", sa.Text(), nullable=False),
        sa.Column("procedure", sa.Text(), nullable=False),
        sa.Column("language", sa.Text(), nullable=False),
        sa.Column("text_version", sa.Integer(), nullable=False),
        sa.Column("title", sa.Text(), nullable=False),
        sa.Column("body", sa.Text(), nullable=False),
        sa.Column("approved_by", sa.Text(), nullable=False),
        sa.Column("text_hash", sa.Text(), nullable=False),
        sa.Column("strokes", sa.Text(), nullable=False),
        sa.Column("strokes_hash", sa.Text(), nullable=False),
        sa.Column("made_at", UTCDateTime(), nullable=False),
        sa.Column("made_by", sa.BigInteger(), nullable=False),
        sa.ForeignKeyConstraint(["clinic_id", "made_by"], ["memberships.clinic_id", "memberships.user_id"]),
        sa.ForeignKeyConstraint(["clinic_id", "case_id"], ["cases.clinic_id", "cases.id"]),
        sa.ForeignKeyConstraint(["clinic_id"], ["clinics.id"]),
        sa.PrimaryKeyConstraint("clinic_id", "case_id", "public_id"),
    )
    guard_rows(op.get_bind(), FORMS)


def _guard_anew() -> None:
    """On SQLite the guard names every column of the table; on PostgreSQL it sees them all by itself."""
    connection = op.get_bind()
    if connection.dialect.name == "sqlite":
        _drop_guards()
        for table in ("consents", "checklist_items"):
            guard_facts(connection, table)


def _drop_guards() -> None:
    for table in ("consents", "checklist_items"):
        op.execute(f"DROP TRIGGER {table}_not_deleted")
        op.execute(f"DROP TRIGGER {table}_only_superseded")
