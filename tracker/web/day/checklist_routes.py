"""The checklist of a visit: looked at, answered item by item, read aloud, printed; and the rooms that are looked at."""

from datetime import datetime

from flask import abort, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue

from tracker.domain.access import Permission
from tracker.domain.calendar import ClinicCalendar
from tracker.domain.errors import InvalidInput, StaleVersion
from tracker.domain.words import LIVE_APPOINTMENT, ItemState
from tracker.pathways import catalogue
from tracker.queries.case_detail import open_for_reading
from tracker.queries.checklists import VisitChecklist, get_checklist, list_rooms
from tracker.queries.day import rules_of
from tracker.queries.offline_day import list_undecided
from tracker.services.checklists import Answer, answer_item
from tracker.services.offline_entries import settle_second
from tracker.services.room_checks import check_room
from tracker.web.common.access import permission
from tracker.web.common.current import actor, clinic, now, today
from tracker.web.common.database import read_session, writing
from tracker.web.common.listing import seen
from tracker.web.day.checklist import ChecklistPage, present_aloud, present_checklist
from tracker.web.day.checklist_items import Typed
from tracker.web.day.consent import consent_panel
from tracker.web.day.forms import AnswerForm
from tracker.web.day.paper import present_paper
from tracker.web.day.presenters import visit_url
from tracker.web.day.rooms import present_rooms
from tracker.web.day.routes import VISIT, blueprint, case_ref, number_of, work_in
from tracker.web.day.said_aloud import said_aloud
from tracker.web.day.second_answers import entry_of, keep_second_answer, leave_what_stands

#: Outside of these years a wall time may have no instant.
_FIRST_YEAR, _LAST_YEAR = 1900, 2200


@blueprint.get(VISIT)
@permission(Permission.SEE_CLINICAL)
def checklist(case_id: str, appointment: int) -> str:
    """Show the checklist of a visit, one item below the other."""
    return _shown(_found(case_id, appointment))


@blueprint.get(f"{VISIT}/aloud/<int:section>")
@permission(Permission.SEE_CLINICAL)
def aloud(case_id: str, appointment: int, section: int) -> str:
    """Show one item of a section large, to be read aloud to the room."""
    return _aloud(_found(case_id, appointment), section, request.args.get("item", ""))


@blueprint.get(f"{VISIT}/paper")
@permission(Permission.SEE_CLINICAL)
def paper(case_id: str, appointment: int) -> str:
    """Show the checklist as it is printed: filled, or blank."""
    is_blank = request.args.get("blank") == "1"
    page = present_paper(_found(case_id, appointment), now=now(), zone=clinic().zone, is_blank=is_blank)
    return render_template("day/paper.html", page=page)


@blueprint.get(f"{VISIT}/was/<seq:number>/<on>")
@permission(Permission.SEE_CLINICAL)
def earlier(case_id: str, appointment: int, number: int, on: str) -> str:
    """Show what was answered on an earlier day, before the visit moved."""
    found = _found(case_id, appointment)
    past = next((each for each in found.earlier if (each.appointment, each.day.isoformat()) == (number, on)), None)
    if past is None:
        abort(404)
    return render_template(
        "day/paper.html", page=present_paper(found, now=now(), zone=clinic().zone, past=past.answers)
    )


@blueprint.post(VISIT)
@permission(Permission.CHECKLIST)
def answer(case_id: str, appointment: int) -> ResponseReturnValue:
    """Record the answer to one item; what was typed is kept where it cannot be taken."""
    if request.form.get("leave"):
        return leave_what_stands(_found(case_id, appointment))
    form = AnswerForm()
    problems = {} if form.validate() else {str(name or ""): " ".join(said) for name, said in form.errors.items()}
    try:
        done_at = _instant(form.done_at.data or "")
    except ValueError:
        done_at, problems["done_at"] = None, "Type day and time, for example 2026-12-04 07:30."
    if done_at is None and request.form.get("late"):
        problems.setdefault("done_at", "Type the time at which it was done; it stands on the paper.")
    given = Answer(
        item=form.item.data or "",
        state=form.state.data or "",
        value=form.value.data or "",
        reason=form.reason.data or "",
        second_by=number_of(form.second_by.data),
        seen=number_of(form.seen.data),
        done_at=done_at,
    )
    found = _found(case_id, appointment)
    if given.second_by is not None and given.second_by not in {each.user_id for each in found.colleagues}:
        problems["second_by"] = "Choose somebody of this clinic."
    is_conflict = False
    if not problems:
        try:
            _record(found, given)
        except InvalidInput as error:
            problems = dict(error.problems)
        except StaleVersion as error:
            is_conflict = True
            keep_second_answer(found, given, error)
            problems = {"": "Somebody else answered this item meanwhile. Look at both, then choose."}
    if not problems:
        return _next(found, given)
    status = 409 if "" in problems else 422
    return _again(case_id, appointment, Typed(given, problems, form.done_at.data or "", is_conflict)), status


