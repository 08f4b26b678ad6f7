"""Every error is a page that says what happened, that nothing was lost, and where to go.

A page never shows an exception's text: only sentences written here, or made by whoever knows the record. What nobody
foresaw is logged under a reference that the page shows; the log holds ids and the place in the code, never a
person's data, because messages of exceptions carry what was typed.
"""

import traceback
from dataclasses import dataclass

import structlog
from flask import Flask, current_app, render_template, request
from flask.typing import ResponseReturnValue
from flask_wtf.csrf import CSRFError, generate_csrf
from sqlalchemy.exc import OperationalError
from werkzeug.exceptions import HTTPException, SecurityError

from tracker.domain.errors import InvalidInput, NotFound, NotPermitted, Refused, StaleVersion
from tracker.web.common.current import runtime
from tracker.web.common.forms import ReadAgain, SomebodyElses, read_again_because, typed_fields

_log = structlog.get_logger()

_OWN_TEMPLATE = frozenset({400, 403, 404, 409, 429})


@dataclass(frozen=True, slots=True, kw_only=True)
class ErrorPage:
    """What an error page shows. ``repeat`` holds what was typed, to be sent again with one press."""

    title: str
    sentences: tuple[str, ...]
    changes: tuple[str, ...] = ()
    reference: str = ""
    back_url: str = ""
    repeat: tuple[tuple[str, str], ...] = ()
    csrf_token: str = ""


_NOT_FOUND = ErrorPage(
    title="Nothing is here",
    sentences=("There is no such page or record in your clinic. The address may be mistyped.",),
)
_NOT_PERMITTED = ErrorPage(
    title="Your role does not allow this",
    sentences=(
        "Nothing was changed. If this belongs to your work, ask an administrator of your clinic to give you the role.",
    ),
)
_BY_STATUS = {
    400: ErrorPage(
        title="This request could not be read",
        sentences=("Nothing was changed. Go back, reload the page and try again.",),
    ),
    403: _NOT_PERMITTED,
    404: _NOT_FOUND,
    405: ErrorPage(
        title="This address takes no such request",
        sentences=("Nothing was changed. Go back and use the page's own buttons.",),
    ),
    413: ErrorPage(title="This is too large", sentences=("Nothing was saved. Send a smaller file.",)),
}


def error_answer(status: int, page: ErrorPage) -> tuple[str, int]:
    """Render the page of an error."""
    template = f"errors/{status}.html" if status in _OWN_TEMPLATE else "errors/400.html"
    return render_template(template, page=page), status


def same_site_referrer() -> str:
    """Return the path of the page from which this request came, or the empty string."""
    referrer = request.referrer or ""
    root = request.host_url
    return "/" + referrer[len(root) :] if referrer.startswith(root) else ""


def _csrf_failed(_error: CSRFError) -> ResponseReturnValue:
    page = ErrorPage(
        title="This page was opened too long ago",
        sentences=(
            "It was made before you last signed in, so nothing was saved yet.",
            "Go back, reload the page and send it again.",
        ),
        back_url=same_site_referrer(),
    )
    return error_answer(400, page)


def _read_again(_error: ReadAgain) -> ResponseReturnValue:
    """A page without a form to show again: what was sent is offered here, to be sent with one press."""
    page = ErrorPage(
        title="Nothing is saved yet",
        sentences=(read_again_because(), "Send it again, or go back to the page and look first."),
        back_url=same_site_referrer(),
        repeat=typed_fields(request.form),
        csrf_token=generate_csrf(),
    )
    return error_answer(400, page)


def _somebody_elses(error: SomebodyElses) -> ResponseReturnValue:
    """Nothing of what was sent is on this page: it is another person's."""
    kept = "It is kept for them." if error.is_kept else "It could not be kept for them."
    page = ErrorPage(
        title="This form is somebody else's",
        sentences=(
            f"This form was opened by somebody else who has signed out since. {kept}",
            "Nothing of it was saved. To enter something yourself, open the page anew.",
        ),
    )
    return error_answer(400, page)


def _stale(error: StaleVersion) -> ResponseReturnValue:
    page = ErrorPage(
        title="Somebody changed this meanwhile",
        sentences=(
            "Your form was made from an older version, so nothing of it was saved and nothing was overwritten.",
            "Open the page again, look at what changed, and enter what still holds.",
        ),
        changes=error.changes,
        back_url=same_site_referrer(),
    )
    return error_answer(409, page)


def _refused(_error: Refused) -> ResponseReturnValue:
    page = ErrorPage(
        title="This step is not open",
        sentences=("Nothing was saved. The page of the patient lists what is missing and who can clear it.",),
        back_url=same_site_referrer(),
    )
    return error_answer(409, page)


def _invalid(error: InvalidInput) -> ResponseReturnValue:
    page = ErrorPage(
        title="This cannot be taken as it is",
        sentences=("Nothing was saved.", *error.problems.values()),
        back_url=same_site_referrer(),
    )
    return error_answer(400, page)


def _http_error(error: HTTPException) -> ResponseReturnValue:
    status = error.code or 500
    if status < 400:
        return error.get_response()
    if status >= 500:
        return _unforeseen(error)
    if isinstance(error, SecurityError):
        return error.get_response()  # under a foreign host name there are no addresses to make a page with
    body, _ = error_answer(status, _BY_STATUS.get(status, _BY_STATUS[400]))
    response = error.get_response()
    response.set_data(body)
    response.content_type = "text/html; charset=utf-8"
    return response


def place_of(error: BaseException) -> list[str]:
    """Return where an exception passed, as ``file:line function``: no values, so nothing personal."""
    frames = traceback.extract_tb(error.__traceback__)
    return [f"{frame.filename.rpartition('/tracker/')[2]}:{frame.lineno} {frame.name}" for frame in frames[-12:]]


def log_unforeseen(error: Exception) -> str:
    """Log what nobody foresaw, without a person's data, and return the reference to find it by."""
    reference = runtime().ids.public_id()[:8]
    cause = error.__cause__ or error.__context__
    _log.error(
        "web.unforeseen",
        reference=reference,
        endpoint=request.endpoint,
        method=request.method,
        error=type(error).__name__,
        cause=type(cause).__name__ if cause else None,
        place=place_of(error),
    )
    return reference


def _unforeseen(error: Exception) -> ResponseReturnValue:
    reference = log_unforeseen(error)
    is_busy = isinstance(error, OperationalError)
    page = ErrorPage(
        title="The database did not answer" if is_busy else "Something went wrong on our side",
        sentences=("Nothing of this request was saved, and nothing that was there was lost. Try it once more.",),
        reference=reference,
        back_url=same_site_referrer(),
    )
    status = 503 if is_busy else 500
    # Without frame, session and database: the last page must come up when these are what is broken.
    return current_app.jinja_env.get_template(f"errors/{status}.html").render(page=page), status


def init_errors(app: Flask) -> None:
    """Answer every error with its page."""
    app.register_error_handler(CSRFError, _csrf_failed)
    app.register_error_handler(ReadAgain, _read_again)
    app.register_error_handler(SomebodyElses, _somebody_elses)
    app.register_error_handler(StaleVersion, _stale)
    app.register_error_handler(Refused, _refused)
    app.register_error_handler(InvalidInput, _invalid)
    app.register_error_handler(NotFound, lambda _error: error_answer(404, _NOT_FOUND))
    app.register_error_handler(NotPermitted, lambda _error: error_answer(403, _NOT_PERMITTED))
    app.register_error_handler(HTTPException, _http_error)
    app.register_error_handler(Exception, _unforeseen)
