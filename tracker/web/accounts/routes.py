"""Signing in, without telling anybody who has an account.

A wrong address, a wrong password, an account without a password and one without a clinic get the same answer after
the same work. Each attempt is counted before the password is compared.
"""

from flask import Blueprint, redirect, render_template, request, session, url_for
from flask.typing import ResponseReturnValue
from flask_login import current_user, login_user, logout_user

from tracker.domain.access import Permission
from tracker.domain.credentials import ATTEMPT_WINDOW, password_problem
from tracker.domain.errors import LinkNotUsable, NotFound, TooManyAttempts
from tracker.queries import accounts as queries
from tracker.services import accounts
from tracker.web.accounts.forms import ChangePasswordForm, ChooseClinicForm, NewPasswordForm, SignInForm
from tracker.web.common.access import is_same_origin_path, permission, public, signed_in
from tracker.web.common.current import now, runtime
from tracker.web.common.database import read_session, writing
from tracker.web.common.errors import ErrorPage, error_answer
from tracker.web.common.kept_forms import has_kept_forms
from tracker.web.common.session_user import CLINIC_KEY, SessionUser
from tracker.web.common.sessions import renew_session

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
_WRONG = "E-mail and password do not belong together."


def _why_here() -> str:
    return "out" if "out" in request.args else request.args.get("unsaved", "")


def _too_many() -> ResponseReturnValue:
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


def _authenticate(email: str, password: str) -> int | None:
    """Return the person's id when the password is theirs.

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
        accounts.confirm_attempt(database, attempt_id=attempt_id)
        if new_hash is not None:
            accounts.rehash_password(database, user_id=found.user_id, old_hash=stored, new_hash=new_hash)
    return found.user_id


def _enter(user_id: int, clinic_id: int | None = None) -> None:
    """Begin a new session of the person, in the clinic when it is given or the only one."""
    clinics = queries.list_clinics_of(read_session(), user_id)
    if clinic_id is None and len(clinics) == 1:
        clinic_id = clinics[0].id
    person = queries.get_signed_in(read_session(), user_id, clinic_id)
    session.clear()
    renew_session()
    if clinic_id is not None:
        session[CLINIC_KEY] = clinic_id
    login_user(SessionUser(person))


def _after_entering(otherwise: str) -> str:
    """Where a person goes who has just come in: first to what they sent when their sign-in had ended."""
    person = current_user.person
    waits = person.clinic is not None and has_kept_forms(person.clinic.id, person.user_id)
    return url_for("accounts.kept") if waits else otherwise


def _next() -> str:
    wanted = request.args.get("next", "")
    return wanted if is_same_origin_path(wanted) else url_for("home")


@blueprint.route("/sign-in", methods=["GET", "POST"])
@public
def sign_in() -> ResponseReturnValue:
    """Compare what was typed, and begin a session."""
    form = SignInForm()
    if form.validate_on_submit():
        try:
            user_id = _authenticate(form.email.data or "", form.password.data or "")
        except TooManyAttempts:
            return _too_many()
        if user_id is not None:
            _enter(user_id)
            return redirect(_after_entering(_next()), 303)
        form.show_problems({"password": _WRONG})
    if isinstance(current_user, SessionUser) and not form.is_submitted():
        return redirect(_next(), 303)
    page = render_template("accounts/sign_in.html", form=form, notice=_NOTICES.get(_why_here()))
    return page, 422 if form.is_submitted() else 200


@blueprint.post("/sign-out")
@signed_in
def sign_out() -> ResponseReturnValue:
    """End the session on the server."""
    logout_user()
    session.clear()
    renew_session()
    answer = redirect(url_for("accounts.sign_in", out=1), 303)
    answer.headers["Clear-Site-Data"] = '"cache", "storage"'
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
            _enter(user_id)
            return redirect(_after_entering(url_for("home")), 303)
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
            is_theirs = _authenticate(person.email, form.current.data or "") == person.user_id
        except TooManyAttempts:
            return _too_many()
        if not is_theirs:
            form.show_problems({"current": "This is not your current password."})
        chosen = _chosen_password(form, person.email)
        if is_theirs and chosen is not None:
            password_hash = runtime().passwords.hash(chosen)
            with writing() as database:
                accounts.set_password(database, user_id=person.user_id, password_hash=password_hash, at=now())
            _enter(person.user_id, person.clinic.id)
            return redirect(url_for("accounts.password", changed=1), 303)
    status = 422 if form.is_submitted() else 200
    page = render_template(
        "accounts/password.html",
        form=form,
        is_changed="changed" in request.args,
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
        _enter(current_user.person.user_id, chosen.id)
        return redirect(_after_entering(url_for("home")), 303)
    current = current_user.person.clinic
    return render_template(
        "accounts/choose_clinic.html", form=form, clinics=clinics, current_id=current.id if current else None
    )
