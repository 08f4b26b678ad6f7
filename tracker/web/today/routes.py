"""The to-do list of the clinic, everybody's or one's own."""

from flask import Blueprint, render_template

from tracker.domain.access import Permission
from tracker.domain.pump_comparison import OWNER
from tracker.pathways.catalogue import current
from tracker.queries.pump_comparisons import get_standings
from tracker.queries.today import TodayFilter, get_today
from tracker.web.common.access import permission
from tracker.web.common.current import actor, clinic, now, today
from tracker.web.common.database import read_session
from tracker.web.common.listing import chosen, page_number, seen
from tracker.web.common.pump_list_words import DueLine, due_line
from tracker.web.today.presenters import present

blueprint = Blueprint("today", __name__)


@blueprint.get("/today")
@permission(Permission.SEE_TODAY)
def index() -> str:
    """Show what is critical, due and coming up."""
    pathway, page = current(), page_number()
    wanted = TodayFilter(
        is_mine=bool(chosen("mine", ("1",))),
        kind=chosen("kind", pathway.obligations),
        is_tasks=bool(chosen("tasks", ("1",))),
    )
    found = get_today(read_session(), actor(), wanted, today(), page)
    shown = present(
        found,
        wanted,
        viewer=actor(),
        pathway=pathway,
        now=now(),
        zone=clinic().zone,
        page=page,
        pump_list=_pump_list(wanted, page),
    )
    return seen(render_template("today/index.html", page=shown), row_count=len(found.todos) + len(found.tasks))


def _pump_list(wanted: TodayFilter, page: int) -> DueLine | None:
    """When the pumps are next held against another list; ``None`` for whoever does not do that, or asks for others."""
    is_asked = page == 1 and not wanted.is_tasks and not wanted.kind and (not wanted.is_mine or OWNER in actor().roles)
    if not is_asked or not actor().may(Permission.COMPARE_PUMPS):
        return None
    return due_line(get_standings(read_session(), actor().clinic_id), today(), clinic().zone)
