"""What was sent after a sign-in had ended is kept for its sender, for some hours, until it is in a form again."""

from datetime import datetime

from sqlalchemy import Connection, delete, insert, select
from sqlalchemy.orm import Session

from tracker.domain.credentials import FORM_KEPT
from tracker.persistence.models import KeptForm
from tracker.services.ports import Ids

#: How many forms of one person are kept; the oldest make room.
MOST = 20


def keep_form(session: Session, *, clinic_id: int, user_id: int, sealed: str, at: datetime, ids: Ids) -> None:
    """Keep what a member of a clinic typed. ``sealed``: for the deployment's key alone."""
    mine = (KeptForm.clinic_id == clinic_id, KeptForm.user_id == user_id)
    session.execute(
        insert(KeptForm).values(clinic_id=clinic_id, id=ids.row_id(at), user_id=user_id, kept_at=at, sealed=sealed)
    )
    newest = select(KeptForm.id).where(*mine).order_by(KeptForm.kept_at.desc(), KeptForm.id.desc()).limit(MOST)
    session.execute(delete(KeptForm).where(*mine, KeptForm.id.not_in(session.scalars(newest).all())))


def forget_form(session: Session | Connection, *, clinic_id: int, user_id: int, form_id: int) -> None:
    """Delete what this person has in a form again, or does not want."""
    session.execute(
        delete(KeptForm).where(KeptForm.clinic_id == clinic_id, KeptForm.user_id == user_id, KeptForm.id == form_id)
    )


def purge_kept_forms(session: Session, *, at: datetime) -> None:
    """Delete what nobody came back for."""
    session.execute(delete(KeptForm).where(KeptForm.kept_at < at - FORM_KEPT))
