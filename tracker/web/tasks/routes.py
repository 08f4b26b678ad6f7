"""One task: what to do, whom to call, and what came of it."""

from dataclasses import dataclass

from flask import Blueprint, abort, flash, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue
from wtforms import TextAreaField
from wtforms.validators import InputRequired, Length

from tracker.domain.access import Permission
from tracker.domain.errors import InvalidInput
from tracker.domain.task_words import task_words
from tracker.queries.tasks import Reachable, TaskDetail, get_task
from tracker.services.access_log import record_view
from tracker.services.delivering.bursts import KIND
from tracker.services.held_bursts import decide_burst
from tracker.services.task_endings import end_task
from tracker.services.work import Work
from tracker.web.common.access import permission
from tracker.web.common.case_lines import PersonLine, case_url, owner_words, person_line
from tracker.web.common.current import actor, now, runtime, today
from tracker.web.common.database import read_session, writing
from tracker.web.common.filters import day, plural
from tracker.web.common.forms import TrackerForm

blueprint = Blueprint("tasks", __name__)


class OutcomeForm(TrackerForm):
    """What came of the task."""

    outcome = TextAreaField(
        "What came of it",
        [
            InputRequired("Say what came of it, for example: spoke with the mother, will come."),
            Length(max=500, message="Use at most 500 characters."),
        ],
    )


@dataclass(frozen=True, slots=True)
class TaskPage:
    """A task as the page shows it."""

    what: str
    why: str
    due: str
    owner: str
    person: PersonLine | None
    task: TaskDetail
    reach: tuple[Reachable, ...]
    is_burst: bool


@blueprint.route("/tasks/<int:task_id>", methods=["GET", "POST"])
@permission(Permission.SEE_TODAY)
def show(task_id: int) -> ResponseReturnValue:
    """Show a task, and record what came of it."""
    task, form = get_task(read_session(), actor(), task_id), OutcomeForm()
    if form.validate_on_submit():
        try:
            with writing() as session:
                work = Work(session, actor(), runtime().ids, now())
                end_task(work, task_id=task_id, outcome=form.outcome.data or "")
        except InvalidInput as error:
            form.show_problems(error.problems)
        else:
            flash("Recorded. The task is done.")
            return redirect(url_for("today.index"), 303)
    body = render_template("tasks/show.html", page=_page(task), form=form)
    with writing() as session:
        record_view(session, actor(), runtime().ids, now(), page="tasks.show", case_id=task.case_id)
    return body, 422 if form.errors else 200


@blueprint.post("/tasks/<int:task_id>/burst")
@permission(Permission.PAUSE_SENDING)
def burst(task_id: int) -> ResponseReturnValue:
    """Decide what becomes of messages that were held back."""
    form = TrackerForm()
    if not form.validate():
        abort(400)
    try:
        with writing() as session:
            work = Work(session, actor(), runtime().ids, now())
            count = decide_burst(work, task_id=task_id, decision=request.form.get("decision", ""))
    except InvalidInput:
        abort(400)
    flash(f"Recorded. {plural(count, 'message')} decided.")
    return redirect(url_for("reminders.index"), 303)


def _page(task: TaskDetail) -> TaskPage:
    what, why = task_words(task.kind, task.params)
    person = person_line(task.patient, today(), url=case_url(task.case_public_id)) if task.patient else None
    return TaskPage(
        what,
        why,
        day(task.due_on, today()),
        owner_words("", task.owner_role),
        person,
        task,
        task.reach,
        task.kind == KIND,
    )
