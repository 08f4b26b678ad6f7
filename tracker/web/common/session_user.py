"""The signed-in person as Flask-Login wants it. Read with the session, in one statement."""

from typing import Any

from flask import Flask, g, session
from flask_login import LoginManager, UserMixin

from tracker.domain.errors import NotFound
from tracker.queries.accounts import SignedIn, get_signed_in
from tracker.web.common.database import read_session

CLINIC_KEY = "clinic"


class SessionUser(UserMixin):  # type: ignore[misc]  # Flask-Login ships no types
    """The person of this request's session."""

    def __init__(self, person: SignedIn) -> None:
        self.person = person

    def get_id(self) -> str:
        """Return what the session stores."""
        return str(self.person.user_id)


def _load(stored_id: str) -> SessionUser | None:
    clinic_id: Any = session.get(CLINIC_KEY)
    person: SignedIn | None = g.get("person")
    if person is not None and _is_of(person, int(stored_id), clinic_id):
        return SessionUser(person)
    try:
        return SessionUser(get_signed_in(read_session(), int(stored_id), clinic_id))
    except NotFound:
        return None


def _is_of(person: SignedIn, user_id: int, clinic_id: int | None) -> bool:
    """Whether what was read with the session still is what the session says."""
    here = None if person.clinic is None else person.clinic.id
    return (person.user_id, here) == (user_id, clinic_id)


def init_login(app: Flask) -> None:
    """Install Flask-Login.

    Its session protection (a hash of address and browser) is off: sessions are rows here, ended on the server, and a
    tablet that changes from one access point to the next stays signed in.
    """
    manager = LoginManager()
    manager.session_protection = None
    manager.user_loader(_load)
    manager.init_app(app)
