"""Choose the other list, look at what differs, open tasks, record that it was done. Looking writes nothing but who
looked; the list itself travels in the form and is kept nowhere."""

import csv
import io
from collections.abc import Mapping
from dataclasses import dataclass

from flask import Blueprint, Response, abort, flash, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue
from wtforms import HiddenField, TextAreaField
from wtforms.validators import Length

from tracker.domain.access import Permission
from tracker.domain.errors import InvalidInput
from tracker.domain.pump_comparison import Comparison
from tracker.domain.spreadsheets import MARK
from tracker.queries.pump_comparisons import get_standings, hold_against, list_comparisons, tasks_since
from tracker.services.pump_comparisons import (
    LONGEST_REASON,
    ComparedMeanwhile,
    PumpList,
    open_tasks,
    record_comparison,
)
from tracker.services.pump_list_file import read_pump_list
from tracker.services.table_file import UnreadableFile
from tracker.services.work import Work
from tracker.web.common.access import permission
from tracker.web.common.current import actor, clinic, now, runtime, today
from tracker.web.common.database import read_session, writing
from tracker.web.common.filters import at, plural
from tracker.web.common.listing import seen
from tracker.web.common.pump_list_words import due_line
from tracker.web.common.uploads import CarryForm, ChooseFileForm
from tracker.web.pump_comparisons.presenters import (
    CSV_HEADERS,
    Answers,
    csv_rows,
    present_comparison,
    present_history,
)

blueprint = Blueprint("pump_comparisons", __name__, url_prefix="/refills/compare")

#: More pumps than a clinic has.
MOST_ROWS = 5000
_REASON = "reason:"
_LONGEST_NAME = 200


class CompareForm(CarryForm):
    """The other list as it was chosen, what is said of the comparison as a whole, and the last comparison when it was
    held against the pumps: what somebody recorded since is said before anything is opened."""

    name = HiddenField("Name of the list", [Length(max=_LONGEST_NAME)])
    round = HiddenField("Last comparison")
    note = TextAreaField(
        "Note, if there is anything to say",
        [Length(max=LONGEST_REASON, message=f"Use at most {LONGEST_REASON} characters.")],
    )


@dataclass(frozen=True, slots=True)
class Chosen:
    """A list that was read, and what is doubtful about it as a whole."""

    pumps: PumpList
    doubts: tuple[str, ...]


@blueprint.get("")
@permission(Permission.COMPARE_PUMPS)
def index() -> ResponseReturnValue:
    """Ask for the other list, and show what was compared lately."""
    return _choose(ChooseFileForm(formdata=None), 200)


@blueprint.post("")
@permission(Permission.COMPARE_PUMPS)
def preview() -> ResponseReturnValue:
    """Show what differs. Nothing is written but who looked."""
    form = ChooseFileForm()
    content = form.content("Hand in the rows of the pumps alone.") if form.validate() else None
    chosen = None
    if content is not None:
        try:
            chosen = _read(str(form.file.data.filename or ""), content)
        except UnreadableFile as error:
            form.show_problems({"file": str(error)})
    if chosen is None:
        return _choose(form, 422)
    carrying = CompareForm(formdata=None)
    carrying.keep(chosen.pumps.content)
    carrying.name.data = chosen.pumps.name
    _begin(carrying)
    return _show(carrying, chosen)


@blueprint.post("/again")
@permission(Permission.COMPARE_PUMPS)
def again() -> ResponseReturnValue:
    """Compare the same list with what is known now."""
    form, chosen = _carried()
    _begin(form)
    return _show(form, chosen)


@blueprint.post("/tasks")
@permission(Permission.COMPARE_PUMPS)
def ask_for_tasks() -> ResponseReturnValue:
    """Open a task for one difference, or for every one that has neither a task nor a reason."""
    form, chosen = _carried()
    key = request.form.get("task", "")
    try:
        with writing() as session:
            work = Work(session, actor(), runtime().ids, now())
            opened = open_tasks(work, chosen.pumps, round_id=_round(form), reasons=_reasons(), today=today(), key=key)
    except ComparedMeanwhile as error:
        return _show_anew(form, chosen, error)
    said = f"{plural(opened, 'task')} opened: on Today, for the coordinators."
    none = "Somebody has opened this task already." if key else "Every difference has a task or a reason already."
    flash(said if opened else none)
    return _show(form, chosen)


