"""What a person sent after their sign-in had ended, and has not sent again yet."""

from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import select
from sqlalchemy.orm import Session

from tracker.domain.credentials import FORM_KEPT
from tracker.persistence.models import KeptForm


@dataclass(frozen=True, slots=True, kw_only=True)
class SealedForm:
    """One form; ``sealed`` is what was typed, for the deployment's key alone."""

    id: int
    kept_at: datetime
    sealed: str


def list_kept_forms(session: Session, *, clinic_id: int, user_id: int, at: datetime) -> tuple[SealedForm, ...]:
    """What is still kept of this very person at this clinic, the latest first."""
    rows = session.execute(
        select(KeptForm.id, KeptForm.kept_at, KeptForm.sealed)
        .where(KeptForm.clinic_id == clinic_id, KeptForm.user_id == user_id, KeptForm.kept_at >= at - FORM_KEPT)
        .order_by(KeptForm.kept_at.desc(), KeptForm.id.desc())
    )
    return tuple(SealedForm(**row._mapping) for row in rows)