def _record(found: VisitChecklist, given: Answer) -> None:
    visit = found.visit
    is_of_room = any(rule.per_room and rule.key == given.item for rule in rules_of(visit))
    is_of_day = found.calendar.today(given.done_at or now()) == found.day
    # A visit that is over refers to no room any more: there the answer is its own.
    is_looked_at = is_of_room and is_of_day and visit.room_id is not None and visit.state in LIVE_APPOINTMENT
    with writing() as session:
        if is_looked_at and visit.room_id is not None and given.state == ItemState.DONE:
            # Looked at once, for every visit in the room.
            check_room(work_in(session), room_id=visit.room_id, item=given.item, checked_at=given.done_at)
        else:
            ref = case_ref(visit.case_public_id)
            answer_item(work_in(session), ref, appointment=visit.appointment, answer=given)
        settle_second(work_in(session), entry_of(found, given), is_left=False)


def _next(found: VisitChecklist, given: Answer) -> ResponseReturnValue:
    """The page that follows: the next item that is read aloud, or the list at the very item."""
    section = number_of(request.form.get("section"))
    if section is not None:
        return redirect(visit_url(found.visit, f"aloud/{section}"), 303)
    late = "?late=1" if request.form.get("late") else ""
    return redirect(f"{visit_url(found.visit)}{late}#item-{given.item}", 303)


def _again(case_id: str, appointment: int, typed: Typed) -> str:
    found, section = _found(case_id, appointment), number_of(request.form.get("section"))
    if section is not None:
        return _aloud(found, section, typed.answer.item, typed)
    return _shown(found, typed)


def _shown(found: VisitChecklist, typed: Typed | None = None) -> str:
    """The list, with what came in for an item and is not decided yet beside it."""
    visit = found.visit
    undecided = list_undecided(read_session(), actor(), visit.case_public_id, visit.appointment)
    page, consent = _page(found, typed), consent_panel(visit)
    return render_template("day/checklist.html", page=page, consent=consent, undecided=undecided)


def _aloud(found: VisitChecklist, section: int, item: str, typed: Typed | None = None) -> str:
    shown = present_aloud(_page(found, typed, section=str(section)), found.visit, section, item)
    if shown is None:
        abort(404)
    case = open_for_reading(read_session(), actor(), found.visit.case_public_id)
    return render_template("day/aloud.html", aloud=shown, page=shown.page, known=said_aloud(found, case))


def _page(found: VisitChecklist, typed: Typed | None = None, *, section: str = "") -> ChecklistPage:
    return present_checklist(
        found,
        viewer=actor(),
        now=now(),
        zone=clinic().zone,
        typed=typed,
        is_late=bool(request.values.get("late")),
        section=section,
    )


def _found(case_id: str, appointment: int) -> VisitChecklist:
    return get_checklist(read_session(), actor(), case_id, appointment)


def _instant(text: str) -> datetime | None:
    """The instant of a wall time at the clinic, as a form has it; ``None`` where none was typed.

    :raises ValueError: for what is no wall time
    """
    if not text.strip():
        return None
    wall = datetime.fromisoformat(text.strip())
    if wall.tzinfo is not None or not _FIRST_YEAR <= wall.year <= _LAST_YEAR:
        raise ValueError(text)
    return ClinicCalendar(clinic().zone).instant(wall.replace(second=0, microsecond=0))


@blueprint.get("/day/rooms")
@permission(Permission.SEE_DAY)
def rooms() -> str:
    """Show what was looked at in each room today."""
    found = list_rooms(read_session(), actor(), today())
    page = present_rooms(found, catalogue.room_items(), viewer=actor(), zone=clinic().zone, on=today())
    return seen(render_template("day/rooms.html", page=page), row_count=len(found))


@blueprint.post("/day/rooms/<seq:room_id>")
@permission(Permission.CHECKLIST)
def look_at_room(room_id: int) -> ResponseReturnValue:
    """Record that somebody looked at an item of a room."""
    with writing() as session:
        check_room(work_in(session), room_id=room_id, item=request.form.get("item", "")[:60])
    return redirect(url_for("day.rooms"), 303)
