"""The visits of one day, and what becomes of them."""

from datetime import date, datetime, timedelta

from flask import Blueprint, Response, flash, make_response, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue

from tracker.domain.access import Permission
from tracker.domain.calendar import ClinicCalendar
from tracker.domain.errors import InvalidInput
from tracker.queries.clinic_calendar import get_calendar
from tracker.queries.day import find_visit, get_day, get_mark, list_visits
from tracker.queries.find import FoundList, find_patients
from tracker.services import appointments
from tracker.services.visit_day import take_turn
from tracker.services.work import CaseRef, Work
from tracker.web.common.access import permission
from tracker.web.common.case_lines import case_url, clinic_day
from tracker.web.common.current import actor, clinic, now, runtime, today
from tracker.web.common.database import read_session, writing
from tracker.web.common.listing import chosen, seen
from tracker.web.common.looking import record_looks
from tracker.web.common.searching import looked_for
from tracker.web.common.second_person import confirmation
from tracker.web.day.page import DayPage, present_day, present_more
from tracker.web.day.presenters import hour
from tracker.web.day.turns import turn_for
from tracker.web.day.walk_ins import present_walk_in

blueprint = Blueprint("day", __name__)
record_looks(blueprint, "case_id")

VISIT = "/day/visits/<string(length=32):case_id>/<seq:appointment>"
#: The header in which a list says which state of the day it shows.
MARK = "Day-Mark"
#: The header in which an answer without a page says as of when nothing has changed, as the wall time of the clinic.
MADE_AT = "Day-Made-At"
#: How far from today a day may be looked at.
_FARTHEST = timedelta(days=3650)


@blueprint.get("/day")
@permission(Permission.SEE_DAY)
def index() -> str:
    """Show the visits of a day, by room or by time."""
    page, count = _day_page()
    return seen(render_template("day/index.html", page=page), row_count=count)


@blueprint.get("/day/rows")
@permission(Permission.SEE_DAY)
def rows() -> Response:
    """The list alone, for a page that noticed that something changed."""
    page, count = _day_page()
    response = make_response(seen(render_template("day/rows.html", page=page), row_count=count))
    response.headers[MARK] = page.mark
    return response


@blueprint.get("/day/pulse")
@permission(Permission.SEE_DAY)
def pulse() -> Response:
    """Whether the list of a day would say something else by now: its mark alone, or that it has not changed."""
    calendar = get_calendar(read_session(), actor().clinic_id)
    response = Response(mimetype="text/plain")
    response.set_etag(get_mark(read_session(), actor(), _day(), calendar, now()))
    response.make_conditional(request)
    response.headers[MADE_AT] = hour(now(), calendar.zone)
    return response


@blueprint.get("/day/walk-in")
@permission(Permission.CHECK_IN)
def walk_in() -> str:
    """Look for somebody who came without a visit."""
    text = looked_for()
    from_at, until_at = _span(today())
    found = find_patients(read_session(), actor(), text, from_at, until_at) if text else FoundList(patients=())
    page = present_walk_in(found, text, today=today(), back=url_for("day.index"))
    body = render_template("day/walk_in.html", page=page)
    return seen(body, row_count=len(found.patients)) if found.patients else body


@blueprint.post(f"{VISIT}/arrive")
@permission(Permission.CHECK_IN)
def arrive(case_id: str, appointment: int) -> ResponseReturnValue:
    """Record that the patient is here."""
    try:
        with writing() as session:
            appointments.arrive(work_in(session), case_ref(case_id), appointment=appointment)
    except InvalidInput as error:
        flash(" ".join(error.problems.values()), "critical")
    else:
        _say("Marked as arrived.", case_id)
    return redirect(_back(), 303)


@blueprint.post(f"{VISIT}/turn")
@permission(Permission.CHECK_IN)
def turn(case_id: str, appointment: int) -> ResponseReturnValue:
    """Let a visit change places with its neighbour in the room."""
    _, visit = find_visit(read_session(), actor(), case_id, appointment)
    visits = list_visits(read_session(), actor(), *_span(clinic_day(visit.starts_at, clinic().zone)))
    turn_at = turn_for(visits, case_id, appointment, request.form.get("way", ""))
    if turn_at is None:
        flash("There is no other visit on that side in this room.", "warn")
        return redirect(_back(), 303)
    try:
        with writing() as session:
            take_turn(work_in(session), case_ref(case_id), appointment=appointment, turn_at=turn_at)
    except InvalidInput as error:
        flash(" ".join(error.problems.values()), "critical")
    return redirect(_back(), 303)


@blueprint.get(f"{VISIT}/more")
@permission(Permission.SEE_DAY)
def more(case_id: str, appointment: int) -> str:
    """Show everything that can be recorded about a visit from the day."""
    _, visit = find_visit(read_session(), actor(), case_id, appointment)
    calendar = get_calendar(read_session(), actor().clinic_id)
    page = present_more(visit, viewer=actor(), now=now(), calendar=calendar, by=chosen("by", {"time"}))
    return render_template("day/more.html", page=page)


def _day_page() -> tuple[DayPage, int]:
    on, session = _day(), read_session()
    calendar = get_calendar(session, actor().clinic_id)
    found = get_day(session, actor(), on, calendar, now())
    by = chosen("by", {"time"})
    return present_day(found, on, viewer=actor(), now=now(), calendar=calendar, by=by), len(found.visits)


def _span(on: date) -> tuple[datetime, datetime]:
    calendar = ClinicCalendar(clinic().zone)
    return calendar.start_of(on), calendar.start_of(on + timedelta(days=1))


def _say(text: str, case_id: str) -> None:
    """Say on the next page what was recorded, with the way to put a mistake right for those who may."""
    message = {"text": text}
    if actor().may(Permission.CORRECT):
        message |= {"link_url": case_url(case_id), "link_text": "Correct it"}
    flash(message, "ready")  # type: ignore[arg-type]  # the banner's template takes a mapping too


def work_in(session: object) -> Work:
    """What a use case of this request is handed."""
    return Work(session, actor(), runtime().ids, now(), second=confirmation())  # type: ignore[arg-type]  # what writing() yields


def case_ref(case_id: str) -> CaseRef:
    """The case as the form knows it."""
    return CaseRef(case_id, number_of(request.form.get("expected_version")) or 0)


def number_of(text: str | None) -> int | None:
    """A whole number that a form handed back; ``None`` for what is none."""
    return int(text) if text and text.isascii() and text.isdigit() and len(text) <= 19 else None


def _back() -> str:
    by = "time" if request.form.get("by") == "time" else None
    try:
        on = date.fromisoformat(request.form.get("on", ""))
    except ValueError:
        return url_for("day.index", by=by)
    return url_for("day.index", on=on.isoformat(), by=by)


def _day() -> date:
    """The day of the address; today for what is no day, or one that is too far away."""
    try:
        on = date.fromisoformat(request.args.get("on", ""))
    except ValueError:
        return today()
    return on if abs(on - today()) <= _FARTHEST else today()
