"""``/health`` answers 503 when the scheduler is silent, so that whatever watches from outside raises the alarm."""

from flask import Blueprint, jsonify, render_template
from flask.typing import ResponseReturnValue
from flask_login import current_user

from tracker.domain.access import Permission
from tracker.queries.health import count_stuck_reminders, list_beats
from tracker.web.common.access import permission, public
from tracker.web.common.current import clinic, now, runtime
from tracker.web.common.database import read_session
from tracker.web.common.frame import is_scheduler_silent
from tracker.web.health.presenters import present, ticked_at

blueprint = Blueprint("health", __name__)


@blueprint.get("/health")
@public
def index() -> ResponseReturnValue:
    """Say in one word whether web, database and scheduler run. Nothing about the clinic."""
    is_silent = is_scheduler_silent(ticked_at(list_beats(read_session())), now())
    body = {"status": "scheduler silent" if is_silent else "ok", "database": "ok"}
    return jsonify(body), 503 if is_silent else 200


@blueprint.get("/health/detail")
@permission(Permission.SEE_HEALTH)
def detail() -> ResponseReturnValue:
    """Show every job's last beat."""
    page = present(
        list_beats(read_session()),
        at=now(),
        stuck_reminders=count_stuck_reminders(read_session(), clinic().id, now()),
        engine=runtime().database.read.dialect.name,
        system=current_user.person.system,
    )
    return render_template("health/detail.html", page=page)
