"""What is looked at once for a room and a day."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date

from flask import url_for

from tracker.domain.access import Actor, Permission
from tracker.domain.dates import in_words
from tracker.queries.checklists import CheckedRoom
from tracker.web.common.filters import at


@dataclass(frozen=True, slots=True, kw_only=True)
class RoomItem:
    """One item of a room. ``checked`` is empty while nobody looked at it today."""

    key: str
    label: str
    checked: str


@dataclass(frozen=True, slots=True, kw_only=True)
class RoomLine:
    """One room."""

    name: str
    items: tuple[RoomItem, ...]
    action_url: str


@dataclass(frozen=True, slots=True, kw_only=True)
class RoomsPage:
    """What the page shows."""

    day: str
    rooms: tuple[RoomLine, ...]
    may_check: bool


def present_rooms(
    rooms: Sequence[CheckedRoom], items: Mapping[str, str], *, viewer: Actor, zone: str, on: date
) -> RoomsPage:
    """Make the page."""
    return RoomsPage(
        day=in_words(on),
        rooms=tuple(
            RoomLine(
                name=room.name,
                items=tuple(
                    RoomItem(key=key, label=label, checked=_by(room, key, zone)) for key, label in items.items()
                ),
                action_url=url_for("day.look_at_room", room_id=room.room_id),
            )
            for room in rooms
        ),
        may_check=viewer.may(Permission.CHECKLIST),
    )


def _by(room: CheckedRoom, item: str, zone: str) -> str:
    if item not in room.checks:
        return ""
    who, when = room.checks[item]
    return f"Looked at · {who} {at(when, zone)[-5:]}"
