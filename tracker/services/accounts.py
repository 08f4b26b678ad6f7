"""Signing in and staying signed in: attempts, sessions, one-time links, passwords.

Hashing is slow on purpose and happens outside these functions, so that no write transaction waits for it.
What ends trust ends sessions: a new password or a deactivation ends every session of the person at once.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import Connection, bindparam, delete, insert, or_, select, update
from sqlalchemy.orm import Session

from tracker.domain import credentials
from tracker.domain.credentials import SessionLimits
from tracker.domain.errors import InvalidInput, LinkNotUsable, TooManyAttempts
from tracker.persistence.models import SigninAttempt, SigninLink, SigninSession, User
from tracker.persistence.vocabulary import LinkPurpose
from tracker.queries import accounts as queries
from tracker.services import tablets
from tracker.services.pins import password_given
from tracker.services.ports import Ids

_LINK_LIMITS = {
    LinkPurpose.FIRST: credentials.FIRST_LINK_LIMIT,
    LinkPurpose.RESET: credentials.RESET_LINK_LIMIT,
}
_SAVE = (
    update(SigninSession)
    .where(SigninSession.token_hash == bindparam("fingerprint"), SigninSession.ended_at.is_(None))
    .values({name: bindparam(name) for name in ("user_id", "clinic_id", "data", "last_seen_at")})
)


@dataclass(frozen=True, slots=True)
class NewLink:
    """A one-time link: the token is shown once and stored nowhere."""

    token: str
    purpose: LinkPurpose
    expires_at: datetime


def reserve_attempt(session: Session, *, email: str, address: str, at: datetime, ids: Ids) -> int:
    """Count one attempt as failed before the password is compared, and return its id.

    Counted first, so that attempts made at the same moment cannot slip under the limit; on PostgreSQL at most as many
    more as there are threads that serve pages.

    :raises TooManyAttempts: when the account or the network address failed too often lately; nothing is counted then.
    """
    by_email, by_address = queries.count_failures(
        session, email=email, address=address, since=at - credentials.ATTEMPT_WINDOW
    )
    if by_email >= credentials.FAILURES_PER_EMAIL or by_address >= credentials.FAILURES_PER_ADDRESS:
        raise TooManyAttempts
    attempt_id = ids.row_id(at)
    session.execute(
        insert(SigninAttempt).values(
            id=attempt_id, email_key=credentials.email_key(email)[:254], address=address, at=at, succeeded=False
        )
    )
    return attempt_id


def confirm_attempt(session: Session, *, attempt_id: int, user_id: int, at: datetime) -> None:
    """Mark a reserved attempt as a success: it no longer counts against the account, and a locked PIN is open again."""
    session.execute(update(SigninAttempt).where(SigninAttempt.id == attempt_id).values(succeeded=True))
    password_given(session, user_id=user_id, at=at)


def open_browser_session(
    session: Session,
    *,
    token: str,
    user_id: int | None,
    clinic_id: int | None,
    data: Mapping[str, Any],
    at: datetime,
    began_at: datetime | None = None,
    tablet_hash: str | None = None,
) -> None:
    """Store a new session under the fingerprint of its token. ``began_at``: when the password was given, if not now;
    ``tablet_hash``: the shared tablet that it belongs to, where everybody else's is locked by it."""
    token_hash = credentials.fingerprint(token)
    session.execute(
        insert(SigninSession).values(
            token_hash=token_hash,
            user_id=user_id,
            clinic_id=clinic_id,
            data=dict(data),
            created_at=began_at or at,
            last_seen_at=at,
            ended_at=None,
            tablet_hash=tablet_hash,
            locked_at=None,
        )
    )
    if tablet_hash is not None and user_id is not None:
        tablets.hand_over(session, tablet_hash=tablet_hash, token_hash=token_hash, user_id=user_id, at=at)


def save_browser_session(
    connection: Connection,
    *,
    token: str,
    user_id: int | None,
    clinic_id: int | None,
    data: Mapping[str, Any],
    at: datetime,
) -> None:
    """Store changed data of a session. One that ended meanwhile stays ended."""
    values = {"user_id": user_id, "clinic_id": clinic_id, "data": dict(data), "last_seen_at": at}
    connection.execute(_SAVE, {"fingerprint": credentials.fingerprint(token), **values})


def touch_browser_session(session: Session | Connection, *, token: str, at: datetime) -> None:
    """Note that the session is in use."""
    session.execute(
        update(SigninSession)
        .where(SigninSession.token_hash == credentials.fingerprint(token), SigninSession.ended_at.is_(None))
        .values(last_seen_at=at)
    )


