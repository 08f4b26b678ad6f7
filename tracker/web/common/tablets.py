"""Which shared tablet a request comes from: a random token in a cookie of its own, which outlives every sign-in."""

from flask import current_app, request
from werkzeug.wrappers import Response

from tracker.domain.credentials import TABLET_KNOWN, fingerprint
from tracker.queries.tablets import OnTablet, list_people_on
from tracker.web.common.current import now, runtime
from tracker.web.common.database import read_session

_TOKEN_LENGTH = 43


def this_tablet() -> str | None:
    """The fingerprint of the shared tablet that asks; ``None``: no device that was marked as one."""
    token = _token()
    return None if token is None else fingerprint(token)


def people_here() -> tuple[OnTablet, ...]:
    """Everybody who can open their session on this tablet again; nobody on any other device."""
    tablet = this_tablet()
    if tablet is None:
        return ()
    return list_people_on(read_session(), tablet, at=now(), limits=runtime().session_limits)


def token_of_this_tablet() -> str:
    """The token that the device has, or a new one for a device that is marked now."""
    return _token() or runtime().ids.token()


def remember_tablet(response: Response, token: str) -> None:
    """Let the device know that it is shared, also tomorrow."""
    response.set_cookie(
        _cookie_name(), token, max_age=TABLET_KNOWN, secure=_is_https(), httponly=True, samesite="Lax", path="/"
    )


def forget_tablet(response: Response) -> None:
    """The device is one person's again."""
    response.delete_cookie(_cookie_name(), secure=_is_https(), httponly=True, samesite="Lax", path="/")


def _token() -> str | None:
    token = request.cookies.get(_cookie_name(), "")
    return token if len(token) == _TOKEN_LENGTH and token.isascii() else None


def _cookie_name() -> str:
    return "__Host-tracker-tablet" if _is_https() else "tracker-tablet"


def _is_https() -> bool:
    return bool(current_app.config["SESSION_COOKIE_SECURE"])
