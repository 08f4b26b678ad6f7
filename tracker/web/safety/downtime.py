"""When the last downtime kit was made, and the button that has another one made. The kit itself is never handed out."""

from dataclasses import dataclass
from datetime import date, datetime

from flask import abort, flash, redirect, render_template, url_for
from flask.typing import ResponseReturnValue

from tracker.domain.access import Permission
from tracker.queries.clinic_jobs import JobState, get_job
from tracker.queries.downtime import JOB
from tracker.services.downtime import ask_for_kit
from tracker.services.work import Work
from tracker.web.common.access import permission
from tracker.web.common.current import actor, clinic, now, runtime, today
from tracker.web.common.database import read_session, writing
from tracker.web.common.filters import ago, at, plural
from tracker.web.common.forms import TrackerForm
from tracker.web.safety.routes import blueprint


@dataclass(frozen=True, slots=True, kw_only=True)
class KitPage:
    """What the page shows. ``problem``: why there is none, or none of today."""

    tone: str
    made: str
    problem: str
    asked: str
    holds: str
    place: str
    sealed: str
    may_ask: bool


def present(state: JobState, *, folder: str, on: date, at_now: datetime, zone: str) -> KitPage:
    """Make the page. ``folder`` is where kits go; empty where none is set."""
    result = state.result
    is_of_today = result.get("made_for") == on.isoformat()
    return KitPage(
        tone="ready" if is_of_today and folder else "critical",
        made=f"made {ago(state.done_at, at_now)}, {at(state.done_at, zone)}" if state.done_at else "none was made yet",
        problem=_problem(folder, state, is_of_today=is_of_today),
        asked=_asked(state, at_now),
        holds=f"{plural(_number(result, 'pumps'), 'pump')}, {plural(_number(result, 'visits'), 'visit')}, "
        f"{plural(_number(result, 'critical'), 'critical or escalated to-do')}",
        place=f"{folder}/{result['folder']}/{result['name']}{'.kit' if result['is_sealed'] else ''}"
        if state.done_at and folder
        else "",
        sealed="sealed with the key of this system"
        if result.get("is_sealed")
        else "not sealed: whoever can read the folder can read it",
        may_ask=bool(folder),
    )


def _number(result: dict[str, object], name: str) -> int:
    return int(str(result.get(name, 0)))


def _problem(folder: str, state: JobState, *, is_of_today: bool) -> str:
    if not folder:
        return (
            "No folder is set for downtime kits, so none is made. Whoever runs this system sets TRACKER_DOWNTIME_DIR, "
            "best on another machine or a drive that can be carried."
        )
    if state.done_at is not None and not is_of_today:
        return "The kit of today is missing. Have one made now; if it does not appear, tell whoever runs this system."
    return ""


def _asked(state: JobState, at_now: datetime) -> str:
    if state.is_running:
        return "One is being made now."
    return f"Asked for {ago(state.asked_at, at_now)}: made within two minutes." if state.asked_at else ""


@blueprint.get("/safety/downtime-kit")
@permission(Permission.MAKE_DOWNTIME_KIT)
def kit() -> str:
    """Say when the last one was made, and where it stands. Nothing of a patient."""
    folder = runtime().settings.downtime_dir
    page = present(
        get_job(read_session(), actor().clinic_id, JOB),
        folder=str(folder) if folder else "",
        on=today(),
        at_now=now(),
        zone=clinic().zone,
    )
    return render_template("safety/kit.html", page=page)


@blueprint.post("/safety/downtime-kit")
@permission(Permission.MAKE_DOWNTIME_KIT)
def make_kit() -> ResponseReturnValue:
    """Ask the scheduler for one."""
    if not TrackerForm().validate():
        abort(400)
    with writing() as session:
        is_asked = ask_for_kit(Work(session, actor(), runtime().ids, now()))
    flash(
        "Asked for. It is made within two minutes."
        if is_asked
        else "Somebody has asked already. It is made within two minutes."
    )
    return redirect(url_for("safety.kit"), 303)
