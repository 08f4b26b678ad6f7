"""Reports: the index of questions, a page for each, the patients behind each number, and the same as files."""

from collections import Counter
from collections.abc import Mapping
from typing import NamedTuple

from flask import Blueprint, Response, abort, redirect, render_template, request
from werkzeug.wrappers import Response as BaseResponse

from tracker.domain.access import Permission
from tracker.domain.errors import NotPermitted
from tracker.domain.report_sheets.sheet import Sheet, find
from tracker.domain.report_sheets.words import Names
from tracker.queries.clinic_calendar import get_calendar
from tracker.queries.report_lists import list_cases, names_of
from tracker.services.report_requests import ask_for
from tracker.web.common.access import permission
from tracker.web.common.current import actor, clinic, now, today
from tracker.web.common.database import noting, read_session
from tracker.web.common.listing import page_number, pager, seen
from tracker.web.reports.files import About, csv_text, xlsx_bytes
from tracker.web.reports.filters import Asked, read_filter
from tracker.web.reports.links import Links
from tracker.web.reports.panels import HEADINGS, Heading, Place, Told, tell, tell_all, versions
from tracker.web.reports.presenters import present_index, present_panel, present_patients

blueprint = Blueprint("reports", __name__, url_prefix="/reports")

ROWS_ON_PAGE = 50
#: What is asked with rules has routes of its own.
_NAMES = ", ".join(f'"{name}"' for name, heading in HEADINGS.items() if not heading.is_asked)
_TYPES = {"csv": "text/csv; charset=utf-8", "xlsx": "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"}


class _Request(NamedTuple):
    """What is asked of one report. ``told`` is ``None`` where the filter is wrong."""

    heading: Heading
    names: Names
    asked: Asked
    links: Links

    def told(self, *, with_cases: bool = False) -> Told | None:
        """The panel as the viewer may see it."""
        wanted = self.asked.wanted
        if wanted is None:
            return None
        told = tell(_place(), self.heading.name, wanted, self.names, with_cases=with_cases)
        if told.is_late:
            with noting() as connection:
                ask_for(connection, clinic().id, self.heading.name, wanted, now())
        return told


@blueprint.get("")
@permission(Permission.SEE_REPORTS)
def index() -> str:
    """Every question with its answer: the first thing that a manager reads."""
    names = names_of(read_session(), clinic().id)
    asked = read_filter(request.args, names, versions(), today())
    told = None
    if asked.wanted is not None:
        told = tell_all(_place(), asked.wanted, names)
    page = present_index(told, asked, Links(asked.query), zone=clinic().zone)
    return seen(render_template("reports/index.html", page=page), row_count=len(page.questions))


@blueprint.get(f"/<any({_NAMES}):name>")
@permission(Permission.SEE_REPORTS)
def panel(name: str) -> str:
    """One question: the answer, the chart, the table."""
    wanted = _request(name)
    page = present_panel(
        wanted.heading, wanted.told(), wanted.asked, wanted.links,
        clinic=clinic().name, zone=clinic().zone, may_export=actor().may(Permission.EXPORT),
    )  # fmt: skip
    rows = sum(len(section.table.rows) for section in page.sections)
    return seen(render_template("reports/panel.html", page=page), row_count=rows)


@blueprint.get(f"/<any({_NAMES}):name>/patients")
@permission(Permission.SEE_REPORTS)
def patients(name: str) -> str:
    """Whom a number counts, for those who may see patients."""
    if not actor().may(Permission.SEE_PATIENTS):
        raise NotPermitted(Permission.SEE_PATIENTS)
    wanted = _request(name)
    told = wanted.told(with_cases=True)
    if told is None or told.sheet is None:
        abort(404)
    found = find(told.sheet, request.args.get("of", ""))
    if found is None:
        abort(404)
    shares = found.cell.parts()
    parts: Mapping[int, float] = shares or Counter(found.cell.cases)
    # Who has most of a sum stands first.
    places = sorted(set(found.cell.cases), key=lambda place: (-shares.get(place, 0), place))
    ids = [told.sheet.ids[place] for place in places]
    page = page_number()
    listed = list_cases(read_session(), actor(), ids[(page - 1) * ROWS_ON_PAGE : page * ROWS_ON_PAGE])
    pages = pager(page, per_page=ROWS_ON_PAGE, shown=len(listed), total=len(ids))
    view = present_patients(
        wanted.heading, found, told, wanted.asked, wanted.links,
        listed=listed, parts={told.sheet.ids[place]: parts[place] for place in places},
        summary=pages.summary, pages=(pages.previous_url, pages.next_url),
        names=wanted.names, today=today(), zone=clinic().zone, may_open=actor().may(Permission.SEE_CLINICAL),
    )  # fmt: skip
    return seen(render_template("reports/patients.html", page=view), row_count=len(listed))


@blueprint.get(f"/<any({_NAMES}):name>.<any(csv, xlsx):kind>")
@permission(Permission.EXPORT)
def export(name: str, kind: str) -> BaseResponse:
    """The same numbers as a file; what is not made yet leads to the page that says so."""
    wanted = _request(name)
    told = wanted.told()
    if told is None:
        abort(400)
    if told.is_late:
        return redirect(wanted.links.panel(name))
    if told.sheet is None:
        abort(404)
    about = About(
        title=wanted.heading.title,
        clinic=clinic().name,
        as_of=told.as_of,
        zone=clinic().zone,
        filters=wanted.asked.words,
    )
    return handed_out(told.sheet, about, kind)


def handed_out(sheet: Sheet, about: About, kind: str) -> Response:
    """A sheet as a file of that kind, and on record."""
    body = csv_text(sheet, about).encode() if kind == "csv" else xlsx_bytes(sheet, about)
    seen("", row_count=sum(len(section.table.rows) for section in sheet.sections))
    response = Response(body, content_type=_TYPES[kind])
    response.headers["Content-Disposition"] = f'attachment; filename="{sheet.name}-{today().isoformat()}.{kind}"'
    return response


def _request(name: str) -> _Request:
    heading, names = HEADINGS[name], names_of(read_session(), clinic().id)
    asked = read_filter(
        request.args, names, versions(), today(), has_period=heading.has_period, has_horizon=heading.has_horizon
    )
    return _Request(heading, names, asked, Links(asked.query))


def _place() -> Place:
    calendar = get_calendar(read_session(), clinic().id)
    return Place(read_session(), actor(), calendar, now(), actor().may(Permission.SEE_PATIENTS))
