"""What is typed into the forms of the day is kept by the tablet, sealed (``static/offline/typing.js``): it is opened
here for the very person who typed it, and the tablet is told what has been taken."""

import json
from datetime import timedelta
from typing import Any

from flask import Response, current_app, g, jsonify, request

from tracker.domain.access import Permission
from tracker.domain.credentials import FORM_KEPT
from tracker.web.common.access import permission
from tracker.web.common.current import actor, clinic, now, owner_of
from tracker.web.day.entries import UnreadableEntry, instant_of
from tracker.web.day.envelopes import UnreadableEnvelope, open_envelope
from tracker.web.day.presenters import hour
from tracker.web.day.routes import blueprint

#: What a form says of itself: 32 hexadecimal digits.
_FIELD = "typed_here"
_COOKIE = "tracker-taken"
_HEX = frozenset("0123456789abcdef")


@blueprint.post("/day/typed")
@permission(Permission.CHECKLIST)
def open_typed() -> Response:
    """Read one sealed text to whoever typed it; ``null`` for what is another person's, too old or no such text."""
    return jsonify(typed=_opened(request.form.get("sealed", "")))


def _opened(sealed: str) -> dict[str, Any] | None:
    try:
        said: dict[str, Any] = json.loads(open_envelope(sealed))
        kept_at = instant_of(said, "kept_at")
    except (UnreadableEnvelope, UnreadableEntry, ValueError, RecursionError, TypeError, AttributeError):
        return None
    if said.get("owner") != owner_of(actor().clinic_id, actor().user_id):
        return None
    if not now() - FORM_KEPT < kept_at < now() + timedelta(minutes=2):
        return None
    return said | {"said_at": hour(kept_at, clinic().zone)}


@blueprint.after_app_request
def _tell_what_was_taken(response: Response) -> Response:
    """A form that leads on was taken. Its number alone is told, for the script that keeps what was typed."""
    if request.method == "POST" and response.status_code == 303 and "actor" in g:
        number = request.form.get(_FIELD, "")
        if len(number) == 32 and _HEX.issuperset(number):
            is_https = bool(current_app.config["SESSION_COOKIE_SECURE"])
            response.set_cookie(_COOKIE, number, max_age=FORM_KEPT, secure=is_https, samesite="Strict", path="/")
    return response
