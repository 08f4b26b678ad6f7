"""Whether somebody said that the time of a visit is final, where there is no snapshot of its case at hand."""

from datetime import datetime

from sqlalchemy import select
from sqlalchemy.orm import Session

from tracker.domain.words import DeterminationKind
from tracker.persistence.models import DeterminationRow


def is_said_final(session: Session, clinic_id: int, case_id: int, appointment: int, arrives: datetime) -> bool:
    """Whether ``arrives``, the wall time at which the patient is to come, is what was last said to be final."""
    said = session.scalars(
        select(DeterminationRow.value)
        .where(
            DeterminationRow.clinic_id == clinic_id,
            DeterminationRow.case_id == case_id,
            DeterminationRow.kind == DeterminationKind.TIME_FINAL,
            DeterminationRow.about_seq == appointment,
            DeterminationRow.superseded_by.is_(None),
        )
        .order_by(DeterminationRow.seq.desc())
        .limit(1)
    ).first()
    return said == arrives.isoformat(timespec="minutes")
