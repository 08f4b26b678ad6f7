"""A shared tablet: everybody who signed in on it has a session of their own, and at most one of these is open.

The others wait, locked, for their owner's PIN, until they are as old as a sign-in may become. A tablet is known by a
random token that only its own browser has; stored is the token's fingerprint, as everywhere.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import ColumnElement, update
from sqlalchemy.orm import Session

from tracker.domain.credentials import SessionLimits, fingerprint
from tracker.persistence.models import SigninSession


@dataclass(frozen=True, slots=True, kw_only=True)
class TakenUp:
    """A session that its owner opened again: what it holds, and when the password was given for it."""

    data: Mapping[str, Any]
    began_at: datetime


def hand_over(session: Session, *, tablet_hash: str, token_hash: str, user_id: int, at: datetime) -> None:
    """Lock everybody else's session on the tablet; an earlier one of the same person ends."""
    others = (*_alive_on(tablet_hash), SigninSession.token_hash != token_hash)
    session.execute(update(SigninSession).where(*others, SigninSession.user_id == user_id).values(ended_at=at, data={}))
    session.execute(update(SigninSession).where(*others, SigninSession.locked_at.is_(None)).values(locked_at=at))


def lock_tablet(session: Session, *, tablet_hash: str, at: datetime) -> None:
    """Lock every session on the tablet."""
    session.execute(
        update(SigninSession).where(*_alive_on(tablet_hash), SigninSession.locked_at.is_(None)).values(locked_at=at)
    )


def take_up(
    session: Session,
    *,
    tablet_hash: str,
    token_hash: str,
    new_token: str,
    user_id: int,
    at: datetime,
    limits: SessionLimits,
) -> TakenUp | None:
    """Open a session again whose owner's PIN was right, under a new token; everybody else's is locked.

    ``None`` where it is not a session of this very person on this very tablet, was ended, or is too old.
    """
    row = session.execute(
        update(SigninSession)
        .where(
            *_alive_on(tablet_hash),
            SigninSession.token_hash == token_hash,
            SigninSession.user_id == user_id,
            SigninSession.created_at >= at - limits.absolute,
        )
        .values(token_hash=fingerprint(new_token), locked_at=None, last_seen_at=at)
        .returning(SigninSession.data, SigninSession.created_at)
    ).one_or_none()
    if row is None:
        return None
    hand_over(session, tablet_hash=tablet_hash, token_hash=fingerprint(new_token), user_id=user_id, at=at)
    return TakenUp(data=row.data, began_at=row.created_at)


def end_tablet(session: Session, *, tablet_hash: str, at: datetime) -> None:
    """End everybody's session on the tablet."""
    session.execute(update(SigninSession).where(*_alive_on(tablet_hash)).values(ended_at=at, data={}))


def _alive_on(tablet_hash: str) -> tuple[ColumnElement[bool], ...]:
    return SigninSession.tablet_hash == tablet_hash, SigninSession.ended_at.is_(None)
