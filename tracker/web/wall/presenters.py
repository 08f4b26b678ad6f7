"""The wall: whoever walks by may read it, so it says no more than they could see themselves.

Who has left, was cancelled or did not come is not on it: that would tell something about a person, and nobody in the
hallway needs it. How far a procedure is, is said as where somebody is.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from tracker.domain.calendar import ClinicCalendar
from tracker.domain.visit_day import DayState
from tracker.queries.wall import WallVisit

#: What may be read in a hallway. What is missing here is not shown.
WALL_WORDS = {
    DayState.EXPECTED: ("quiet", "Expected"),
    DayState.ARRIVED: ("ready", "Here"),
    DayState.PREPARATION: ("ready", "Being prepared"),
    DayState.PROCEDURE: ("ready", "In the room"),
    DayState.OBSERVATION: ("ready", "Resting"),
    DayState.READY: ("ready", "Ready to leave"),
}


@dataclass(frozen=True, slots=True, kw_only=True)
class WallRow:
    """One visit."""

    time: str
    tone: str
    state: str


@dataclass(frozen=True, slots=True, kw_only=True)
class WallRoom:
    """One room with its visits in order."""

    name: str
    rows: tuple[WallRow, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class WallPage:
    """What the screen shows."""

    day: str
    rooms: tuple[WallRoom, ...]


def present_wall(visits: Sequence[WallVisit], calendar: ClinicCalendar, now: datetime) -> WallPage:
    """Make the page. It holds no clock of its own: only what was written, or became late, changes it."""
    rooms: dict[str, list[WallRow]] = {}
    for visit in sorted(visits, key=lambda each: each.turn_at or each.starts_at):
        said = WALL_WORDS.get(visit.standing.state)
        if said is None:
            continue
        is_late = visit.standing.is_late(visit.due_at, now)
        tone, state = ("warn", f"Late since {calendar.wall(visit.due_at):%H:%M}") if is_late else said
        row = WallRow(time=f"{calendar.wall(visit.starts_at):%H:%M}", tone=tone, state=state)
        rooms.setdefault(visit.room or "No room yet", []).append(row)
    today = calendar.today(now)
    return WallPage(
        day=f"{today:%A} {today.day} {today:%B}",
        rooms=tuple(WallRoom(name=name, rows=tuple(rows)) for name, rows in sorted(rooms.items())),
    )
