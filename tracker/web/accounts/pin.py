"""One's own PIN: chosen and changed with the password, never shown."""

from flask import flash, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue
from flask_login import current_user

from tracker.domain.access import Permission
from tracker.domain.errors import TooManyAttempts
from tracker.domain.pins import bound, pin_problem
from tracker.queries.pins import find_pin
from tracker.services.pins import set_pin
from tracker.services.work import Work
from tracker.web.accounts.entering import authenticate, too_many
from tracker.web.accounts.forms import ChoosePinForm
from tracker.web.accounts.routes import blueprint
from tracker.web.common.access import permission
from tracker.web.common.current import actor, now, runtime
from tracker.web.common.database import read_session, writing


@blueprint.route("/account/pin", methods=["GET", "POST"])
@permission(Permission.ACCOUNT)
def pin() -> ResponseReturnValue:
    """Choose a PIN, or another one."""
    form = ChoosePinForm()
    if form.validate_on_submit():
        try:
            is_theirs = authenticate(current_user.person.email, form.current.data or "") == actor().user_id
        except TooManyAttempts:
            return too_many()
        problems = _problems(form)
        if not is_theirs:
            problems["current"] = "This is not your password."
        form.show_problems(problems)
        if not problems:
            _store(form.pin.data or "")
            flash("Your PIN is set.", "ready")
            return redirect(url_for("accounts.password"), 303)
    state = find_pin(read_session(), actor().clinic_id, actor().user_id)
    page = render_template("accounts/pin.html", form=form, state=state)
    return page, 422 if request.method == "POST" else 200


def _problems(form: ChoosePinForm) -> dict[str, str]:
    typed = form.pin.data or ""
    problem = pin_problem(typed)
    if problem is not None:
        return {"pin": problem}
    return {} if typed == form.pin_again.data else {"pin_again": "The two PINs differ."}


def _store(typed: str) -> None:
    pin_hash = runtime().passwords.hash(bound(typed, clinic_id=actor().clinic_id, user_id=actor().user_id))
    with writing() as session:
        set_pin(Work(session, actor(), runtime().ids, now()), pin_hash=pin_hash)
