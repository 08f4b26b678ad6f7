"""The wall view, at an address of its own: nobody is signed in at a screen that hangs in a hallway."""

from datetime import timedelta

from flask import Blueprint, Response, make_response, render_template, request

from tracker.domain.calendar import ClinicCalendar
from tracker.domain.errors import NotFound
from tracker.queries.wall import find_wall_clinic, list_wall
from tracker.web.common.access import public
from tracker.web.common.current import now
from tracker.web.common.database import read_session
from tracker.web.wall.presenters import present_wall

blueprint = Blueprint("wall", __name__)


@blueprint.get("/wall/<token>")
@public
def show(token: str) -> Response:
    """Show times, rooms and states of today; a screen that asks again hears whether anything changed."""
    session = read_session()
    clinic = find_wall_clinic(session, token)
    if clinic is None:
        raise NotFound("no wall view has this address")
    calendar = ClinicCalendar(clinic.zone)
    on = calendar.today(now())
    visits = list_wall(session, clinic.id, calendar.start_of(on), calendar.start_of(on + timedelta(days=1)))
    response = make_response(render_template("wall/show.html", page=present_wall(visits, calendar, now())))
    response.headers["Referrer-Policy"] = "no-referrer"
    response.add_etag()
    response.make_conditional(request)
    return response
