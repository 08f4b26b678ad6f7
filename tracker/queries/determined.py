"""Asked of a case within another query: whether something stands recorded of it."""

from sqlalchemy import ColumnElement, select

from tracker.domain.words import DeterminationKind
from tracker.persistence.models import Case, DeterminationRow


def is_determined(kind: DeterminationKind, *more: ColumnElement[bool]) -> ColumnElement[bool]:
    """Whether such a determination of the ``Case`` of the query around it stands; ``more``: what it must be like."""
    return (
        select(DeterminationRow.seq)
        .where(
            DeterminationRow.clinic_id == Case.clinic_id,
            DeterminationRow.case_id == Case.id,
            DeterminationRow.kind == kind,
            DeterminationRow.superseded_by.is_(None),
            *more,
        )
        .correlate(Case)
        .exists()
    )
