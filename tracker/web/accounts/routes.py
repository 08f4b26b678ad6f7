"""Signing in, without telling anybody who has an account.

A wrong address, a wrong password, an account without a password and one without a clinic get the same answer after
the same work. Each attempt is counted before the password is compared.
"""

from typing import Any

from flask import Blueprint, flash, redirect, render_template, request, session, url_for
from flask.typing import ResponseReturnValue
from flask_login import current_user, logout_user

from tracker.domain.access import Permission
from tracker.domain.credentials import fingerprint, password_problem
from tracker.domain.errors import LinkNotUsable, NotFound, TooManyAttempts
from tracker.queries import accounts as queries
from tracker.queries.pins import find_pin
from tracker.services import accounts
from tracker.services.tablets import end_tablet
from tracker.web.accounts.entering import after_entering, authenticate, enter, too_many
from tracker.web.accounts.forms import ChangePasswordForm, ChooseClinicForm, NewPasswordForm, SignInForm
from tracker.web.common.access import is_same_origin_path, permission, public, signed_in
from tracker.web.common.current import now, runtime
from tracker.web.common.database import read_session, writing
from tracker.web.common.errors import ErrorPage, error_answer
from tracker.web.common.session_user import SessionUser
from tracker.web.common.sessions import renew_session, this_session
from tracker.web.common.tablets import (
    forget_tablet,
    people_here,
    remember_tablet,
    this_tablet,
    token_of_this_tablet,
)

blueprint = Blueprint("accounts", __name__)

#: Why somebody sees the page for signing in, as tone and sentence.
_NOTICES = {
    "out": ("ready", "You are signed out."),
    "kept": (
        "warn",
        "You were signed out before this was saved. What you typed is kept: sign in as the same person to see it.",
    ),
    "lost": (
        "critical",
        "You were signed out: nothing was saved, and nothing could be kept. Go back, the browser may still show it.",
    ),
}
_CHOOSE_A_PIN = "You have no PIN yet: with one this shared tablet changes hands, and opens again when it has locked."
_WRONG = "E-mail and password do not belong together."


def _why_here() -> str:
    return "out" if "out" in request.args else request.args.get("unsaved", "")


def _next() -> str:
    wanted = request.args.get("next", "")
    return wanted if is_same_origin_path(wanted) else url_for("home")


@blueprint.route("/sign-in", methods=["GET", "POST"])
@public
def sign_in() -> ResponseReturnValue:
    """Compare what was typed, and begin a session."""
    form = SignInForm(is_shared=this_tablet() is not None)
    here = people_here()
    if form.validate_on_submit():
        try:
            user_id = authenticate(form.email.data or "", form.password.data or "")
        except TooManyAttempts:
            return too_many()
        if user_id is not None:
            return _come_in(user_id, is_shared=bool(here) or form.is_shared.data)
        form.show_problems({"password": _WRONG})
    if isinstance(current_user, SessionUser) and not form.is_submitted():
        return redirect(_next(), 303)
    page = render_template(
        "accounts/sign_in.html",
        form=form,
        notice=_NOTICES.get(_why_here()),
        people=len(here),
        people_url=url_for("accounts.tablet", next=request.args.get("next")),
    )
    return page, 422 if form.is_submitted() else 200


def _come_in(user_id: int, *, is_shared: bool) -> ResponseReturnValue:
    """Begin the session, on a shared tablet if the device is one."""
    token = token_of_this_tablet() if is_shared else None
    enter(user_id, tablet_hash=fingerprint(token) if token else None)
    if token is not None and not _has_pin():
        message: Any = {"text": _CHOOSE_A_PIN, "link_url": url_for("accounts.pin"), "link_text": "Choose it"}
        flash(message, "warn")
    answer = redirect(after_entering(_next()), 303)
    if token is not None:
        remember_tablet(answer, token)
    elif this_tablet() is not None:
        forget_tablet(answer)
    return answer


def _has_pin() -> bool:
    person = current_user.person
    state = None if person.clinic is None else find_pin(read_session(), person.clinic.id, person.user_id)
    return state is None or state.set_at is not None