def end_browser_session(session: Session, *, token: str, at: datetime) -> None:
    """End one session."""
    session.execute(
        update(SigninSession)
        .where(SigninSession.token_hash == credentials.fingerprint(token), SigninSession.ended_at.is_(None))
        .values(ended_at=at, data={})
    )


def end_sessions_of(session: Session, *, user_id: int, at: datetime) -> None:
    """End every session of a person."""
    session.execute(
        update(SigninSession)
        .where(SigninSession.user_id == user_id, SigninSession.ended_at.is_(None))
        .values(ended_at=at, data={})
    )


def purge_dead_sessions(session: Session, *, at: datetime, limits: SessionLimits) -> int:
    """Delete sessions that can no longer be used, old attempts and dead links; return how many sessions went.

    Who signed in stays known: the attempts of the last 90 days are kept.
    """
    dead = or_(
        SigninSession.ended_at.is_not(None),
        SigninSession.created_at < at - limits.absolute,
        SigninSession.user_id.is_not(None)
        & SigninSession.tablet_hash.is_(None)
        & (SigninSession.last_seen_at < at - limits.idle),
        SigninSession.user_id.is_(None) & (SigninSession.created_at < at - credentials.ANONYMOUS_LIMIT),
    )
    tokens = session.scalars(select(SigninSession.token_hash).where(dead)).all()
    if tokens:
        session.execute(delete(SigninSession).where(dead))
    session.execute(delete(SigninAttempt).where(SigninAttempt.at < at - credentials.ATTEMPTS_KEPT))
    session.execute(delete(SigninLink).where(SigninLink.expires_at < at - credentials.ATTEMPTS_KEPT))
    return len(tokens)


def make_link(
    session: Session, *, user_id: int, purpose: LinkPurpose, created_by: int | None, at: datetime, ids: Ids
) -> NewLink:
    """Make a one-time link for choosing a password. Earlier unused links of the person stop working."""
    session.execute(
        update(SigninLink).where(SigninLink.user_id == user_id, SigninLink.used_at.is_(None)).values(used_at=at)
    )
    link = NewLink(ids.token(), purpose, at + _LINK_LIMITS[purpose])
    session.execute(
        insert(SigninLink).values(
            token_hash=credentials.fingerprint(link.token),
            user_id=user_id,
            purpose=purpose,
            expires_at=link.expires_at,
            used_at=None,
            created_by=created_by,
        )
    )
    return link


def use_link(session: Session, *, token: str, password_hash: str, at: datetime) -> int:
    """Set the password by a one-time link, end all sessions, and return the person's id.

    :raises LinkNotUsable: when the link is unknown, used or too old.
    """
    owner = queries.get_open_link(session, token=token, at=at)
    used = session.execute(
        update(SigninLink)
        .where(SigninLink.token_hash == credentials.fingerprint(token), SigninLink.used_at.is_(None))
        .values(used_at=at)
        .returning(SigninLink.user_id)
    ).all()
    if not used:
        raise LinkNotUsable
    set_password(session, user_id=owner.user_id, password_hash=password_hash, at=at)
    return owner.user_id


def set_password(session: Session, *, user_id: int, password_hash: str, at: datetime) -> None:
    """Store a new password hash, end all sessions and spoil all links of the person."""
    session.execute(
        update(User).where(User.id == user_id).values(password_hash=password_hash, version=User.version + 1)
    )
    session.execute(
        update(SigninLink).where(SigninLink.user_id == user_id, SigninLink.used_at.is_(None)).values(used_at=at)
    )
    end_sessions_of(session, user_id=user_id, at=at)


def rehash_password(session: Session, *, user_id: int, old_hash: str, new_hash: str) -> None:
    """Replace a hash made with weaker settings by one of the same password. Sessions stay."""
    session.execute(
        update(User).where(User.id == user_id, User.password_hash == old_hash).values(password_hash=new_hash)
    )


def create_user(session: Session, *, email: str, name: str, at: datetime, ids: Ids) -> int:
    """Make an account without a password and return its id.

    :raises InvalidInput: when the address or the name cannot be taken, or the address has an account already.
    """
    problems: dict[str, str] = {}
    if not credentials.is_email(email):
        problems["email"] = "This is not an e-mail address."
    if not name.strip() or len(name.strip()) > 200:
        problems["name"] = "Give a name of at most 200 characters."
    if not problems and queries.find_user_id(session, email) is not None:
        problems["email"] = "This address has an account already."
    if problems:
        raise InvalidInput(problems)
    user_id = ids.row_id(at)
    session.execute(
        insert(User).values(
            id=user_id,
            public_id=ids.public_id(),
            email=email.strip(),
            email_key=credentials.email_key(email),
            name=" ".join(name.split()),
            password_hash=None,
            is_active=True,
            version=1,
            created_at=at,
        )
    )
    return user_id
