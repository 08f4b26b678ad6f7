"""The page of stored figures, and the button that asks for new ones. Nothing is computed while somebody waits."""

from flask import Blueprint, abort, flash, redirect, render_template, url_for
from flask.typing import ResponseReturnValue
from flask_login import current_user

from tracker.domain.access import Permission
from tracker.queries.pump_comparisons import get_standings
from tracker.queries.safety import check_of, get_safety, list_patients
from tracker.services.safety import ask_for_check
from tracker.services.work import Work
from tracker.web.common.access import permission
from tracker.web.common.current import actor, clinic, now, runtime, today
from tracker.web.common.database import read_session, writing
from tracker.web.common.forms import TrackerForm
from tracker.web.common.listing import seen
from tracker.web.common.pump_list_words import due_line
from tracker.web.safety.presenters import Facts, present

blueprint = Blueprint("safety", __name__)


@blueprint.get("/safety")
@permission(Permission.SEE_SAFETY)
def index() -> str:
    """Show what must hold, as it was last computed."""
    state = get_safety(read_session(), actor())
    check, sees_patients = check_of(state), actor().may(Permission.SEE_PATIENTS)
    cases = {each.case for each in check.findings if each.case} if check and sees_patients else set()
    people = list_patients(read_session(), actor(), cases)
    pump_list = due_line(get_standings(read_session(), actor().clinic_id), today(), clinic().zone)
    page = present(
        Facts(
            state=state,
            people=people,
            viewer=actor(),
            ticked_at=current_user.person.system.ticked_at,
            now=now(),
            today=today(),
            zone=clinic().zone,
        )
    )
    return seen(render_template("safety/index.html", page=page, pump_list=pump_list), row_count=len(people))


@blueprint.post("/safety/check")
@permission(Permission.SEE_SAFETY)
def check() -> ResponseReturnValue:
    """Ask the scheduler for new figures."""
    if not TrackerForm().validate():
        abort(400)
    with writing() as session:
        is_asked = ask_for_check(Work(session, actor(), runtime().ids, now()))
    flash(
        "Asked for. The check begins within two minutes; open this page again to see its figures."
        if is_asked
        else "Somebody has asked already. The check begins within two minutes."
    )
    return redirect(url_for("safety.index"), 303)
