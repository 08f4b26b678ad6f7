"""How to prepare for a procedure, in a clinic's own words, by language."""

from collections.abc import Mapping

from sqlalchemy import select
from sqlalchemy.orm import Session

from tracker.persistence.models import PreparationSheet


def get_sheets(session: Session, clinic_id: int) -> Mapping[str, str]:
    """The sheets that there are, by the code of their language."""
    rows = session.execute(
        select(PreparationSheet.language, PreparationSheet.text).where(PreparationSheet.clinic_id == clinic_id)
    )
    return {row.language: row.text for row in rows}
