"""Find the parts that a manufacturer's letter names, open a to-do for each patient, hand out the list as a file."""

import csv
import io
from collections.abc import Sequence
from dataclasses import dataclass

from flask import Blueprint, Response, flash, redirect, render_template, request
from flask.typing import ResponseReturnValue
from wtforms import StringField, TextAreaField
from wtforms.validators import InputRequired, Length

from tracker.domain.access import Permission
from tracker.domain.errors import InvalidInput
from tracker.domain.pathway.device_wording import DEVICE_WORDS
from tracker.domain.spreadsheets import MARK, safe_cell
from tracker.queries.devices import DeviceFilter, TracedDevice, trace_devices
from tracker.services.advisories import Affected, open_for_all
from tracker.services.work import Work
from tracker.web.common.access import permission
from tracker.web.common.case_lines import PersonLine, case_url, pathway_of, person_line
from tracker.web.common.current import actor, now, runtime, today
from tracker.web.common.database import read_session, writing
from tracker.web.common.filters import plural
from tracker.web.common.forms import TrackerForm
from tracker.web.common.listing import seen, url_with

blueprint = Blueprint("advisories", __name__)

CSV_HEADERS = ("Family name", "Given name", "Born", "MRN", "Stage", "Part", "Model", "Serial", "Lot", "Placed on")


class AdvisoryForm(TrackerForm):
    """What the letter says."""

    number = StringField(
        "Number of the advisory",
        [InputRequired("Which advisory is it?"), Length(max=100, message="At most 100 characters.")],
    )
    text = TextAreaField(
        "What it asks for",
        [InputRequired("Say what it asks for."), Length(max=2000, message="At most 2000 characters.")],
    )


@dataclass(frozen=True, slots=True, kw_only=True)
class TracedRow:
    """One part in one patient."""

    person: PersonLine
    part: str
    serial: str
    lot: str
    stage: str


@dataclass(frozen=True, slots=True, kw_only=True)
class AdvisoryPage:
    """What the page shows. ``is_asked``: something was looked for."""

    wanted: DeviceFilter
    rows: tuple[TracedRow, ...]
    is_asked: bool
    summary: str
    export_url: str


def _wanted() -> DeviceFilter:
    """What the address asks for."""
    given = {name: request.args.get(name, "")[:100] for name in ("model", "serial_from", "serial_to", "lot")}
    return DeviceFilter(**given)


@blueprint.route("/advisories", methods=["GET", "POST"])
@permission(Permission.TRACE_DEVICES)
def index() -> ResponseReturnValue:
    """Show the parts that a letter names, and open a to-do for each."""
    form, wanted = AdvisoryForm(), _wanted()
    found = trace_devices(read_session(), actor(), wanted)
    if form.validate_on_submit():
        affected = [Affected(each.case_public_id, each.device) for each in found]
        try:
            with writing() as session:
                work = Work(session, actor(), runtime().ids, now())
                opened = open_for_all(work, affected, number=form.number.data or "", text=form.text.data or "")
        except InvalidInput as error:
            form.show_problems(error.problems)
        else:
            known = len(found) - opened
            had = f" {plural(known, 'part')} had it already." if known else ""
            flash(f"Recorded: {plural(opened, 'to-do')} opened.{had}", "ready")
            return redirect(url_with("advisories.index"), 303)
    body = render_template("advisories/index.html", page=_page(found, wanted), form=form, action=request.full_path)
    return seen(body, row_count=len(found)), 422 if form.errors else 200


@blueprint.get("/advisories.csv")
@permission(Permission.TRACE_DEVICES)
def export() -> Response:
    """Hand out the same list as a file."""
    found = trace_devices(read_session(), actor(), _wanted())
    written = io.StringIO(newline="")
    csv.writer(written).writerows([CSV_HEADERS, *([safe_cell(cell) for cell in _cells(each)] for each in found)])
    body = seen(MARK + written.getvalue(), row_count=len(found))
    response = Response(body, content_type="text/csv; charset=utf-8")
    response.headers["Content-Disposition"] = f'attachment; filename="advisory-{today().isoformat()}.csv"'
    return response


def _cells(traced: TracedDevice) -> tuple[str, ...]:
    who = traced.patient
    return (
        who.family_name,
        who.given_name,
        who.birth_on.isoformat(),
        who.mrn,
        _stage(traced),
        DEVICE_WORDS[traced.kind],
        traced.model,
        traced.serial,
        traced.lot,
        traced.placed_on.isoformat() if traced.placed_on else "",
    )


def _stage(traced: TracedDevice) -> str:
    return pathway_of(traced.pathway, traced.pathway_version).stages[traced.stage].label


def _page(found: Sequence[TracedDevice], wanted: DeviceFilter) -> AdvisoryPage:
    rows = tuple(
        TracedRow(
            person=person_line(each.patient, today(), url=case_url(each.case_public_id)),
            part=f"{DEVICE_WORDS[each.kind]}: {each.model or 'model not known'}",
            serial=each.serial or "not known",
            lot=each.lot or "not known",
            stage=_stage(each),
        )
        for each in found
    )
    return AdvisoryPage(
        wanted=wanted,
        rows=rows,
        is_asked=not wanted.is_empty,
        summary=f"{plural(len(rows), 'part')} in patients",
        export_url=url_with("advisories.export") if rows else "",
    )
