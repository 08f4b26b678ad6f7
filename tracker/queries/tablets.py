"""Who signed in on a shared tablet and can open their session there again."""

from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import select
from sqlalchemy.orm import Session

from tracker.domain.credentials import SessionLimits
from tracker.persistence.models import Membership, SigninSession, User


@dataclass(frozen=True, slots=True, kw_only=True)
class OnTablet:
    """One person with a session on the tablet. ``token_hash`` names the session."""

    user_id: int
    public_id: str
    name: str
    clinic_id: int
    token_hash: str


def list_people_on(session: Session, tablet_hash: str, *, at: datetime, limits: SessionLimits) -> tuple[OnTablet, ...]:
    """Everybody whose sign-in on the tablet still lasts and who still works where it was, by name; each once."""
    rows = session.execute(
        select(User.id, User.public_id, User.name, SigninSession.clinic_id, SigninSession.token_hash)
        .join(User, User.id == SigninSession.user_id)
        .join(
            Membership,
            (Membership.clinic_id == SigninSession.clinic_id) & (Membership.user_id == SigninSession.user_id),
        )
        .where(
            SigninSession.tablet_hash == tablet_hash,
            SigninSession.ended_at.is_(None),
            SigninSession.created_at >= at - limits.absolute,
            User.is_active,
            Membership.is_active,
        )
        .order_by(User.name, User.id, SigninSession.created_at)
    ).all()
    latest = {row.id: row for row in rows}
    return tuple(
        OnTablet(
            user_id=row.id, public_id=row.public_id, name=row.name, clinic_id=row.clinic_id, token_hash=row.token_hash
        )
        for row in latest.values()
    )
