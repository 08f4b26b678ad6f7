"""Finding a patient by name, record number, birth date or telephone."""

from datetime import timedelta

from flask import Blueprint, render_template, request

from tracker.domain.access import Permission
from tracker.domain.calendar import ClinicCalendar
from tracker.queries.find import FoundList, find_patients
from tracker.web.common.access import permission
from tracker.web.common.current import actor, clinic, now, today
from tracker.web.common.database import read_session
from tracker.web.common.listing import seen
from tracker.web.find.presenters import present

blueprint = Blueprint("find", __name__)

LONGEST_TEXT = 200


@blueprint.get("/find")
@permission(Permission.SEE_PATIENTS)
def index() -> str:
    """Show the patients that a text may mean, the likeliest first."""
    text = request.args.get("q", "")[:LONGEST_TEXT]
    found = _find(text) if text.strip() else FoundList(patients=())
    page = present(found, text, viewer=actor(), now=now(), zone=clinic().zone)
    body = render_template("find/index.html", page=page)
    return seen(body, row_count=len(found.patients)) if found.patients else body


def _find(text: str) -> FoundList:
    calendar = ClinicCalendar(clinic().zone)
    day, day_after = calendar.start_of(today()), calendar.start_of(today() + timedelta(days=1))
    return find_patients(read_session(), actor(), text, day, day_after)
