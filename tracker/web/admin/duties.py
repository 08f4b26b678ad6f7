"""Who answers for each role, who is away, and who is on call."""

from datetime import date, timedelta
from typing import Protocol

from flask import flash, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue
from wtforms import HiddenField, SelectField
from wtforms.fields import DateField
from wtforms.validators import InputRequired

from tracker.domain.access import Permission
from tracker.domain.errors import InvalidInput, NotFound
from tracker.domain.escalation.people import NAMED
from tracker.domain.words import Role
from tracker.queries.roster import DutyLine, DutySheet, get_duty_sheet
from tracker.services.escalating import duties as services
from tracker.services.work import Work
from tracker.web.admin.clinic import work_of
from tracker.web.admin.forms import LARGEST_VERSION
from tracker.web.admin.presenters import admin_tabs
from tracker.web.admin.routes import ENTRY, blueprint
from tracker.web.common.access import permission
from tracker.web.common.current import actor, today
from tracker.web.common.database import read_session, writing
from tracker.web.common.forms import TrackerForm, options
from tracker.web.common.frame import ROLE_LABELS

SAVED = "Saved. What is open goes to whoever answers now within a minute."


class DutyForm(TrackerForm):
    """Who answers for one role, and who covers. 0 stands for nobody."""

    role = HiddenField()
    expected_version = HiddenField()
    user_id = SelectField("Answers", coerce=int)
    cover_user_id = SelectField("Covers while that person is away", coerce=int)


class DaysForm(TrackerForm):
    """A person, and some days; both included."""

    user_id = SelectField("Who", coerce=int)
    from_on = DateField("First day", [InputRequired("Choose a day.")])
    until_on = DateField("Last day", [InputRequired("Choose a day.")])


class AwayForm(DaysForm):
    """Somebody is away."""


class OnCallForm(DaysForm):
    """Somebody is on call, behind whoever is already."""


def _duty_form(sheet: DutySheet, line: DutyLine, *, is_posted: bool) -> DutyForm:
    values = {
        "role": line.role.value,
        "expected_version": str(line.version),
        "user_id": line.user_id or 0,
        "cover_user_id": line.cover_user_id or 0,
    }
    form = (
        DutyForm(prefix=line.role.value) if is_posted else DutyForm(formdata=None, data=values, prefix=line.role.value)
    )
    form.user_id.choices = options({0: "nobody is named", **sheet.people.get(line.role, {})})
    form.cover_user_id.choices = options({0: "nobody", **sheet.answering})
    return form


def _days_form(kind: type[DaysForm], sheet: DutySheet, *, is_posted: bool) -> DaysForm:
    form = kind() if is_posted else kind(formdata=None)
    people = sheet.answering if kind is OnCallForm else sheet.people.get(None, {})
    form.user_id.choices = options({0: "Choose…", **people})
    return form


def _sheet() -> DutySheet:
    return get_duty_sheet(read_session(), actor().clinic_id, today())


def _page(
    sheet: DutySheet,
    *,
    posted: DutyForm | None = None,
    away: DaysForm | None = None,
    on_call: DaysForm | None = None,
) -> ResponseReturnValue:
    roles = [
        (ROLE_LABELS[line.role], line, _duty_form(sheet, line, is_posted=False))
        if posted is None or posted.role.data != line.role.value
        else (ROLE_LABELS[line.role], line, posted)
        for line in sheet.duties
    ]
    refused = posted or away or on_call
    week_ends = today() + timedelta(days=7)
    page = render_template(
        "admin/duties.html",
        roles=roles,
        gaps=[ROLE_LABELS[line.role] for line in sheet.duties if line.user_id is None],
        is_on_call_today=any(line.on_date == today() for line in sheet.on_call),
        away_form=away or _days_form(AwayForm, sheet, is_posted=False),
        on_call_form=on_call or _days_form(OnCallForm, sheet, is_posted=False),
        refused=refused,
        sheet=sheet,
        this_week=[line for line in sheet.on_call if line.on_date < week_ends],
        later=[line for line in sheet.on_call if line.on_date >= week_ends],
        today=today(),
        tabs=admin_tabs(),
    )
    return page, 422 if refused else 200


