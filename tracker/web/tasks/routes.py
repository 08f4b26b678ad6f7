"""One task: what to do, whom to call, and what came of it."""

from flask import Blueprint, abort, flash, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue

from tracker.domain.access import Permission
from tracker.domain.errors import InvalidInput
from tracker.queries.letters import get_letter
from tracker.queries.tasks import get_task
from tracker.services.access_log import record_view
from tracker.services.held_bursts import decide_burst
from tracker.services.letters import post_letter, print_letter, text_hash
from tracker.services.task_endings import end_task
from tracker.services.work import Work
from tracker.web.common.access import permission
from tracker.web.common.current import actor, now, runtime
from tracker.web.common.database import read_session, writing
from tracker.web.common.filters import plural
from tracker.web.common.forms import TrackerForm
from tracker.web.tasks.forms import OutcomeForm, PostedForm
from tracker.web.tasks.presenters import has_letter, letter_part, task_page

blueprint = Blueprint("tasks", __name__)


@blueprint.route("/tasks/<int:task_id>", methods=["GET", "POST"])
@permission(Permission.SEE_TODAY)
def show(task_id: int) -> ResponseReturnValue:
    """Show a task, and record what came of it."""
    form = OutcomeForm()
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
    return _page(task_id, form, PostedForm(formdata=None))


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


@blueprint.route("/tasks/<int:task_id>/letter", methods=["GET", "POST"])
@permission(Permission.SEE_TODAY)
def letter(task_id: int) -> ResponseReturnValue:
    """Show the letter that may stand in for a call, as it is printed; record that it is printed now."""
    form, refusal = TrackerForm(), ""
    if form.validate_on_submit():
        try:
            with writing() as session:
                print_letter(Work(session, actor(), runtime().ids, now()), task_id=task_id)
        except InvalidInput as error:
            refusal = " ".join(error.problems.values())
        else:
            return redirect(url_for("tasks.letter", task_id=task_id, printed="now"), 303)
    found = get_letter(read_session(), actor(), task_id, now())
    page = render_template(
        "tasks/letter.html",
        letter=found,
        part=letter_part(found),
        form=form,
        is_printed_now=bool(found.printed) and request.args.get("printed") == "now",
        reads_otherwise=bool(found.printed) and found.printed[0].text_hash != text_hash(found),
    )
    with writing() as session:
        record_view(session, actor(), runtime().ids, now(), page="tasks.letter", case_id=found.case_id)
    return page, 422 if refusal or form.errors else 200


@blueprint.post("/tasks/<int:task_id>/letter/posted")
@permission(Permission.SEE_TODAY)
def letter_posted(task_id: int) -> ResponseReturnValue:
    """End a call: its letter was posted."""
    form = PostedForm()
    if form.validate():
        try:
            with writing() as session:
                post_letter(Work(session, actor(), runtime().ids, now()), task_id=task_id, posted_on=form.day)
        except InvalidInput as error:
            form.show_problems(error.problems)
        else:
            flash("Recorded. The task is done.")
            return redirect(url_for("today.index"), 303)
    return _page(task_id, OutcomeForm(formdata=None), form)


def _page(task_id: int, form: OutcomeForm, posted: PostedForm) -> ResponseReturnValue:
    session = read_session()
    task = get_task(session, actor(), task_id)
    found = get_letter(session, actor(), task_id, now()) if has_letter(task) else None
    body = render_template("tasks/show.html", page=task_page(task, found), form=form, posted=posted)
    with writing() as session:
        record_view(session, actor(), runtime().ids, now(), page="tasks.show", case_id=task.case_id)
    return body, 422 if form.errors or posted.errors else 200
