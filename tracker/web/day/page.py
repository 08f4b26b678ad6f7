"""The page of a day: its rooms with their visits in order, and how many of them changed since it was made."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from operator import attrgetter

from flask import url_for

from tracker.domain.access import Actor, Permission
from tracker.domain.calendar import ClinicCalendar
from tracker.domain.visit_day import HERE, DayState
from tracker.queries.day import MOST_VISITS, Day, Visit
from tracker.web.common.case_lines import clinic_day
from tracker.web.common.filters import day, plural
from tracker.web.day.presenters import hour, is_late
from tracker.web.day.rows import Viewing, VisitRow, day_url, visit_row
from tracker.web.day.steps import Choice, Step

NO_ROOM = "No room yet"


@dataclass(frozen=True, slots=True, kw_only=True)
class RoomGroup:
    """The visits of one room in their order; ``room`` is empty where the list is by time."""

    room: str
    rows: tuple[VisitRow, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class DayPage:
    """What the page shows. ``live_url`` answers whether anything changed, ``list_url`` gives the list alone; both
    empty on a day that is not today's."""

    on: str
    by: str
    title: str
    summary: str
    groups: tuple[RoomGroup, ...]
    made_at: str
    previous_url: str
    next_url: str
    today_url: str
    other_order_url: str
    other_order: str
    reload_url: str
    live_url: str
    list_url: str
    mark: str
    walk_in_url: str
    is_cut: bool


def order_of(visit: Visit) -> tuple[datetime, str, int]:
    """What visits of one room are ordered by: the turn that was given them for that day, else the time told."""
    return visit.turn_at or visit.starts_at, visit.case_public_id, visit.appointment


def present_day(found: Day, on: date, *, viewer: Actor, now: datetime, calendar: ClinicCalendar, by: str) -> DayPage:
    """Make the page of a day. ``by``: ``time``, else by room."""
    today, visits = clinic_day(now, calendar.zone), found.visits
    by = by if by == "time" else ""
    here = day_url(on.isoformat(), by)
    is_today = on == today
    choice = Choice(viewer, is_today=is_today, now=now, back=here)
    view = Viewing(viewer, on, now, calendar, choice, by_room=not by)
    return DayPage(
        on=on.isoformat(),
        by=by,
        title=day(on, today),
        summary=_summary(visits, now, is_past=on < today),
        groups=_groups(visits, view, by),
        made_at=hour(now, calendar.zone),
        previous_url=day_url((on - timedelta(days=1)).isoformat(), by),
        next_url=day_url((on + timedelta(days=1)).isoformat(), by),
        today_url="" if is_today else url_for("day.index", by=by or None),
        other_order_url=day_url(on.isoformat(), "" if by else "time"),
        other_order="By room" if by else "By time",
        reload_url=here,
        live_url=url_for("day.pulse", on=on.isoformat()) if is_today else "",
        list_url=url_for("day.rows", on=on.isoformat(), by=by or None) if is_today else "",
        mark=found.mark,
        walk_in_url=url_for("day.walk_in") if is_today and viewer.may(Permission.CHECK_IN) else "",
        is_cut=len(visits) == MOST_VISITS,
    )


@dataclass(frozen=True, slots=True, kw_only=True)
class MorePage:
    """Everything that can be recorded about one visit, for the list of ``on`` in the order ``by``."""

    on: str
    by: str
    row: VisitRow
    steps: tuple[Step, ...]
    back_url: str


def present_more(visit: Visit, *, viewer: Actor, now: datetime, calendar: ClinicCalendar, by: str) -> MorePage:
    """Make the page of one visit."""
    on = clinic_day(visit.starts_at, calendar.zone)
    here = day_url(on.isoformat(), by)
    choice = Choice(viewer, is_today=on == clinic_day(now, calendar.zone), now=now, back=here)
    row = visit_row(visit, Viewing(viewer, on, now, calendar, choice, by_room=not by))
    steps = (*((row.step,) if row.step else ()), *choice.others(visit))
    return MorePage(on=on.isoformat(), by=by, row=row, steps=steps, back_url=here)


def _summary(visits: Sequence[Visit], now: datetime, *, is_past: bool) -> str:
    if not visits:
        return plural(0, "visit")
    if is_past:
        unmarked = sum(visit.standing.state is DayState.EXPECTED for visit in visits)
        return plural(len(visits), "visit") + (f" · {unmarked} not marked" if unmarked else "")
    here = sum(visit.standing.state in HERE for visit in visits)
    waiting = sum(visit.standing.state is DayState.EXPECTED for visit in visits)
    late = sum(is_late(visit, now) for visit in visits)
    said = f"{plural(len(visits), 'visit')} · {here} here now · {waiting} to come"
    return f"{said} · {late} late" if late else said


def _groups(visits: Sequence[Visit], view: Viewing, by: str) -> tuple[RoomGroup, ...]:
    if by == "time":
        rows = tuple(visit_row(each, view) for each in sorted(visits, key=attrgetter("starts_at")))
        return (RoomGroup(room="", rows=rows),) if rows else ()
    rooms: dict[str, list[Visit]] = {}
    for visit in sorted(visits, key=order_of):
        rooms.setdefault(visit.room, []).append(visit)
    # Without a room: last, whatever the others are called.
    return tuple(
        RoomGroup(room=room or NO_ROOM, rows=tuple(visit_row(each, view) for each in rooms[room]))
        for room in sorted(rooms, key=lambda name: (not name, name))
    )
