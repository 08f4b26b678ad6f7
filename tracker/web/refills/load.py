"""The refills of the weeks to come against the places for them, in words and as bars."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date

from tracker.queries.refill_load import WeekLoad
from tracker.web.common.filters import on, plural
from tracker.web.refills.tabs import Tab, sister_pages

_LEGEND = (
    ("solid", "booked, by the day of the visit"),
    ("open", "not booked, by the day it is due"),
    ("quiet", "booked on a closed day"),
)


@dataclass(frozen=True, slots=True, kw_only=True)
class Part:
    """A part of a bar."""

    value: int
    style: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Bar:
    """One week. ``limit``: its places; ``None`` where nobody has said how many there are on a day."""

    label: str
    parts: tuple[Part, ...]
    figures: str
    limit: int | None


@dataclass(frozen=True, slots=True, kw_only=True)
class LoadPage:
    """What the load shows. ``over`` says of each week with too many by how many; ``places`` what a place is."""

    answer: str
    over: tuple[str, ...]
    places: str
    legend: tuple[tuple[str, str], ...]
    bars: tuple[Bar, ...]
    tabs: tuple[Tab, ...]


def present_load(weeks: Sequence[WeekLoad], per_day: int | None, today: date) -> LoadPage:
    """Make the load. ``per_day``: how many refills an open day has room for; ``None``: not known."""
    unbooked = sum(week.unbooked for week in weeks)
    booked = sum(week.booked + week.on_closed_days for week in weeks)
    rooms = [None if per_day is None else per_day * week.open_days for week in weeks]
    has_closed = any(week.on_closed_days for week in weeks)
    return LoadPage(
        answer=f"{plural(booked, 'refill is', 'refills are')} booked in the next {len(weeks)} weeks, and {unbooked} "
        f"more {'falls' if unbooked == 1 else 'fall'} due without a date.",
        over=tuple(
            _over(week, room, today)
            for week, room in zip(weeks, rooms, strict=True)
            if room is not None and _count(week) > room
        ),
        places="How many refills fit into a week is not known: an administrator can set the refills on an open day."
        if per_day is None
        else "Places are the refills on an open day times the open days of the week, of this week those still to come. "
        "A refill on a closed day takes none of them.",
        legend=_LEGEND if has_closed else _LEGEND[:2],
        bars=tuple(
            Bar(
                label=on(week.from_on, today)[4:],
                parts=(
                    Part(value=week.booked, style="solid"),
                    Part(value=week.unbooked, style="open"),
                    Part(value=week.on_closed_days, style="quiet"),
                ),
                figures=_figures(week, room),
                limit=room,
            )
            for week, room in zip(weeks, rooms, strict=True)
        ),
        tabs=sister_pages("load"),
    )


def _count(week: WeekLoad) -> int:
    """The refills that need a place."""
    return week.booked + week.unbooked


def _figures(week: WeekLoad, room: int | None) -> str:
    said = f"{week.booked} booked, {week.unbooked} not booked"
    if week.on_closed_days:
        said += f", {week.on_closed_days} on a closed day"
    if room is None:
        return said
    if not week.open_days:
        return f"{said}, no open day"
    more = _count(week) - room
    return f"{said}, {plural(room, 'place')}" + (f": {more} too many" if more > 0 else "")


def _over(week: WeekLoad, room: int, today: date) -> str:
    more = _count(week) - room
    return (
        f"The week of {on(week.from_on, today)[4:]} has {plural(_count(week), 'refill')} for {plural(room, 'place')}: "
        f"{more} too many. Book some of them earlier, never later than their latest date."
    )
