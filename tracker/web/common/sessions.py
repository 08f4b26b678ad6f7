"""Sign-in sessions kept in the database, so that they can be ended there.

The cookie holds 256 random bits and nothing else; the row holds their fingerprint. A signed cookie could not be
revoked: signing out, a new password or a deactivation must end what is open at once (OWASP ASVS 5.0, 7.4).
"""

from collections.abc import Iterable, Mapping
from datetime import datetime
from typing import Any

from flask import Flask, Request, Response, g, request
from flask import session as flask_session
from flask.sessions import SessionInterface, SessionMixin
from werkzeug.datastructures import CallbackDict

from tracker.domain import credentials
from tracker.domain.credentials import SessionLimits
from tracker.queries import accounts as account_queries
from tracker.services import accounts
from tracker.services.tablets import lock_tablet
from tracker.web.common.current import now, runtime
from tracker.web.common.database import noting, read_session, writing
from tracker.web.common.session_user import CLINIC_KEY

#: The page of a shared tablet leaves this when it locks, also without network: told with whatever is asked next.
LOCKED_HERE = "tracker-locked"


class ServerSession(CallbackDict[str, Any], SessionMixin):
    """The data of one session. ``token`` is ``None`` until a row exists; ``began_at``: when the password was given;
    ``tablet_hash``: the shared tablet that it belongs to."""

    def __init__(
        self,
        data: Mapping[str, Any] | Iterable[tuple[str, Any]] = (),
        token: str | None = None,
        *,
        began_at: datetime | None = None,
        last_seen_at: datetime | None = None,
        tablet_hash: str | None = None,
    ) -> None:
        super().__init__(data, self._mark_modified)
        self.token = token
        self.began_at = began_at
        self.last_seen_at = last_seen_at
        self.tablet_hash = tablet_hash
        self.modified = False
        self.must_renew = False
        self.is_taken_up = False

    def _mark_modified(self, _changed: object) -> None:
        self.modified = True


def this_session() -> ServerSession:
    """The session of this request as this interface opened it."""
    if not isinstance(flask_session, ServerSession):
        raise TypeError("a session that this interface did not open")
    return flask_session


def renew_session(*, began_at: datetime | None = None, tablet_hash: str | None = None) -> None:
    """Give this browser a new session id when the answer goes out. The old one ends. ``began_at``: when the password
    was given, if not now: a new id alone makes no sign-in longer."""
    session = this_session()
    session.must_renew, session.began_at, session.tablet_hash = True, began_at, tablet_hash


def take_up_session(token: str, data: Mapping[str, Any], *, began_at: datetime, tablet_hash: str) -> None:
    """Give this browser a session that waited on its tablet, under the new token that it has there already."""
    session = this_session()
    session.clear()
    session.update(data)
    session.token, session.began_at, session.last_seen_at = token, began_at, now()
    session.tablet_hash, session.is_taken_up, session.modified = tablet_hash, True, False


def leave_session() -> None:
    """Let this browser go on as a visitor, and its session as it is."""
    session = this_session()
    session.token = None
    session.clear()
    session.modified = False


class DatabaseSessions(SessionInterface):
    """Open and save sessions as rows of ``signin_sessions``."""

    def __init__(self, *, is_https: bool, limits: SessionLimits) -> None:
        self.is_https = is_https
        self.limits = limits
        # A browser accepts a name with this prefix only with Secure, Path=/ and no Domain: nobody else can set it.
        self.cookie_name = "__Host-tracker" if is_https else "tracker"

    def open_session(self, app: Flask, request: Request) -> ServerSession:
        """Return the browser's session, or an empty one when there is none that is still good."""
        token = request.cookies.get(self.cookie_name)
        if not token or request.path.startswith("/static/"):
            return ServerSession()
        stored = account_queries.find_browser_session(read_session(), token=token, at=now(), limits=self.limits)
        if stored is None or stored.is_locked or _was_locked_here(stored.tablet_hash):
            return ServerSession()
        g.person = stored.person
        return ServerSession(
            stored.data,
            token,
            began_at=stored.began_at,
            last_seen_at=stored.last_seen_at,
            tablet_hash=stored.tablet_hash,
        )

    def save_session(self, app: Flask, session: SessionMixin, response: Response) -> None:
        """Write what changed, and touch ``last_seen_at`` at most once a minute."""
        if not isinstance(session, ServerSession):
            raise TypeError("a session that this interface did not open")
        response.vary.add("Cookie")
        at = now()
        if LOCKED_HERE in request.cookies and not request.path.startswith("/static/"):
            response.delete_cookie(LOCKED_HERE, secure=self.is_https, samesite="Lax", path="/")
        if session.token is not None and not session.must_renew:
            self._save_changes(session, session.token, at)
            if session.is_taken_up:
                self._hand_out(session.token, response)
            return
        if not session.must_renew and not (session.modified and session):
            return
        token = runtime().ids.token()
        with writing() as database:
            if session.token is not None:
                accounts.end_browser_session(database, token=session.token, at=at)
            if session:
                accounts.open_browser_session(
                    database, token=token, user_id=_user_id(session), clinic_id=session.get(CLINIC_KEY),
                    data=dict(session), at=at, began_at=session.began_at, tablet_hash=session.tablet_hash,
                )  # fmt: skip
        if session:
            self._hand_out(token, response)
        else:
            response.delete_cookie(self.cookie_name, secure=self.is_https, httponly=True, samesite="Lax", path="/")

    def _hand_out(self, token: str, response: Response) -> None:
        response.set_cookie(self.cookie_name, token, secure=self.is_https, httponly=True, samesite="Lax", path="/")

    def _save_changes(self, session: ServerSession, token: str, at: datetime) -> None:
        is_touch_due = session.last_seen_at is None or at - session.last_seen_at >= credentials.TOUCH_INTERVAL
        # What this browser was told, and that it is in use, need not be on the disk before the answer goes out.
        if session.modified:
            with noting() as database:
                accounts.save_browser_session(
                    database, token=token, user_id=_user_id(session), clinic_id=session.get(CLINIC_KEY),
                    data=dict(session), at=at,
                )  # fmt: skip
        elif is_touch_due and not _asks_by_itself():
            with noting() as database:
                accounts.touch_browser_session(database, token=token, at=at)


def _was_locked_here(tablet_hash: str | None) -> bool:
    """Whether the page locked itself before this request: then the tablet is locked now, before anything is shown."""
    if tablet_hash is None or LOCKED_HERE not in request.cookies:
        return False
    with writing() as database:
        lock_tablet(database, tablet_hash=tablet_hash, at=now())
    return True


def _asks_by_itself() -> bool:
    """Whether a page looks for news on its own: nobody need be in front of it, so it keeps no sign-in alive."""
    return request.method == "GET" and request.headers.get("Sec-Fetch-Dest") == "empty"


def _user_id(session: ServerSession) -> int | None:
    stored = session.get("_user_id")
    return int(stored) if stored is not None else None
