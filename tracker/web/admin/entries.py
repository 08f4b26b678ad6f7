"""The lists that bookings choose from: clinicians, rooms, payers. Each has a page and a page per entry."""

from collections.abc import Callable, Sequence

from flask import flash, redirect, render_template, url_for
from flask.typing import ResponseReturnValue

from tracker.domain.access import Permission
from tracker.domain.errors import InvalidInput, NotFound
from tracker.queries.accounts import list_members
from tracker.queries.clinic import Entry, list_clinicians, list_payers, list_rooms
from tracker.services import clinic_setup
from tracker.services.work import Work
from tracker.web.admin.clinic import work_of
from tracker.web.admin.forms import KIND_LABELS, ChangeClinicianForm, ChangeEntryForm, ClinicianForm, EntryForm
from tracker.web.admin.presenters import EntryLine, admin_tabs, entry_lines
from tracker.web.admin.routes import ENTRY, blueprint
from tracker.web.common.access import permission
from tracker.web.common.current import clinic
from tracker.web.common.database import read_session, writing
from tracker.web.common.forms import TrackerForm

#: What an empty list says.
_TEACHING = {
    "admin/rooms.html": "A room holds one visit at a time, and bookings ask for one.",
    "admin/payers.html": "Referrals add the payers that they name; authorizations choose from them.",
    "admin/clinicians.html": "Visits are booked with these people. One person does one procedure at a time.",
}


def _is_saved(form: TrackerForm, save: Callable[[Work], object]) -> bool:
    """Validate and save; problems stand beside the fields afterwards."""
    if not form.validate_on_submit():
        return False
    try:
        with writing() as session:
            save(work_of(session))
    except InvalidInput as error:
        form.show_problems(error.problems)
        return False
    return True


def _status(form: TrackerForm) -> int:
    return 422 if form.is_submitted() else 200


def _list_page(template: str, form: TrackerForm, lines: Sequence[EntryLine]) -> ResponseReturnValue:
    page = render_template(template, form=form, entries=lines, teaching=_TEACHING[template], tabs=admin_tabs())
    return page, _status(form)


def _entry(entries: Sequence[Entry], entry_id: int) -> Entry:
    for entry in entries:
        if entry.id == entry_id:
            return entry
    raise NotFound("nothing of this id in this clinic")


def _user_names() -> dict[int, str]:
    return {member.user_id: member.name for member in list_members(read_session(), clinic().id)}


@blueprint.route("/rooms", methods=["GET", "POST"])
@permission(Permission.MANAGE_CLINIC)
def rooms() -> ResponseReturnValue:
    """List the rooms, and add one."""
    form = EntryForm()
    if _is_saved(form, lambda work: clinic_setup.add_room(work, name=form.name.data or "")):
        flash("The room is on the list.")
        return redirect(url_for("admin.rooms"), 303)
    lines = entry_lines(list_rooms(read_session(), clinic().id), "admin.room", {})
    return _list_page("admin/rooms.html", form, lines)


@blueprint.route(f"/rooms/{ENTRY}", methods=["GET", "POST"])
@permission(Permission.MANAGE_CLINIC)
def room(entry_id: int) -> ResponseReturnValue:
    """Rename a room, or take it out of use."""
    entry = _entry(list_rooms(read_session(), clinic().id), entry_id)
    form = ChangeEntryForm(name=entry.name, is_active=entry.is_active, expected_version=entry.version)

    def save(work: Work) -> None:
        clinic_setup.change_room(
            work,
            room_id=entry_id,
            expected_version=form.expected_version.data or 0,
            name=form.name.data or "",
            is_active=bool(form.is_active.data),
        )

    if _is_saved(form, save):
        flash("The room is changed.")
        return redirect(url_for("admin.rooms"), 303)
    return render_template("admin/room.html", form=form, entry=entry, tabs=admin_tabs()), _status(form)


@blueprint.route("/payers", methods=["GET", "POST"])
@permission(Permission.MANAGE_CLINIC)
def payers() -> ResponseReturnValue:
    """List the payers, and add one."""
    form = EntryForm()
    if _is_saved(form, lambda work: clinic_setup.add_payer(work, name=form.name.data or "")):
        flash("The payer is on the list.")
        return redirect(url_for("admin.payers"), 303)
    lines = entry_lines(list_payers(read_session(), clinic().id), "admin.payer", {})
    return _list_page("admin/payers.html", form, lines)


@blueprint.route(f"/payers/{ENTRY}", methods=["GET", "POST"])
@permission(Permission.MANAGE_CLINIC)
def payer(entry_id: int) -> ResponseReturnValue:
    """Rename a payer, or take it out of use."""
    entry = _entry(list_payers(read_session(), clinic().id), entry_id)
    form = ChangeEntryForm(name=entry.name, is_active=entry.is_active, expected_version=entry.version)

    def save(work: Work) -> None:
        clinic_setup.change_payer(
            work,
            payer_id=entry_id,
            expected_version=form.expected_version.data or 0,
            name=form.name.data or "",
            is_active=bool(form.is_active.data),
        )

    if _is_saved(form, save):
        flash("The payer is changed.")
        return redirect(url_for("admin.payers"), 303)
    return render_template("admin/payer.html", form=form, entry=entry, tabs=admin_tabs()), _status(form)


@blueprint.route("/clinicians", methods=["GET", "POST"])
@permission(Permission.MANAGE_CLINIC)
def clinicians() -> ResponseReturnValue:
    """List the clinicians, and add one."""
    form = ClinicianForm()
    form.offer_users(_user_names())

    def save(work: Work) -> None:
        clinic_setup.add_clinician(
            work, name=form.name.data or "", kind=form.kind.data or "", user_id=form.user_id.data or None
        )

    if _is_saved(form, save):
        flash("Visits can be booked with this person.")
        return redirect(url_for("admin.clinicians"), 303)
    lines = entry_lines(list_clinicians(read_session(), clinic().id), "admin.clinician", KIND_LABELS)
    return _list_page("admin/clinicians.html", form, lines)


@blueprint.route(f"/clinicians/{ENTRY}", methods=["GET", "POST"])
@permission(Permission.MANAGE_CLINIC)
def clinician(entry_id: int) -> ResponseReturnValue:
    """Change a clinician, or take them out of use."""
    entry = _entry(list_clinicians(read_session(), clinic().id), entry_id)
    form = ChangeClinicianForm(
        name=entry.name,
        kind=entry.kind,
        user_id=entry.user_id or 0,
        is_active=entry.is_active,
        expected_version=entry.version,
    )
    form.offer_users(_user_names())

    def save(work: Work) -> None:
        clinic_setup.change_clinician(
            work,
            clinician_id=entry_id,
            expected_version=form.expected_version.data or 0,
            name=form.name.data or "",
            kind=form.kind.data or "",
            user_id=form.user_id.data or None,
            is_active=bool(form.is_active.data),
        )

    if _is_saved(form, save):
        flash("The entry is changed.")
        return redirect(url_for("admin.clinicians"), 303)
    return render_template("admin/clinician.html", form=form, entry=entry, tabs=admin_tabs()), _status(form)
