"""The refill list, and the load of the weeks to come."""

from datetime import timedelta

from flask import Blueprint, render_template

from tracker.domain.access import Permission
from tracker.domain.calendar import ClinicCalendar
from tracker.queries.refills import WEEKS, list_load, list_refills
from tracker.web.common.access import permission
from tracker.web.common.current import actor, clinic, now, today
from tracker.web.common.database import read_session
from tracker.web.common.listing import page_number, seen
from tracker.web.refills.presenters import present_list, present_load

blueprint = Blueprint("refills", __name__)


@blueprint.get("/refills")
@permission(Permission.SEE_REFILLS)
def index() -> str:
    """Show every pump, unknown dates first, then by the latest refill date."""
    page = page_number()
    found = list_refills(read_session(), actor(), page)
    shown = present_list(found, viewer=actor(), now=now(), zone=clinic().zone, page=page)
    return seen(render_template("refills/index.html", page=shown), row_count=len(found.refills))


@blueprint.get("/refills/load")
@permission(Permission.SEE_REFILLS)
def load() -> str:
    """Show how many refills each of the next twelve weeks has, booked and not."""
    monday = today() - timedelta(days=today().weekday())
    calendar = ClinicCalendar(clinic().zone)
    starts = [calendar.start_of(monday + timedelta(weeks=number)) for number in range(WEEKS + 1)]
    weeks = list_load(read_session(), actor(), monday, starts)
    page = present_load(weeks, today())
    return seen(render_template("refills/load.html", page=page), row_count=len(weeks))
