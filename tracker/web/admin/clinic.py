"""The clinic's own settings: zone, open weekdays, closed days."""

from datetime import date, time

from flask import flash, redirect, render_template, url_for
from flask.typing import ResponseReturnValue
from sqlalchemy.orm import Session

from tracker.domain.access import Permission
from tracker.domain.errors import InvalidInput, NotFound
from tracker.queries.clinic import get_settings, list_closed_days
from tracker.services import clinic_setup, wall_view
from tracker.services.work import Work
from tracker.web.admin.forms import ClinicForm, ClosedDayForm
from tracker.web.admin.presenters import admin_tabs
from tracker.web.admin.routes import blueprint
from tracker.web.common import current
from tracker.web.common.access import permission
from tracker.web.common.current import actor, now, runtime
from tracker.web.common.database import read_session, writing
from tracker.web.common.filters import on
from tracker.web.common.forms import TrackerForm


def work_of(session: Session) -> Work:
    """Return the write transaction of this request's person."""
    return Work(session, actor(), runtime().ids, now())


def _page(form: ClinicForm, day_form: ClosedDayForm, *, status: int, wall_link: str = "") -> ResponseReturnValue:
    closed = list_closed_days(read_session(), current.clinic().id, current.today())
    page = render_template(
        "admin/clinic.html",
        form=form,
        day_form=day_form,
        closed_days=closed,
        clinic_name=current.clinic().name,
        today=current.today(),
        has_wall=bool(get_settings(read_session(), current.clinic().id).wall_key),
        wall_link=wall_link,
        tabs=admin_tabs(),
    )
    return page, status


def _settings_form(*, is_posted: bool) -> ClinicForm:
    settings = get_settings(read_session(), current.clinic().id)
    values = {
        "zone": settings.zone,
        "open_weekdays": list(settings.open_weekdays),
        "arrive_minutes_before": settings.arrive_minutes_before,
        "phone": settings.phone,
        "refills_per_day": settings.refills_per_day,
        "closes_at": time.fromisoformat(settings.closes_at) if settings.closes_at else None,
        "expected_version": settings.version,
    }
    return ClinicForm(data=values) if is_posted else ClinicForm(formdata=None, data=values)


@blueprint.route("/clinic", methods=["GET", "POST"])
@permission(Permission.MANAGE_CLINIC)
def clinic() -> ResponseReturnValue:
    """Show and change the settings."""
    form = _settings_form(is_posted=True)
    if form.validate_on_submit():
        try:
            with writing() as session:
                clinic_setup.change_clinic(
                    work_of(session),
                    expected_version=form.expected_version.data or 0,
                    zone=(form.zone.data or "").strip(),
                    open_weekdays="".join(form.open_weekdays.data or ()),
                    arrive_minutes_before=form.arrive_minutes_before.data or 0,
                    phone=form.phone.data or "",
                    refills_per_day=form.refills_per_day.data,
                    closes_at=form.closes_at.said,
                )
        except InvalidInput as error:
            form.show_problems(error.problems)
        else:
            flash("The settings of the clinic are changed.")
            return redirect(url_for("admin.clinic"), 303)
    return _page(form, ClosedDayForm(formdata=None), status=422 if form.is_submitted() else 200)


@blueprint.post("/closed-days")
@permission(Permission.MANAGE_CLINIC)
def close_day() -> ResponseReturnValue:
    """Close the clinic on a day."""
    form = ClosedDayForm()
    if form.validate():
        try:
            with writing() as session:
                clinic_setup.close_day(work_of(session), on_date=form.day, label=form.label.data or "")
        except InvalidInput as error:
            form.show_problems(error.problems)
        else:
            flash(
                f"The clinic is closed on {on(form.day, current.today())}. Bookings of that day stay: look at the day."
            )
            return redirect(url_for("admin.clinic"), 303)
    return _page(_settings_form(is_posted=False), form, status=422)


@blueprint.post("/closed-days/<on_date>/open")
@permission(Permission.MANAGE_CLINIC)
def open_day(on_date: str) -> ResponseReturnValue:
    """Open the clinic again on a day that was closed."""
    try:
        day = date.fromisoformat(on_date)
    except ValueError as error:
        raise NotFound("not a date") from error
    with writing() as session:
        clinic_setup.open_day(work_of(session), on_date=day)
    flash(f"The clinic is open on {on(day, current.today())}.")
    return redirect(url_for("admin.clinic"), 303)


@blueprint.post("/wall-view")
@permission(Permission.MANAGE_CLINIC)
def make_wall() -> ResponseReturnValue:
    """Give the wall view a new address, and show it once."""
    with writing() as session:
        token = wall_view.make_wall_address(work_of(session))
    link = url_for("wall.show", token=token, _external=True)
    return _page(_settings_form(is_posted=False), ClosedDayForm(formdata=None), status=200, wall_link=link)


@blueprint.route("/wall-view/end", methods=["GET", "POST"])
@permission(Permission.MANAGE_CLINIC)
def end_wall() -> ResponseReturnValue:
    """Ask, then let the wall view have no address any more."""
    form = TrackerForm()
    if not form.validate_on_submit():
        return render_template("admin/end_wall.html", form=form)
    with writing() as session:
        wall_view.end_wall_address(work_of(session))
    flash("The wall view has no address any more. A screen that shows it says so with its next look.")
    return redirect(url_for("admin.clinic"), 303)
