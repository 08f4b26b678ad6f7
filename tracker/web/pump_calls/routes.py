"""Find whom a call is about; whoever is not found becomes a task of the physician."""

from dataclasses import dataclass
from datetime import timedelta
from typing import Any

from flask import Blueprint, flash, redirect, render_template, url_for
from flask.typing import ResponseReturnValue
from wtforms import BooleanField, StringField, TextAreaField
from wtforms.validators import InputRequired, Length

from tracker.domain.access import Permission
from tracker.domain.calendar import ClinicCalendar
from tracker.domain.errors import InvalidInput, NotFound
from tracker.pathways.catalogue import current
from tracker.queries.calls_of_unknown import get_call
from tracker.queries.clinic_calendar import get_calendar
from tracker.queries.find import FoundList, find_patients
from tracker.services.contact_details import call_back_doubt
from tracker.services.pump_calls import put_number_right, record_call_of_unknown
from tracker.services.work import Work
from tracker.web.common.access import permission
from tracker.web.common.case_lines import PersonLine, case_url, person_line
from tracker.web.common.current import actor, clinic, now, runtime, today
from tracker.web.common.database import read_session, writing
from tracker.web.common.forms import TrackerForm
from tracker.web.common.listing import seen
from tracker.web.common.scripts import NO_EMERGENCY_SERVICE, clinic_line, read_out
from tracker.web.common.searching import LONGEST_TEXT, looked_for

blueprint = Blueprint("pump_calls", __name__)


class UnknownCallerForm(TrackerForm):
    """A call about somebody who is not found. No single answer is required: whoever is on call must not wait for it."""

    phone = StringField("Number to call back", [Length(max=LONGEST_TEXT, message="At most 200 characters.")])
    no_phone = BooleanField("No number is known")
    caller = StringField("Who called", [Length(max=LONGEST_TEXT, message="At most 200 characters.")])
    words = TextAreaField(
        "What the caller said, and who the patient may be", [Length(max=2000, message="At most 2000 characters.")]
    )


class NumberForm(TrackerForm):
    """The right number to call back."""

    phone = StringField(
        "Number to call back",
        [InputRequired("Write down the number."), Length(max=LONGEST_TEXT, message="At most 200 characters.")],
    )


@dataclass(frozen=True, slots=True, kw_only=True)
class PumpCallPage:
    """What the page shows. ``without_case`` of the patients found cannot be opened here."""

    text: str
    is_asked: bool
    hint: str
    patients: tuple[PersonLine, ...]
    without_case: int
    notice: str
    known: tuple[tuple[str, str], ...]


@blueprint.route("/pump-call", methods=["GET", "POST"])
@permission(Permission.PUMP_CALL)
def index() -> ResponseReturnValue:
    """Show whom the call may be about, and take the call of somebody who is not found."""
    form = UnknownCallerForm()
    if form.validate_on_submit():
        try:
            calendar = get_calendar(read_session(), actor().clinic_id)
            with writing() as session:
                task_id = record_call_of_unknown(
                    Work(session, actor(), runtime().ids, now()),
                    calendar,
                    caller=form.caller.data or "",
                    phone=form.phone.data or "",
                    words=form.words.data or "",
                    none_known=form.no_phone.data,
                )
        except InvalidInput as error:
            form.show_problems(error.problems)
        else:
            flash("Recorded. The call is the physician's task now, and whoever is on call is paged.", "ready")
            _doubt(form, task_id)
            return redirect(url_for("pump_calls.index"), 303)
    text = looked_for()
    found = _find(text) if text else FoundList(patients=())
    body = render_template("pump_calls/index.html", page=_page(found, text), form=form)
    if found.patients:
        body = seen(body, row_count=len(found.patients))
    return body, 422 if form.errors else 200


def _doubt(form: UnknownCallerForm, task_id: int) -> None:
    """The number is doubted once whoever is on call is told, while the caller may still be there."""
    doubt = call_back_doubt(form.phone.data or "", none_known=form.no_phone.data)
    if doubt:
        url = url_for("pump_calls.number", task_id=task_id)
        said: Any = {
            "text": f"{doubt} Is the caller still there? Ask for the number.",
            "link_url": url,
            "link_text": "Give the number",
        }
        flash(said, "warn")


@blueprint.route("/pump-call/<int:task_id>/number", methods=["GET", "POST"])
@permission(Permission.PUMP_CALL)
def number(task_id: int) -> ResponseReturnValue:
    """Put the number to call back right, where the call was taken without one."""
    call, form = get_call(read_session(), actor(), task_id), NumberForm()
    if call.is_over and not form.is_submitted():
        raise NotFound(str(task_id))
    if form.validate_on_submit():
        try:
            with writing() as session:
                work = Work(session, actor(), runtime().ids, now())
                put_number_right(work, task_id=task_id, phone=form.phone.data or "")
        except InvalidInput as error:
            form.show_problems(error.problems)
        else:
            flash("Recorded. The number stands in the physician's task.", "ready")
            return redirect(url_for("pump_calls.index"), 303)
    return render_template("pump_calls/number.html", call=call, form=form), 422 if form.errors else 200


def _find(text: str) -> FoundList:
    calendar = ClinicCalendar(clinic().zone)
    day, day_after = calendar.start_of(today()), calendar.start_of(today() + timedelta(days=1))
    return find_patients(read_session(), actor(), text, day, day_after)


def _page(found: FoundList, text: str) -> PumpCallPage:
    hint = "Type at least two letters or digits." if found.is_too_short else ""
    if found.has_more:
        hint = "More patients match. One more letter, or the birth date, narrows it down."
    with_case = [each for each in found.patients if each.case_public_id]
    return PumpCallPage(
        text=text,
        is_asked=bool(text.strip()) and not found.is_too_short,
        hint=hint,
        patients=tuple(
            person_line(each.patient, today(), url=case_url(each.case_public_id, "pump-call")) for each in with_case
        ),
        without_case=len(found.patients) - len(with_case),
        notice=NO_EMERGENCY_SERVICE,
        known=(("Physicians of the clinic", clinic_line(clinic())), *read_out(current(), "pump_call")),
    )
