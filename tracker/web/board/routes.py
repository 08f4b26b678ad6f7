"""The board and its table: the same cases, the same filters, kept in the address."""

import re
from datetime import UTC, datetime

from flask import Blueprint, render_template, request

from tracker.domain.access import Permission
from tracker.domain.pathway.definition import Pathway
from tracker.pathways.catalogue import CURRENT, FIRST, current
from tracker.queries.board import (
    NOBODY,
    BoardFilter,
    Choices,
    Position,
    count_cards,
    list_cards,
    list_choices,
    list_lanes,
)
from tracker.web.board.presenters import present_board, present_table
from tracker.web.common.access import permission
from tracker.web.common.current import actor, clinic, now, today
from tracker.web.common.database import read_session
from tracker.web.common.listing import chosen, seen

blueprint = Blueprint("board", __name__)

_READINESS = {"ready": True, "blocked": False}
_LARGEST_ID = 2**63 - 1
_POSITION = re.compile(r"(\d{1,16})-(\d{1,19})")


@blueprint.get("/board")
@permission(Permission.SEE_BOARD)
def index() -> str:
    """Show phases as columns and stages as lanes, the oldest cards of each."""
    pathway = _pathway()
    choices = list_choices(read_session(), actor())
    wanted = _filter(pathway, choices)
    stages = [stage.name for stage in pathway.stages.values() if stage.is_open and wanted.stage in ("", stage.name)]
    lanes = list_lanes(read_session(), actor(), stages, wanted, today())
    page = present_board(lanes, choices, wanted, pathway=pathway, now=now(), zone=clinic().zone, me=actor().user_id)
    return seen(render_template("board/index.html", page=page), row_count=sum(len(lane.cards) for lane in lanes))


@blueprint.get("/board/table")
@permission(Permission.SEE_BOARD)
def table() -> str:
    """Show the same cases as rows, fifty to a page."""
    pathway = _pathway()
    choices = list_choices(read_session(), actor())
    wanted = _filter(pathway, choices)
    found = list_cards(read_session(), actor(), wanted, _position())
    total = count_cards(read_session(), actor(), wanted)
    page = present_table(
        found, total, choices, wanted, pathway=pathway, now=now(), zone=clinic().zone, me=actor().user_id
    )
    return seen(render_template("board/table.html", page=page), row_count=len(found.cards))


def _pathway() -> Pathway:
    """The pathway of the address; where it names none, that of a patient's first case."""
    return current(chosen("pathway", CURRENT) or FIRST)


def _filter(pathway: Pathway, choices: Choices) -> BoardFilter:
    """The filter of the address; what it names and the clinic does not have filters nothing."""
    owner = request.args.get("owner", "")
    owners = {str(each.id): each.id for each in choices.owners} | {"me": actor().user_id, "nobody": NOBODY}
    payer = request.args.get("payer", "")
    return BoardFilter(
        pathway=pathway.name,
        owner_user_id=owners.get(owner),
        payer_id={str(each.id): each.id for each in choices.payers}.get(payer),
        is_ready=_READINESS.get(request.args.get("state", "")),
        stage=chosen("stage", [stage.name for stage in pathway.stages.values() if stage.is_open]),
    )


def _position() -> Position | None:
    """Where the page begins: microseconds since 1970 of the last row before it, and its id."""
    match = _POSITION.fullmatch(request.args.get("after", ""))
    if match is None or int(match[2]) > _LARGEST_ID:
        return None
    entered_at = datetime.fromtimestamp(int(match[1]) // 1_000_000, UTC).replace(microsecond=int(match[1]) % 1_000_000)
    return Position(entered_at=entered_at, case_id=int(match[2]))
