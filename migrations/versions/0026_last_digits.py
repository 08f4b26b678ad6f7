"""Patients are found by the last four digits of a telephone number too."""

from alembic import op

revision = "0026"
down_revision = "0025"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Adds the words of the numbers that are there; the next ones come with their patients."""
    op.execute(
        """
        INSERT INTO patient_words (clinic_id, word, patient_id)
        SELECT DISTINCT clinic_id, substr(value, length(value) - 3), patient_id FROM contact_points AS point
        WHERE kind = 'phone' AND is_possible AND ended_at IS NULL AND value LIKE '+____%' AND NOT EXISTS (
            SELECT 1 FROM patient_words AS known
            WHERE known.clinic_id = point.clinic_id AND known.patient_id = point.patient_id
            AND known.word = substr(point.value, length(point.value) - 3)
        )
        """
    )


def downgrade() -> None:
    """Leaves them: a word more finds nobody who is not meant, and goes when the patient's words are made anew."""
