"""What somebody sends after their sign-in has ended is kept for them, and shown when they have signed in again.

Every form says, sealed, whom it was made for. If it comes from one of this site's own pages while nobody is signed in,
what was typed goes, sealed, into a row of that person's; so does what comes while somebody else is signed in. Nobody
else ever sees it, and nothing sends it: the person presses, the form opens with what was typed, and is sent again as
any other (``docs/adr/0013``).
"""

import json
from dataclasses import dataclass
from datetime import datetime

from cryptography.fernet import InvalidToken
from flask import Flask, Response, g, request
from flask_login import current_user

from tracker.domain.credentials import FORM_KEPT
from tracker.queries.kept_forms import SealedForm, list_kept_forms
from tracker.services.kept_forms import forget_form, keep_form
from tracker.web.common.current import actor, now, runtime
from tracker.web.common.database import noting, read_session, writing
from tracker.web.common.form_tokens import came_from_here
from tracker.web.common.forms import SomebodyElses, have_read_again, read_again_because, typed_fields
from tracker.web.common.sealing import box
from tracker.web.common.session_user import SessionUser
from tracker.web.common.sessions import this_session

_AUTHOR, _CONTENT = "whom a form was made for", "what was typed"
_LARGEST = 200_000
_WHY = "You were signed out before this was saved. What you typed is kept: read it again, then send it."
_WHY_LOCKED = "The tablet was locked before this was saved. What you typed is kept: read it again, then send it."
#: Answers that hold what was typed: it need not be kept beside them.
_SHOWN = frozenset({200, 400, 409, 422})


@dataclass(frozen=True, slots=True, kw_only=True)
class Kept:
    """A form that was sent too late: its address with the query, and its fields in order."""

    id: int
    kept_at: datetime
    address: str
    fields: tuple[tuple[str, str], ...]


def form_of() -> str:
    """Whom a form of this page is made for, sealed; empty for a visitor. A list asks for it in each row."""
    if "form_of" not in g:
        g.form_of = _sealed_reader()
    return str(g.form_of)


def _sealed_reader() -> str:
    person = current_user.person if isinstance(current_user, SessionUser) else None
    if person is None or person.clinic is None:
        return ""
    said = f"{person.clinic.id} {person.user_id}".encode()
    return box(_AUTHOR).encrypt_at_time(said, int(now().timestamp())).decode()


def keep_what_was_typed() -> bool:
    """Keep what this request holds for whoever typed it; false where that cannot be."""
    author = _author()
    fields = typed_fields(request.form)
    said = json.dumps({"address": request.full_path.rstrip("?"), "fields": fields}).encode()
    if author is None or _is_too_old() or not came_from_here() or request.files or len(said) > _LARGEST:
        return False
    clinic_id, user_id = author
    sealed = box(_CONTENT).encrypt_at_time(said, int(now().timestamp())).decode()
    with writing() as session:
        keep_form(session, clinic_id=clinic_id, user_id=user_id, sealed=sealed, at=now(), ids=runtime().ids)
    return True


def refuse_of_somebody_else(user_id: int) -> None:
    """Let nobody read or send what another person typed on this computer: it is kept for whoever did.

    :raises SomebodyElses: the posted form was made for another person than ``user_id``, who is signed in
    """
    author = _author() if request.method == "POST" else None
    if author is not None and author[1] != user_id:
        raise SomebodyElses(is_kept=keep_what_was_typed())


def _author() -> tuple[int, int] | None:
    """The clinic and the person that the posted form was made for, however long ago."""
    try:
        said = box(_AUTHOR).decrypt(_sealed_author())
    except InvalidToken:
        return None
    clinic_id, user_id = said.decode().split()
    return int(clinic_id), int(user_id)


def _is_too_old() -> bool:
    """Whether the posted form, whose author is known, was made longer ago than anything is kept."""
    made = box(_AUTHOR).extract_timestamp(_sealed_author())
    return int(now().timestamp()) > made + int(FORM_KEPT.total_seconds())


def _sealed_author() -> bytes:
    return request.form.get("form_of", "").encode()


def has_kept_forms(clinic_id: int, user_id: int) -> bool:
    """Whether something waits for this person."""
    return bool(list_kept_forms(read_session(), clinic_id=clinic_id, user_id=user_id, at=now()))


def kept_forms() -> tuple[Kept, ...]:
    """What waits for whoever is signed in, the latest first; nothing of what an earlier secret sealed."""
    found = list_kept_forms(read_session(), clinic_id=actor().clinic_id, user_id=actor().user_id, at=now())
    return tuple(opened for each in found if (opened := _opened(each)) is not None)


def _opened(form: SealedForm) -> Kept | None:
    try:
        said = json.loads(box(_CONTENT).decrypt(form.sealed.encode()))
    except InvalidToken:
        return None
    fields = tuple((str(name), str(value)) for name, value in said["fields"])
    return Kept(id=form.id, kept_at=form.kept_at, address=str(said["address"]), fields=fields)


def _have_it_read() -> None:
    """Show a kept form as its sender pressed for; it is not written before it is sent again."""
    number = request.form.get("kept_form", "")
    if "actor" in g and number.isascii() and number.isdigit() and len(number) < 20 and not read_again_because():
        have_read_again(_WHY_LOCKED if this_session().tablet_hash else _WHY)
        g.kept_form = int(number)


def _forget_what_is_shown(response: Response) -> Response:
    if "kept_form" in g and response.status_code in _SHOWN:
        with noting() as connection:
            forget_form(connection, clinic_id=actor().clinic_id, user_id=actor().user_id, form_id=g.kept_form)
    return response


def init_kept_forms(app: Flask) -> None:
    """Let forms say whom they are made for, and show what was kept. After the check of the form's token."""
    app.jinja_env.globals["form_of"] = form_of
    app.before_request(_have_it_read)
    app.after_request(_forget_what_is_shown)
