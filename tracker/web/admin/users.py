"""Users and roles: invite, change, end access, make a one-time link.

A link is shown once, in the answer to the form that made it: nothing that is stored can show it again.
"""

from flask import flash, redirect, render_template, url_for
from flask.typing import ResponseReturnValue
from sqlalchemy.orm import Session

from tracker.domain.access import Permission
from tracker.domain.errors import InvalidInput
from tracker.domain.words import Role
from tracker.queries.accounts import MemberRow, get_member, list_members
from tracker.queries.pins import find_pin
from tracker.services import members
from tracker.services.accounts import NewLink
from tracker.services.members import Administration
from tracker.web.admin.forms import InviteForm, RolesForm, VersionedForm
from tracker.web.admin.presenters import admin_tabs, member_lines, member_state
from tracker.web.admin.routes import blueprint
from tracker.web.common.access import permission
from tracker.web.common.current import actor, clinic, now, runtime
from tracker.web.common.database import read_session, writing

_PERSON = "/users/<string(length=32):public_id>"


def administration(session: Session) -> Administration:
    """Return the write transaction of this request's person on this clinic's people."""
    return Administration(session, clinic().id, actor(), runtime().ids, now())


def address_of(link: NewLink) -> str:
    """Return the full address of a one-time link, on the configured host: a request's host is not to be trusted."""
    return runtime().settings.base_url + url_for("accounts.set_password", token=link.token)


@blueprint.get("/users")
@permission(Permission.MANAGE_USERS)
def users() -> ResponseReturnValue:
    """List everybody of the clinic."""
    lines = member_lines(list_members(read_session(), clinic().id))
    return render_template("admin/users.html", members=lines, tabs=admin_tabs())


@blueprint.route("/users/invite", methods=["GET", "POST"])
@permission(Permission.MANAGE_USERS)
def invite() -> ResponseReturnValue:
    """Invite somebody, and show the one-time link."""
    form = InviteForm()
    link = ""
    status = 200
    if form.validate_on_submit():
        try:
            with writing() as session:
                invited = members.invite(
                    administration(session),
                    email=form.email.data or "",
                    name=form.name.data or "",
                    roles=[Role(word) for word in form.roles.data or ()],
                )
        except InvalidInput as error:
            form.show_problems(error.problems)
            status = 422
        else:
            if invited.link is None:
                flash("This person has an account already and signs in with it. The roles here are set.")
                return redirect(url_for("admin.user", public_id=invited.public_id), 303)
            link = address_of(invited.link)
    elif form.is_submitted():
        status = 422
    return render_template("admin/invite.html", form=form, link=link, tabs=admin_tabs()), status


def _user_page(member: MemberRow, form: RolesForm, *, link: str = "", status: int = 200) -> ResponseReturnValue:
    state, tone = member_state(member)
    page = render_template(
        "admin/user.html",
        member=member,
        form=form,
        state=state,
        tone=tone,
        link=link,
        pin=find_pin(read_session(), clinic().id, member.user_id),
        tabs=admin_tabs(),
    )
    return page, status


def _roles_form(member: MemberRow) -> RolesForm:
    return RolesForm(formdata=None, roles=sorted(member.roles), expected_version=member.version)


@blueprint.route(_PERSON, methods=["GET", "POST"])
@permission(Permission.MANAGE_USERS)
def user(public_id: str) -> ResponseReturnValue:
    """Show one person, and change the roles."""
    member = get_member(read_session(), clinic().id, public_id)
    form = RolesForm(roles=sorted(member.roles), expected_version=member.version)
    if form.validate_on_submit():
        try:
            with writing() as session:
                members.change_roles(
                    administration(session),
                    public_id=public_id,
                    expected_version=form.expected_version.data or 0,
                    roles=[Role(word) for word in form.roles.data or ()],
                )
        except InvalidInput as error:
            form.show_problems(error.problems)
        else:
            flash(f"The roles of {member.name} are changed. They hold from the next page on.")
            return redirect(url_for("admin.user", public_id=public_id), 303)
    return _user_page(member, form, status=422 if form.is_submitted() else 200)


def _expected_version() -> int:
    form = VersionedForm()
    if not form.validate():
        raise InvalidInput({"expected_version": "The form was incomplete: open the page again."})
    return form.expected_version.data or 0


@blueprint.post(f"{_PERSON}/end-access")
@permission(Permission.MANAGE_USERS)
def end_access(public_id: str) -> ResponseReturnValue:
    """End somebody's access at once."""
    version = _expected_version()
    with writing() as session:
        members.end_access(administration(session), public_id=public_id, expected_version=version)
    flash("Access is ended, and every open session with it. What this person did stays in the record.")
    return redirect(url_for("admin.user", public_id=public_id), 303)


@blueprint.post(f"{_PERSON}/restore-access")
@permission(Permission.MANAGE_USERS)
def restore_access(public_id: str) -> ResponseReturnValue:
    """Give access back, in the roles of before."""
    version = _expected_version()
    with writing() as session:
        members.restore_access(administration(session), public_id=public_id, expected_version=version)
    flash("Access is given back, in the roles of before.")
    return redirect(url_for("admin.user", public_id=public_id), 303)


@blueprint.post(f"{_PERSON}/clear-pin")
@permission(Permission.MANAGE_USERS)
def clear_pin(public_id: str) -> ResponseReturnValue:
    """Take somebody's PIN away."""
    version = _expected_version()
    with writing() as session:
        members.clear_pin(administration(session), public_id=public_id, expected_version=version)
    flash("The PIN is taken away. A new one is chosen under My account, with the password.")
    return redirect(url_for("admin.user", public_id=public_id), 303)


@blueprint.post(f"{_PERSON}/link")
@permission(Permission.MANAGE_USERS)
def make_link(public_id: str) -> ResponseReturnValue:
    """Make a one-time link and show it once."""
    version = _expected_version()
    with writing() as session:
        link = members.make_reset_link(administration(session), public_id=public_id, expected_version=version)
    member = get_member(read_session(), clinic().id, public_id)
    return _user_page(member, _roles_form(member), link=address_of(link))
