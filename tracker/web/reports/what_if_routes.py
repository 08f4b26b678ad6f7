"""What if: the form, the answer, its files, and the button that has it played with more pairs of years."""

from flask import Response, abort, flash, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue

from tracker.domain.access import Permission
from tracker.domain.report_sheets.what_if import NAME
from tracker.domain.what_if.comparison import REPLICATIONS
from tracker.services.what_if import ask_for_more
from tracker.services.work import Work
from tracker.web.common.access import permission
from tracker.web.common.current import actor, clinic, now, runtime
from tracker.web.common.database import read_session, writing
from tracker.web.common.forms import TrackerForm
from tracker.web.common.listing import seen
from tracker.web.reports.files import About
from tracker.web.reports.links import Links
from tracker.web.reports.panels import HEADINGS
from tracker.web.reports.routes import blueprint, handed_out
from tracker.web.reports.what_if import ToldWhatIf, question_of, read_what_if, tell_what_if, words_of
from tracker.web.reports.what_if_page import present_what_if


@blueprint.get("/what-if")
@permission(Permission.SEE_REPORTS)
def what_if() -> str:
    """The rules as they are and as they would be, and what would come of it. Reading it writes nothing."""
    told = _told()
    query = told.asked.query if told.asked else {}
    page = present_what_if(
        HEADINGS[NAME], told, Links(query),
        refine_url=url_for("reports.refine", **query), clinic=clinic().name, zone=clinic().zone,
        may_export=actor().may(Permission.EXPORT),
    )  # fmt: skip
    rows = sum(len(section.table.rows) for section in page.sections)
    return seen(render_template("reports/what_if.html", page=page), row_count=rows)


@blueprint.get("/what-if.<any(csv, xlsx):kind>")
@permission(Permission.EXPORT)
def what_if_file(kind: str) -> Response:
    """The same numbers as a file."""
    told = _told()
    if told.asked is not None and told.asked.question is None:
        abort(400)
    if told.sheet is None:
        abort(404)
    about = About(
        title=HEADINGS[NAME].title, clinic=clinic().name, as_of=told.as_of, zone=clinic().zone, filters=words_of(told)
    )
    return handed_out(told.sheet, about, kind)


@blueprint.post("/what-if/refine")
@permission(Permission.SEE_REPORTS)
def refine() -> ResponseReturnValue:
    """Ask the scheduler for many pairs of years; what is asked stands in the address, as on the page."""
    if not TrackerForm().validate():
        abort(400)
    told = read_what_if(read_session(), clinic().id, request.args.getlist, now=now())
    question = question_of(told)
    if not question or told.asked is None or told.on is None:
        abort(400)
    with writing() as session:
        is_asked = ask_for_more(Work(session, actor(), runtime().ids, now()), question, told.on)
    flash(
        "Asked for. It takes some minutes; open this page again then."
        if is_asked
        else "So many questions were asked today that this one has to wait until tomorrow."
    )
    return redirect(url_for("reports.what_if", **told.asked.query), 303)


def _told() -> ToldWhatIf:
    return tell_what_if(read_session(), clinic().id, request.args.getlist, now=now(), pairs=REPLICATIONS)
