"""A patient answers by the link of a message, without signing in.

To look changes nothing: programs that check mails follow every link. What is answered is posted, with the token of a
form. A link that is not known tells nobody whether it ever was; whoever tries many has to wait. No page of these says
the name of the system, not even when something breaks.
"""

from flask import Blueprint, Response, make_response, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue
from flask_wtf.csrf import CSRFError
from werkzeug.exceptions import HTTPException

from tracker.domain.errors import InvalidInput, TooManyAttempts
from tracker.domain.reply_words import PAGE, Answer
from tracker.queries.replies import ReplyPage, find_reply_page
from tracker.services.reply_links import PATH, count_attempt
from tracker.services.replying.links import answer_by_link
from tracker.web.common.access import public
from tracker.web.common.current import now, runtime
from tracker.web.common.database import read_session, writing
from tracker.web.common.errors import log_unforeseen
from tracker.web.replies.presenters import DeadPage, language_of, present, present_dead

blueprint = Blueprint("replies", __name__)
#: Whatever asks below the path of the links is answered here, and not by a page of the staff.
_ALL = ["GET", "POST", "PUT", "PATCH", "DELETE"]


@blueprint.get(f"{PATH}/<token>")
@public
def visit(token: str) -> ResponseReturnValue:
    """Show the visit that a message told of, and what can be answered."""
    page = find_reply_page(read_session(), token, now())
    if page is None or page.is_expired:
        return _gone(page)
    done = request.args.get("done", "")
    shown = present(page, Answer(done) if done in set(Answer) else None, is_once_more="again" in request.args)
    return render_template("replies/visit.html", page=shown)


@blueprint.post(f"{PATH}/<token>")
@public
def answer(token: str) -> ResponseReturnValue:
    """Do what a button asks for."""
    with writing() as session:
        page = find_reply_page(session, token, now())
        is_live = page is not None and not page.is_expired
        if page is not None and is_live:
            done = answer_by_link(session, page, request.form.get("answer", ""), now=now(), ids=runtime().ids)
            return redirect(url_for("replies.visit", token=token, done=done.value), 303)
    return _gone(page)


@blueprint.route(f"{PATH}/", methods=_ALL)
@blueprint.route(f"{PATH}/<path:token>", methods=_ALL)
@public
def elsewhere(token: str = "") -> ResponseReturnValue:
    """What looks like the address of a link and is none tells nothing. With a slash too many, as some mail programs add
    it, it leads to the link."""
    token = token.rstrip("/")
    if request.method == "GET" and token and "/" not in token:
        return redirect(url_for("replies.visit", token=token), 308)
    return _gone(None)


def _gone(page: ReplyPage | None) -> ResponseReturnValue:
    if page is None:
        with writing() as session:
            count_attempt(session, key=f"reply:{request.remote_addr}", now=now(), ids=runtime().ids)
    return _dead(present_dead(page, "gone", _language()), 404)


def _dead(page: DeadPage, status: int) -> ResponseReturnValue:
    return make_response(render_template("replies/_dead.html", page=page), status)


def _language() -> str:
    return language_of(request.accept_languages.best_match(list(PAGE)))


@blueprint.errorhandler(CSRFError)
def _once_more(_error: CSRFError) -> ResponseReturnValue:
    """The page was open for longer than its form is good."""
    return redirect(url_for("replies.visit", token=(request.view_args or {}).get("token", "-"), again=1), 303)


@blueprint.errorhandler(TooManyAttempts)
def _too_many(_error: TooManyAttempts) -> ResponseReturnValue:
    return _dead(present_dead(None, "too_many", _language()), 429)


@blueprint.errorhandler(InvalidInput)
def _unreadable(_error: InvalidInput) -> ResponseReturnValue:
    return _dead(present_dead(None, "broken", _language()), 400)


@blueprint.errorhandler(HTTPException)
def _refused(error: HTTPException) -> ResponseReturnValue:
    return _dead(present_dead(None, "broken", _language()), error.code or 500)


@blueprint.errorhandler(Exception)
def _unforeseen(error: Exception) -> ResponseReturnValue:
    log_unforeseen(error)
    return _dead(present_dead(None, "broken", _language()), 500)


@blueprint.after_request
def _hide(response: Response) -> Response:
    """Nobody finds these pages by looking for them."""
    response.headers["X-Robots-Tag"] = "noindex, nofollow"
    return response