@blueprint.post("/done")
@permission(Permission.COMPARE_PUMPS)
def record() -> ResponseReturnValue:
    """Record that the list was compared."""
    form, chosen = _carried()
    if not form.validate():
        return _show(form, chosen)
    try:
        with writing() as session:
            work = Work(session, actor(), runtime().ids, now())
            record_comparison(work, chosen.pumps, round_id=_round(form), reasons=_reasons(), note=form.note.data or "")
    except ComparedMeanwhile as error:
        return _show_anew(form, chosen, error)
    except InvalidInput as error:
        count = len(error.problems)
        form.show_problems({"": f"{plural(count, 'difference')} still without a task or a reason that can be kept."})
        return _show(form, chosen, error.problems)
    flash("Recorded: the pump list is compared.", "ready")
    return redirect(url_for("pump_comparisons.index"), 303)


@blueprint.post("/list.csv")
@permission(Permission.COMPARE_PUMPS)
def export() -> ResponseReturnValue:
    """Hand out what differs as a file."""
    _, chosen = _carried()
    found, answers = _compare(chosen, {})
    written = io.StringIO(newline="")
    csv.writer(written).writerows([CSV_HEADERS, *csv_rows(found, answers, today())])
    body = seen(MARK + written.getvalue(), row_count=len(found.differences))
    response = Response(body, content_type="text/csv; charset=utf-8")
    response.headers["Content-Disposition"] = f'attachment; filename="pump-list-{today().isoformat()}.csv"'
    return response


def _choose(form: ChooseFileForm, status: int) -> ResponseReturnValue:
    history = present_history(list_comparisons(read_session(), actor()), clinic().zone)
    due = due_line(get_standings(read_session(), actor().clinic_id), today(), clinic().zone)
    body = render_template("pump_comparisons/index.html", form=form, due=due, history=history, most_rows=MOST_ROWS)
    return seen(body, row_count=len(history)), status


def _read(name: str, content: bytes) -> Chosen:
    """Read a list.

    :raises UnreadableFile: for what cannot be compared
    """
    table, rows = read_pump_list(content)
    if len(rows) > MOST_ROWS:
        raise UnreadableFile(f"The file has {len(rows):,} rows; {MOST_ROWS:,} are compared at once.")
    if not rows:
        raise UnreadableFile("The file has a header and no rows.")
    return Chosen(PumpList(name[:_LONGEST_NAME], content, rows), tuple(each.reason for each in table.doubts))


def _carried() -> tuple[CompareForm, Chosen]:
    """The list that was looked at before; what was damaged on its way is refused."""
    form = CompareForm()
    content = form.kept()
    if content is None or not content:
        abort(400)
    try:
        return form, _read(str(form.name.data or ""), content)
    except UnreadableFile:
        abort(400)


def _begin(form: CompareForm) -> None:
    """What is shown now is held against the pumps after the last comparison that was recorded."""
    form.round.data = str(get_standings(read_session(), actor().clinic_id).last_id)


def _round(form: CompareForm) -> int:
    """The comparison that was the last one when the page was made; one that never was, where the form does not say."""
    said = str(form.round.data or "")
    return int(said) if said.isascii() and said.isdigit() else -1


def _show_anew(form: CompareForm, chosen: Chosen, error: ComparedMeanwhile) -> ResponseReturnValue:
    """Say that somebody compared meanwhile, and show what differs now, with what was typed."""
    which = "this same list" if error.is_same_list else "another list"
    form.show_problems(
        {
            "": f"{error.by} recorded a comparison with {which} on {at(error.at, clinic().zone)}, after this page was"
            " made. No task was opened and nothing was recorded. Look at what is left below."
        }
    )
    _begin(form)
    return _show(form, chosen)


def _reasons() -> dict[str, str]:
    return {name.removeprefix(_REASON): text for name, text in request.form.items() if name.startswith(_REASON)}


def _compare(chosen: Chosen, problems: Mapping[str, str]) -> tuple[Comparison, Answers]:
    session = read_session()
    found = hold_against(session, actor(), chosen.pumps.rows)
    tasks = tasks_since(session, actor(), get_standings(session, actor().clinic_id).last_id)
    return found, Answers(tasks=tasks, reasons=_reasons(), problems=problems)


def _show(form: CompareForm, chosen: Chosen, problems: Mapping[str, str] | None = None) -> ResponseReturnValue:
    found, answers = _compare(chosen, problems or {})
    page = present_comparison(found, answers, viewer=actor(), today=today(), doubts=chosen.doubts)
    body = render_template("pump_comparisons/preview.html", form=form, page=page, name=chosen.pumps.name)
    return seen(body, row_count=len(found.differences)), 422 if form.errors else 200
