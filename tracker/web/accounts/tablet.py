"""A shared tablet changes hands: who is on it, a PIN, and everybody goes on in a session of their own.

Only people who signed in on this very tablet with their password stand there. What opens is that sign-in and nothing
else: for a PIN typed anywhere else there is nothing to open.
"""

from flask import redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue
from flask_login import current_user, login_user

from tracker.queries.accounts import get_signed_in
from tracker.queries.tablets import OnTablet
from tracker.services.accounts import end_browser_session
from tracker.services.tablets import TakenUp, lock_tablet, take_up
from tracker.web.accounts.entering import after_entering
from tracker.web.accounts.forms import UnlockForm
from tracker.web.accounts.routes import blueprint
from tracker.web.common.access import is_same_origin_path, may_open, public, signed_in
from tracker.web.common.current import now, runtime
from tracker.web.common.database import read_session, writing
from tracker.web.common.errors import same_site_referrer
from tracker.web.common.pins import pin_refused
from tracker.web.common.session_user import SessionUser
from tracker.web.common.sessions import leave_session, take_up_session, this_session
from tracker.web.common.tablets import people_here, this_tablet

_NOTICES = {
    "kept": "The tablet had locked itself before this was saved. What you typed is kept: type your PIN to see it.",
    "lost": "The tablet had locked itself: nothing was saved, and nothing could be kept. "
    "Go back, the browser may still show it.",
}
_GONE = "This sign-in has ended. Sign in with the password."


@blueprint.route("/tablet", methods=["GET", "POST"])
@public
def tablet() -> ResponseReturnValue:
    """Ask who takes the tablet, then for their PIN."""
    if isinstance(current_user, SessionUser):
        return redirect(_wanted() or url_for("home"), 303)
    here = people_here()
    chosen = next((each for each in here if each.public_id == request.args.get("who")), None)
    form = UnlockForm()
    if chosen is not None and form.validate_on_submit():
        problem = pin_refused(chosen.clinic_id, chosen.user_id, form.pin.data or "", by=None, place="tablet")
        if not problem and _open(chosen):
            return redirect(after_entering(_place()), 303)
        form.show_problems({"pin": problem or _GONE})
    page = render_template(
        "accounts/tablet.html",
        form=form,
        here=here,
        chosen=chosen,
        wanted=_wanted() or None,
        notice=_NOTICES.get(request.args.get("unsaved", "")),
    )
    return page, 422 if form.is_submitted() else 200


def _open(person: OnTablet) -> bool:
    """Open the person's session here under a new token; false where it ended meanwhile."""
    tablet_hash, visitor, token = this_tablet(), this_session().token, runtime().ids.token()
    if tablet_hash is None:
        return False
    with writing() as database:
        taken: TakenUp | None = take_up(
            database, tablet_hash=tablet_hash, token_hash=person.token_hash, new_token=token, user_id=person.user_id,
            at=now(), limits=runtime().session_limits,
        )  # fmt: skip
        if taken is not None and visitor is not None:
            end_browser_session(database, token=visitor, at=now())
    if taken is None:
        return False
    take_up_session(token, taken.data, began_at=taken.began_at, tablet_hash=tablet_hash)
    login_user(SessionUser(get_signed_in(read_session(), person.user_id, person.clinic_id)))
    return True


def _wanted() -> str:
    """Where the tablet was when it locked; empty: nobody knows."""
    wanted = request.args.get("next", "")
    return wanted if is_same_origin_path(wanted) else ""


def _place() -> str:
    """Where the tablet was, if whoever has it now may see it; else where their day begins."""
    wanted = _wanted()
    return wanted if wanted and may_open(wanted, current_user.person.roles) else url_for("home")


@blueprint.post("/tablet/lock")
@signed_in
def lock() -> ResponseReturnValue:
    """Lock the tablet, to hand it on or to leave it. Any other device is left as it is."""
    tablet_hash, was_at = this_session().tablet_hash, same_site_referrer()
    if tablet_hash is None:
        return redirect(url_for("home"), 303)
    with writing() as database:
        lock_tablet(database, tablet_hash=tablet_hash, at=now())
    leave_session()
    return redirect(url_for("accounts.tablet", next=was_at or None), 303)


@blueprint.post("/tablet/in-use")
@signed_in
def in_use() -> ResponseReturnValue:
    """Somebody is typing: the page says so once a minute, so that the tablet does not lock itself under their hands."""
    return "", 204
