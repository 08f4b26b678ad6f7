"""Choosing, looking and importing. Looking writes nothing but who looked; importing twice changes nothing."""

from collections.abc import Iterator

from flask import Blueprint, abort, render_template
from flask.typing import ResponseReturnValue

from tracker.domain.access import Permission
from tracker.integrations.pause import between_writes
from tracker.queries.clinic_calendar import get_calendar
from tracker.services.access_log import record_view
from tracker.services.import_preview import preview_referrals
from tracker.services.imports import Importer, Report, import_referrals
from tracker.services.referral_file import COLUMNS
from tracker.services.table_file import Table, UnreadableFile, read_table
from tracker.web.common.access import permission
from tracker.web.common.current import actor, clinic, now, runtime
from tracker.web.common.database import read_session, writing
from tracker.web.common.uploads import CarryForm, ChooseFileForm
from tracker.web.referral_import.presenters import present_preview, present_result

blueprint = Blueprint("referral_import", __name__, url_prefix="/referrals/import")

#: What is imported at once from a page. The command line takes more.
MOST_ROWS = 1000
_OTHERWISE = "Split it, or use the command: tracker referrals import."


@blueprint.get("")
@permission(Permission.IMPORT)
def index() -> ResponseReturnValue:
    """Ask for a file."""
    return _choose(ChooseFileForm(formdata=None), 200)


@blueprint.post("")
@permission(Permission.IMPORT)
def preview() -> ResponseReturnValue:
    """Show what an import of the file would do."""
    form = ChooseFileForm()
    content = form.content(_OTHERWISE) if form.validate() else None
    table = _read(form, content) if content is not None else None
    if content is None or table is None:
        return _choose(form, 422)
    report = _last(preview_referrals(_importer(), read_session(), table), table)
    carrying = CarryForm(formdata=None)
    carrying.keep(content)
    page = render_template("referral_import/preview.html", form=carrying, page=present_preview(report, table))
    _record("referral_import.preview", report)
    return page


@blueprint.post("/confirm")
@permission(Permission.IMPORT)
def confirm() -> ResponseReturnValue:
    """Import the file that was looked at."""
    form = CarryForm()
    content = form.kept() if form.validate() else None
    if content is None:
        abort(400)
    try:
        table = read_table(content, COLUMNS)
    except UnreadableFile:
        abort(400)
    report = _last(import_referrals(_importer(), table), table)
    page = render_template("referral_import/confirm.html", page=present_result(report, table))
    _record("referral_import.confirm", report)
    return page


def _choose(form: ChooseFileForm, status: int) -> ResponseReturnValue:
    return render_template("referral_import/index.html", form=form, columns=COLUMNS, most_rows=MOST_ROWS), status


def _read(form: ChooseFileForm, content: bytes) -> Table | None:
    """The rows of the file, or a sentence beside the field."""
    try:
        table = read_table(content, COLUMNS)
    except UnreadableFile as error:
        form.show_problems({"file": str(error)})
        return None
    if len(table.rows) > MOST_ROWS:
        too_many = f"The file has {len(table.rows):,} rows; {MOST_ROWS:,} are taken at once."
        form.show_problems({"file": f"{too_many} {_OTHERWISE}"})
        return None
    return table


def _importer() -> Importer:
    calendar = get_calendar(read_session(), clinic().id)
    return Importer(writing, actor(), calendar, runtime().clock, runtime().ids, between_writes)


def _last(reports: Iterator[Report], table: Table) -> Report:
    report = Report(warnings=list(table.doubts))
    for so_far in reports:
        report = so_far
    return report


def _record(page: str, report: Report) -> None:
    """Who is known here can be read off a preview: that somebody looked is recorded before it is shown."""
    with writing() as session:
        record_view(session, actor(), runtime().ids, now(), page=page, row_count=report.rows)