@blueprint.post("/sign-out")
@signed_in
def sign_out() -> ResponseReturnValue:
    """End the session on the server; on a shared tablet everybody's, once it was said how many these are."""
    tablet_hash, how = this_session().tablet_hash, request.form.get("how", "")
    others = [each.name for each in people_here() if each.user_id != current_user.person.user_id]
    if tablet_hash is not None and others and how not in {"all", "me"}:
        return render_template("accounts/sign_out.html", others=others)
    if tablet_hash is not None and how != "me":
        with writing() as database:
            end_tablet(database, tablet_hash=tablet_hash, at=now())
    logout_user()
    session.clear()
    renew_session()
    is_handed_on = tablet_hash is not None and others and how == "me"
    answer = redirect(url_for("accounts.tablet") if is_handed_on else url_for("accounts.sign_in", out=1), 303)
    # What the browser keeps for those who stay on the tablet stays with it, and so do answers that are not yet saved:
    # its storage goes only where the page looked and found none. The day the page has taken away (offline/leaving.js).
    is_empty = not is_handed_on and request.form.get("unsaved") == "none"
    answer.headers["Clear-Site-Data"] = '"cache", "storage"' if is_empty else '"cache"'
    return answer


def _chosen_password(form: NewPasswordForm, email: str) -> str | None:
    """Return the new password when it can be taken; else put the sentence beside the field."""
    password = form.password.data or ""
    problem = password_problem(password, email)
    if problem is not None:
        form.show_problems({"password": problem})
        return None
    if password != form.again.data:
        form.show_problems({"again": "The two passwords differ."})
        return None
    return password


@blueprint.route("/set-password/<token>", methods=["GET", "POST"])
@public
def set_password(token: str) -> ResponseReturnValue:
    """Choose a password by a one-time link, and come in."""
    try:
        link = queries.get_open_link(read_session(), token=token, at=now())
    except LinkNotUsable:
        return _dead_link()
    form = NewPasswordForm()
    if form.validate_on_submit():
        password = _chosen_password(form, link.email)
        if password is not None:
            password_hash = runtime().passwords.hash(password)
            try:
                with writing() as database:
                    user_id = accounts.use_link(database, token=token, password_hash=password_hash, at=now())
            except LinkNotUsable:
                return _dead_link()
            enter(user_id, tablet_hash=this_tablet())
            return redirect(after_entering(url_for("home")), 303)
    status = 422 if form.is_submitted() else 200
    return render_template("accounts/set_password.html", form=form, link=link), status


def _dead_link() -> ResponseReturnValue:
    page = ErrorPage(
        title="This link cannot be used any more",
        sentences=("A link works once, and only for a short time. Ask an administrator of your clinic for a new one.",),
        back_url=url_for("accounts.sign_in"),
    )
    return error_answer(404, page)


@blueprint.route("/account/password", methods=["GET", "POST"])
@permission(Permission.ACCOUNT)
def password() -> ResponseReturnValue:
    """Change one's own password: ends every session, and begins this one anew."""
    form = ChangePasswordForm()
    person = current_user.person
    if form.validate_on_submit():
        try:
            is_theirs = authenticate(person.email, form.current.data or "") == person.user_id
        except TooManyAttempts:
            return too_many()
        if not is_theirs:
            form.show_problems({"current": "This is not your current password."})
        chosen = _chosen_password(form, person.email)
        if is_theirs and chosen is not None:
            password_hash = runtime().passwords.hash(chosen)
            with writing() as database:
                accounts.set_password(database, user_id=person.user_id, password_hash=password_hash, at=now())
            enter(person.user_id, person.clinic.id, tablet_hash=this_session().tablet_hash)
            return redirect(url_for("accounts.password", changed=1), 303)
    status = 422 if form.is_submitted() else 200
    page = render_template(
        "accounts/password.html",
        form=form,
        is_changed="changed" in request.args,
        pin=find_pin(read_session(), person.clinic.id, person.user_id),
        has_several_clinics=len(queries.list_clinics_of(read_session(), person.user_id)) > 1,
    )
    return page, status


@blueprint.route("/account/clinic", methods=["GET", "POST"])
@signed_in
def choose_clinic() -> ResponseReturnValue:
    """Choose among the clinics in which the person works."""
    form = ChooseClinicForm()
    clinics = queries.list_clinics_of(read_session(), current_user.person.user_id)
    if form.validate_on_submit():
        chosen = next((clinic for clinic in clinics if clinic.public_id == form.clinic.data), None)
        if chosen is None:
            raise NotFound("not one of this person's clinics")
        enter(
            current_user.person.user_id,
            chosen.id,
            tablet_hash=this_session().tablet_hash,
            began_at=this_session().began_at,
        )
        return redirect(after_entering(url_for("home")), 303)
    current = current_user.person.clinic
    return render_template(
        "accounts/choose_clinic.html", form=form, clinics=clinics, current_id=current.id if current else None
    )
