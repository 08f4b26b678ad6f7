"""The order within a room: which instant puts a visit before or after its neighbour, without moving any."""

from collections.abc import Sequence
from datetime import datetime, timedelta

from tracker.domain.words import LIVE_APPOINTMENT
from tracker.queries.day import Visit
from tracker.web.day.page import order_of

_STEP = timedelta(minutes=1)


def turn_for(visits: Sequence[Visit], case_public_id: str, appointment: int, way: str) -> datetime | None:
    """Where a visit's turn goes so that it changes places with the one before (``earlier``) or after it in its room;
    ``None`` where there is none. Only this visit is written: the others keep theirs."""
    key = (case_public_id, appointment)
    wanted = next((each for each in visits if (each.case_public_id, each.appointment) == key), None)
    if wanted is None or not wanted.room or wanted.state not in LIVE_APPOINTMENT:
        return None
    in_room = (each for each in visits if each.room == wanted.room and each.state in LIVE_APPOINTMENT)
    room = sorted(in_room, key=order_of)
    place, forward = room.index(wanted), way == "later"
    beyond = room[place + 1 : place + 3] if forward else room[max(0, place - 2) : place][::-1]
    if not beyond:
        return None
    near = order_of(beyond[0])[0]
    if len(beyond) == 1:
        return near + _STEP if forward else near - _STEP
    far = order_of(beyond[1])[0]
    return near + (far - near) / 2