@blueprint.route("/duties", methods=["GET", "POST"])
@permission(Permission.MANAGE_DUTIES)
def duties() -> ResponseReturnValue:
    """Show who answers, and name somebody for one role."""
    sheet = _sheet()
    if request.method == "GET":
        return _page(sheet)
    line = next((each for each in sheet.duties if f"{each.role.value}-role" in request.form), None)
    if line is None:
        raise NotFound("no such role")
    form = _duty_form(sheet, line, is_posted=True)
    form.role.data = line.role.value
    if form.validate():
        try:
            with writing() as session:
                services.name_people(
                    work_of(session),
                    role=_role(line.role.value),
                    user_id=form.user_id.data or None,
                    cover_user_id=form.cover_user_id.data or None,
                    expected_version=_version(form.expected_version.data),
                )
        except InvalidInput as error:
            form.show_problems(error.problems)
        else:
            return _saved()
    return _page(sheet, posted=form)


def _role(text: str) -> Role:
    return next(role for role in NAMED if role.value == text)


def _version(text: str | None) -> int:
    """The version in the form; one that is none is nobody's."""
    is_number = text is not None and text.isascii() and text.isdigit()
    return min(int(text), LARGEST_VERSION) if text is not None and is_number and len(text) <= 10 else -1


class _TakesDays(Protocol):
    """A use case about a person and some civil days."""

    def __call__(self, work: Work, *, user_id: int, from_on: date, until_on: date) -> None: ...


def _entered(form: DaysForm, use_case: _TakesDays) -> bool:
    """Whether the days were taken; else the form says why not."""
    if not form.validate() or form.from_on.data is None or form.until_on.data is None:
        return False
    try:
        with writing() as session:
            work = work_of(session)
            use_case(work, user_id=form.user_id.data, from_on=form.from_on.data, until_on=form.until_on.data)
    except InvalidInput as error:
        form.show_problems(error.problems)
        return False
    return True


def _saved() -> ResponseReturnValue:
    flash(SAVED)
    return redirect(url_for("admin.duties"), 303)


@blueprint.post("/duties/away")
@permission(Permission.MANAGE_DUTIES)
def add_absence() -> ResponseReturnValue:
    """Say that somebody is away."""
    sheet = _sheet()
    form = _days_form(AwayForm, sheet, is_posted=True)
    return _saved() if _entered(form, services.add_absence) else _page(sheet, away=form)


@blueprint.post(f"/duties/away/{ENTRY}/end")
@permission(Permission.MANAGE_DUTIES)
def end_absence(entry_id: int) -> ResponseReturnValue:
    """Somebody is there after all."""
    with writing() as session:
        services.end_absence(work_of(session), absence_id=entry_id)
    return _saved()


@blueprint.post("/duties/on-call")
@permission(Permission.MANAGE_DUTIES)
def put_on_call() -> ResponseReturnValue:
    """Put somebody on call."""
    sheet = _sheet()
    form = _days_form(OnCallForm, sheet, is_posted=True)
    return _saved() if _entered(form, services.put_on_call) else _page(sheet, on_call=form)


@blueprint.post("/duties/on-call/<on_date>/<int(max=9999):position>/end")
@permission(Permission.MANAGE_DUTIES)
def take_off_call(on_date: str, position: int) -> ResponseReturnValue:
    """Take somebody off call on one day."""
    try:
        day = date.fromisoformat(on_date)
    except ValueError as error:
        raise NotFound("not a date") from error
    try:
        with writing() as session:
            services.take_off_call(work_of(session), on_date=day, position=position)
    except InvalidInput as error:
        # From a page that was opened before midnight: the one that follows no longer shows that day.
        for sentence in error.problems.values():
            flash(sentence, "warn")
        return redirect(url_for("admin.duties"), 303)
    return _saved()
