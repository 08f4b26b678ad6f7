"""Finding a patient by name, record number, birth date or telephone."""

from datetime import timedelta

from flask import Blueprint, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue

from tracker.domain.access import Permission
from tracker.domain.calendar import ClinicCalendar
from tracker.queries.find import FoundList, find_patients
from tracker.web.common.access import permission
from tracker.web.common.current import actor, clinic, now, today
from tracker.web.common.database import read_session
from tracker.web.common.listing import seen
from tracker.web.common.searching import looked_for, sealed
from tracker.web.find.presenters import present

blueprint = Blueprint("find", __name__)

#: The pages that show whom a text may mean.
_SHOWN_BY = ("find.index", "pump_calls.index", "day.walk_in")


@blueprint.get("/find")
@permission(Permission.SEE_PATIENTS)
def index() -> str:
    """Show the patients that a text may mean, the likeliest first."""
    text = looked_for()
    found = _find(text) if text else FoundList(patients=())
    page = present(found, text, viewer=actor(), now=now(), zone=clinic().zone)
    body = render_template("find/index.html", page=page)
    return seen(body, row_count=len(found.patients)) if found.patients else body


@blueprint.post("/find")
@permission(Permission.SEE_PATIENTS)
def look() -> ResponseReturnValue:
    """Take what was typed, and go to the page that shows whom it may mean."""
    shown_by = request.form.get("page", "")
    endpoint = shown_by if shown_by in _SHOWN_BY else _SHOWN_BY[0]
    return redirect(url_for(endpoint, q=sealed(request.form.get("q", "")) or None), 303)


def _find(text: str) -> FoundList:
    calendar = ClinicCalendar(clinic().zone)
    day, day_after = calendar.start_of(today()), calendar.start_of(today() + timedelta(days=1))
    return find_patients(read_session(), actor(), text, day, day_after)
