"""The refill list, the same as a file, and the load of the weeks to come."""

import csv
import io

from flask import Blueprint, Response, render_template

from tracker.domain.access import Permission
from tracker.domain.spreadsheets import MARK
from tracker.queries.clinic import get_settings
from tracker.queries.clinic_calendar import get_calendar
from tracker.queries.colleagues import list_colleagues
from tracker.queries.refill_load import list_load
from tracker.queries.refills import list_refills
from tracker.web.common.access import permission
from tracker.web.common.current import actor, clinic, now, today
from tracker.web.common.database import read_session
from tracker.web.common.listing import page_number, seen
from tracker.web.refills.filters import present_filters, read_filter
from tracker.web.refills.load import present_load
from tracker.web.refills.presenters import CSV_HEADERS, csv_rows, present_list

blueprint = Blueprint("refills", __name__)

#: More pumps than a clinic has: the file holds all pages.
MOST_ROWS = 1_000_000


@blueprint.get("/refills")
@permission(Permission.SEE_REFILLS)
def index() -> str:
    """Show every pump, unknown and void dates first, then by the latest refill date."""
    page, colleagues = page_number(), list_colleagues(read_session(), actor())
    wanted = read_filter(colleagues, actor().user_id, today())
    found = list_refills(read_session(), actor(), page, wanted)
    filters = present_filters(wanted, colleagues, actor().user_id)
    shown = present_list(found, filters, viewer=actor(), now=now(), zone=clinic().zone, page=page)
    return seen(render_template("refills/index.html", page=shown), row_count=len(found.refills))


@blueprint.get("/refills.csv")
@permission(Permission.EXPORT)
def export() -> Response:
    """Hand out all pages of the list, filtered as it is shown."""
    wanted = read_filter(list_colleagues(read_session(), actor()), actor().user_id, today())
    found = list_refills(read_session(), actor(), wanted=wanted, rows_on_page=MOST_ROWS)
    written = io.StringIO(newline="")
    csv.writer(written).writerows([CSV_HEADERS, *csv_rows(found, now=now(), zone=clinic().zone)])
    body = seen(MARK + written.getvalue(), row_count=len(found.refills))
    response = Response(body, content_type="text/csv; charset=utf-8")
    response.headers["Content-Disposition"] = f'attachment; filename="refills-{today().isoformat()}.csv"'
    return response


@blueprint.get("/refills/load")
@permission(Permission.SEE_REFILLS)
def load() -> str:
    """Show how many refills each of the next twelve weeks has, booked and not."""
    calendar = get_calendar(read_session(), clinic().id)
    weeks = list_load(read_session(), actor(), calendar, today())
    per_day = get_settings(read_session(), clinic().id).refills_per_day
    page = present_load(weeks, per_day, today())
    return seen(render_template("refills/load.html", page=page), row_count=len(weeks))
