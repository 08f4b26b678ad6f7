"""The pathway as its file has it: the diagram, the stages, what each step needs, the numbers and their sources."""

from flask import Blueprint, Response, redirect, render_template, url_for
from flask.typing import ResponseReturnValue

from tracker.domain.access import Permission
from tracker.domain.errors import NotFound
from tracker.domain.pathway.definition import Pathway
from tracker.domain.pathway.draw import draw
from tracker.pathways.catalogue import CURRENT, current
from tracker.web.common.access import permission
from tracker.web.pathways.presenters import present

blueprint = Blueprint("pathways", __name__)


@blueprint.get("/pathways")
@permission(Permission.SEE_PATHWAY)
def index() -> ResponseReturnValue:
    """Go to the pathway that new cases start on."""
    return redirect(url_for("pathways.show", name=current().name), 303)


@blueprint.get("/pathways/<name>")
@permission(Permission.SEE_PATHWAY)
def show(name: str) -> str:
    """Show a pathway in words."""
    return render_template("pathways/show.html", page=present(_named(name)))


@blueprint.get("/pathways/<name>/diagram.svg")
@permission(Permission.SEE_PATHWAY)
def diagram(name: str) -> Response:
    """Hand out the diagram."""
    return Response(draw(_named(name)), content_type="image/svg+xml; charset=utf-8")


def _named(name: str) -> Pathway:
    """The current version of a pathway.

    :raises NotFound: when there is none of that name
    """
    if name not in CURRENT:
        raise NotFound("no such pathway")
    return current(name)
