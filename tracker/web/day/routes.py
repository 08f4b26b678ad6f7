"""The visits of one day, what becomes of them, and their checklists."""

from collections.abc import Callable
from datetime import date, timedelta

from flask import Blueprint, flash, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue

from tracker.domain.access import Permission
from tracker.domain.calendar import ClinicCalendar
from tracker.domain.errors import InvalidInput, StaleVersion
from tracker.queries.day import get_checklist, list_visits
from tracker.services import appointments
from tracker.services.checklists import Answer, answer_item
from tracker.services.work import CaseRef, Work, Written
from tracker.web.common.access import permission
from tracker.web.common.case_lines import case_url
from tracker.web.common.current import actor, clinic, now, runtime, today
from tracker.web.common.database import read_session, writing
from tracker.web.common.listing import seen
from tracker.web.common.looking import record_looks
from tracker.web.day.checklist import Typed, present_checklist
from tracker.web.day.forms import AnswerForm, NoShowForm
from tracker.web.day.presenters import present_day, present_no_show

blueprint = Blueprint("day", __name__)
record_looks(blueprint, "case_id")

_VISIT = "/day/visits/<string(length=32):case_id>/<seq:appointment>"
#: How far from today a day may be looked at.
_FARTHEST = timedelta(days=3650)


@blueprint.get("/day")
@permission(Permission.SEE_DAY)
def index() -> str:
    """Show the visits of a day by time."""
    on = _day()
    calendar = ClinicCalendar(clinic().zone)
    visits = list_visits(read_session(), actor(), calendar.start_of(on), calendar.start_of(on + timedelta(days=1)))
    page = present_day(visits, on, viewer=actor(), now=now(), zone=clinic().zone)
    return seen(render_template("day/index.html", page=page), row_count=len(visits))


@blueprint.post(f"{_VISIT}/arrive")
@permission(Permission.CHECK_IN)
def arrive(case_id: str, appointment: int) -> ResponseReturnValue:
    """Record that the patient is here."""
    return _mark(case_id, appointments.arrive, appointment, "Marked as arrived.")


@blueprint.post(f"{_VISIT}/complete")
@permission(Permission.CHECK_IN)
def complete(case_id: str, appointment: int) -> ResponseReturnValue:
    """Record that the visit is over."""
    return _mark(case_id, appointments.complete, appointment, "Marked as done.")


@blueprint.route(f"{_VISIT}/no-show", methods=["GET", "POST"])
@permission(Permission.CHECK_IN)
def no_show(case_id: str, appointment: int) -> ResponseReturnValue:
    """Ask what is known, then record that the patient did not come."""
    found = get_checklist(read_session(), actor(), case_id, appointment).visit
    form = NoShowForm()
    if form.validate_on_submit():
        try:
            with writing() as session:
                appointments.no_show(
                    _work(session), _ref(case_id), appointment=appointment, reason=form.reason.data or ""
                )
        except InvalidInput as error:
            form.show_problems(error.problems)
        else:
            _say("Marked as missed. The next date is to be booked.", case_id)
            return redirect(_back(), 303)
    page = present_no_show(found, now=now(), zone=clinic().zone)
    return render_template("day/no_show.html", page=page, form=form), 422 if form.is_submitted() else 200


@blueprint.get(_VISIT)
@permission(Permission.SEE_CLINICAL)
def checklist(case_id: str, appointment: int) -> str:
    """Show the checklist of a visit, one item below the other."""
    found = get_checklist(read_session(), actor(), case_id, appointment)
    page = present_checklist(found, viewer=actor(), now=now(), zone=clinic().zone)
    return render_template("day/checklist.html", page=page)


@blueprint.post(_VISIT)
@permission(Permission.CHECKLIST)
def answer(case_id: str, appointment: int) -> ResponseReturnValue:
    """Record the answer to one item; what was typed is kept where it cannot be taken."""
    form = AnswerForm()
    given = Answer(
        item=form.item.data or "",
        state=form.state.data or "",
        value=form.value.data or "",
        reason=form.reason.data or "",
        second_by=_number(form.second_by.data),
        seen=_number(form.seen.data),
    )
    problems = {} if form.validate() else {str(name or ""): " ".join(said) for name, said in form.errors.items()}
    if given.second_by is not None and not _is_colleague(case_id, appointment, given.second_by):
        problems["second_by"] = "Choose somebody of this clinic."
    if problems:
        return _checklist_again(case_id, appointment, Typed(given, problems), 422)
    try:
        with writing() as session:
            answer_item(_work(session), _ref(case_id), appointment=appointment, answer=given)
    except InvalidInput as error:
        return _checklist_again(case_id, appointment, Typed(given, error.problems), 422)
    except StaleVersion:
        said = "Somebody else answered this item meanwhile. Look at it, then answer again."
        return _checklist_again(case_id, appointment, Typed(given, {"": said}), 409)
    anchor = f"item-{given.item}"
    return redirect(url_for("day.checklist", case_id=case_id, appointment=appointment, _anchor=anchor), 303)


def _is_colleague(case_id: str, appointment: int, user_id: int) -> bool:
    found = get_checklist(read_session(), actor(), case_id, appointment)
    return user_id in {each.user_id for each in found.colleagues}


def _checklist_again(case_id: str, appointment: int, typed: Typed, status: int) -> ResponseReturnValue:
    found = get_checklist(read_session(), actor(), case_id, appointment)
    page = present_checklist(found, viewer=actor(), now=now(), zone=clinic().zone, typed=typed)
    return render_template("day/checklist.html", page=page), status


def _mark(case_id: str, use_case: Callable[..., Written], appointment: int, said: str) -> ResponseReturnValue:
    try:
        with writing() as session:
            use_case(_work(session), _ref(case_id), appointment=appointment)
    except InvalidInput as error:
        flash(" ".join(error.problems.values()), "critical")
    else:
        _say(said, case_id)
    return redirect(_back(), 303)


def _say(text: str, case_id: str) -> None:
    """Say on the next page what was recorded, with the way to put a mistake right for those who may."""
    message = {"text": text}
    if actor().may(Permission.CORRECT):
        message |= {"link_url": case_url(case_id), "link_text": "Correct it"}
    flash(message, "ready")  # type: ignore[arg-type]  # the banner's template takes a mapping too


def _work(session: object) -> Work:
    return Work(session, actor(), runtime().ids, now())  # type: ignore[arg-type]  # what writing() yields


def _ref(case_id: str) -> CaseRef:
    return CaseRef(case_id, _number(request.form.get("expected_version")) or 0)


def _number(text: str | None) -> int | None:
    """A whole number that a form handed back; ``None`` for what is none."""
    return int(text) if text and text.isascii() and text.isdigit() and len(text) <= 19 else None


def _back() -> str:
    on = request.form.get("on", "")
    return url_for("day.index", on=on) if on else url_for("day.index")


def _day() -> date:
    """The day of the address; today for what is no day, or one that is too far away."""
    try:
        on = date.fromisoformat(request.args.get("on", ""))
    except ValueError:
        return today()
    return on if abs(on - today()) <= _FARTHEST else today()
