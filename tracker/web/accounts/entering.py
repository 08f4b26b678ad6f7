"""Comparing a password and beginning a session: what signing in, the account and a shared tablet have in common."""

from datetime import datetime

from flask import request, session, url_for
from flask.typing import ResponseReturnValue
from flask_login import current_user, login_user

from tracker.domain.credentials import ATTEMPT_WINDOW
from tracker.queries import accounts as queries
from tracker.services import accounts
from tracker.web.common.current import now, runtime
from tracker.web.common.database import read_session, writing
from tracker.web.common.errors import ErrorPage, error_answer
from tracker.web.common.kept_forms import has_kept_forms
from tracker.web.common.session_user import CLINIC_KEY, SessionUser
from tracker.web.common.sessions import renew_session


def authenticate(email: str, password: str) -> int | None:
    """Return the person's id when the password is theirs; a locked PIN is open again then.

    :raises TooManyAttempts: when the account or the address failed too often; nothing is compared then
    """
    passwords = runtime().passwords
    with writing() as database:
        attempt_id = accounts.reserve_attempt(
            database, email=email, address=request.remote_addr or "", at=now(), ids=runtime().ids
        )
    found = queries.find_credentials(read_session(), email)
    stored = found.password_hash if found is not None else None
    if not passwords.matches(stored, password) or found is None or stored is None:
        return None
    new_hash = passwords.hash(password) if passwords.needs_rehash(stored) else None
    with writing() as database:
        accounts.confirm_attempt(database, attempt_id=attempt_id, user_id=found.user_id, at=now())
        if new_hash is not None:
            accounts.rehash_password(database, user_id=found.user_id, old_hash=stored, new_hash=new_hash)
    return found.user_id


def too_many() -> ResponseReturnValue:
    """The answer to somebody who failed too often."""
    minutes = int(ATTEMPT_WINDOW.total_seconds() // 60)
    page = ErrorPage(
        title="Too many attempts",
        sentences=(
            f"Signing in failed several times. Wait {minutes} minutes and try again.",
            "An administrator of your clinic can also make you a one-time link.",
        ),
        back_url=url_for("accounts.sign_in"),
    )
    body, status = error_answer(429, page)
    return body, status, {"Retry-After": str(int(ATTEMPT_WINDOW.total_seconds()))}


def enter(
    user_id: int, clinic_id: int | None = None, *, tablet_hash: str | None, began_at: datetime | None = None
) -> None:
    """Begin a new session of the person, in the clinic when it is given or the only one. ``tablet_hash``: the shared
    tablet that it is on; ``began_at``: when the password was given, if not just now."""
    clinics = queries.list_clinics_of(read_session(), user_id)
    if clinic_id is None and len(clinics) == 1:
        clinic_id = clinics[0].id
    person = queries.get_signed_in(read_session(), user_id, clinic_id)
    session.clear()
    renew_session(began_at=began_at, tablet_hash=tablet_hash)
    if clinic_id is not None:
        session[CLINIC_KEY] = clinic_id
    login_user(SessionUser(person))


def after_entering(otherwise: str) -> str:
    """Where a person goes who has just come in: first to what they sent when their sign-in had ended."""
    person = current_user.person
    waits = person.clinic is not None and has_kept_forms(person.clinic.id, person.user_id)
    return url_for("accounts.kept") if waits else otherwise
