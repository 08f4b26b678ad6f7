"""Every form carries a token of the sign-in it was made in, so that no other site can send it.

A form whose token is no longer good, because its sender signed in anew meanwhile, is not lost: it comes back with what
was typed and a sentence, and nothing of it is written before it is sent again.
"""

from flask import Flask, g, request
from flask_wtf.csrf import CSRFError, CSRFProtect

from tracker.web.common.forms import have_read_again

_TOO_OLD = "This page was made before you last signed in. What you typed is kept: read it again, then send it."


def came_from_here() -> bool:
    """Whether one of this site's own pages sent the request. The browser says so; a foreign page cannot forge that."""
    return request.headers.get("Sec-Fetch-Site") == "same-origin"


def init_form_tokens(app: Flask) -> None:
    """Check the token of whatever is sent, after it was asked who may come."""
    app.config["WTF_CSRF_CHECK_DEFAULT"] = False
    tokens = CSRFProtect(app)

    def check() -> None:
        if request.endpoint is None:
            return  # nothing is there: the answer is 404 or 405 for everybody
        if g.get("is_signed", False):
            return  # who sends it is known by its signature: see `access.signed_by_provider`
        try:
            tokens.protect()
        except CSRFError:
            if not came_from_here() or "actor" not in g or request.files:
                raise
            have_read_again(_TOO_OLD)

    app.before_request(check)
