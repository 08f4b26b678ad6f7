"""The open days before a refill's latest date with the room that they have: somebody picks one, none is proposed."""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date, timedelta

from flask import request

from tracker.domain.calendar import ClinicCalendar
from tracker.domain.obligations.refills import followed_pumps
from tracker.domain.refill_visits import LatestRefill, best_until, latest_refill
from tracker.queries.case_detail import OpenedCase
from tracker.queries.clinic import get_settings
from tracker.queries.refill_days import count_booked
from tracker.web.cases.acting import Notice, calendar
from tracker.web.common.current import actor, clinic, now, today
from tracker.web.common.database import read_session
from tracker.web.common.filters import distance, on, plural
from tracker.web.common.listing import url_with

#: Open days that are shown: three weeks.
MOST_DAYS = 15
#: Days on which nothing says how late a refill may be, or it is too late already, that are shown.
_FIRST_DAYS = 10
#: What is said of a day on which the clinic is closed, and its tone.
_CLOSED = ("closed: no places", "warn")


@dataclass(frozen=True, slots=True)
class DayChoice:
    """One open day. ``tone``: ``warn`` where it is full; ``left`` counts to the latest refill date."""

    day: str
    left: str
    taken: str
    tone: str
    url: str


@dataclass(frozen=True, slots=True)
class RefillDays:
    """The days to choose from, or the one that was chosen. ``chosen`` is empty until then."""

    lede: str
    choices: tuple[DayChoice, ...]
    chosen: str
    taken: str
    tone: str
    others_url: str


def chosen_day() -> date | None:
    """The day of the address, ``?on=2026-12-03``; ``None`` where that is no day to come."""
    try:
        day = date.fromisoformat(request.args.get("on", ""))
    except ValueError:
        return None
    return day if today() <= day <= today() + timedelta(days=3660) else None


def refill_days(case: OpenedCase) -> RefillDays:
    """What is shown beside the form."""
    latest, chosen, days = _latest(case), chosen_day(), calendar()
    latest_on = latest.on if latest else None
    shown = [chosen] if chosen else list(_days(days, latest_on))
    per_day = get_settings(read_session(), clinic().id).refills_per_day
    booked = count_booked(read_session(), actor(), days, min(shown), max(shown))
    said = {day: _taken(booked[day], per_day) if days.is_open(day) else _CLOSED for day in shown}
    return RefillDays(
        lede=_lede(case, latest),
        choices=()
        if chosen
        else tuple(
            DayChoice(on(each, today()), _left(each, latest_on), *said[each], url_with(on=each.isoformat()))
            for each in shown
        ),
        chosen=on(chosen, today()) if chosen else "",
        taken=said[chosen][0] if chosen else "",
        tone=said[chosen][1] if chosen else "",
        others_url=url_with(on=None),
    )


def latest_date(case: OpenedCase) -> list[tuple[str, str]]:
    """The latest refill date beside a form that books one; nothing where no pump is followed."""
    if not followed_pumps(case.snapshot):
        return []
    latest = _latest(case)
    if latest is None:
        return [("Latest refill date", "not known: the sooner the better")]
    return [("Latest refill date", f"{on(latest.on, today())} · {distance((latest.on - today()).days)}")]


def _latest(case: OpenedCase) -> LatestRefill | None:
    return latest_refill(case.pathway, case.snapshot, now())


def overbooked(day: date) -> tuple[Notice, ...]:
    """What somebody must know who booked one refill more than an open day has places for. A closed day was asked back
    before."""
    days, per_day = calendar(), get_settings(read_session(), clinic().id).refills_per_day
    booked = count_booked(read_session(), actor(), days, day, day)[day]
    if per_day is None or booked <= per_day or not days.is_open(day):
        return ()
    said = f"{on(day, today())} now has {plural(booked, 'refill')} for {plural(per_day, 'place')}."
    return (Notice(text=f"{said} Is there room, or is another day better?"),)


def _days(days: ClinicCalendar, latest: date | None) -> Iterator[date]:
    """The last open days up to the latest date; without one, or behind it, the next ones."""
    if latest is None or latest < today():
        yield from _open(days, today(), _FIRST_DAYS)
        return
    span = (latest - today()).days + 1
    found = [day for day in (latest - timedelta(days=each) for each in range(min(span, 60))) if days.is_open(day)]
    yield from reversed(found[:MOST_DAYS]) if found else _open(days, today(), _FIRST_DAYS)


def _open(days: ClinicCalendar, first: date, count: int) -> list[date]:
    return [day for day in (first + timedelta(days=each) for each in range(60)) if days.is_open(day)][:count] or [first]


def _taken(booked: int, per_day: int | None) -> tuple[str, str]:
    if per_day is None:
        return f"{booked} booked", ""
    full = booked >= per_day
    return f"{booked} of {plural(per_day, 'place')} booked{': full' if full else ''}", "warn" if full else ""


def _left(day: date, latest: date | None) -> str:
    if latest is None:
        return "not known"
    days = (latest - day).days
    if days > 0:
        return plural(days, "day")
    return "too late" if days else "the latest date itself"


def _lede(case: OpenedCase, latest: LatestRefill | None) -> str:
    if latest is None:
        return "The latest refill date is not known: the sooner the better."
    if latest.on < today():
        return f"The latest refill date was {on(latest.on, today())}: the sooner the better."
    best = best_until(case.pathway, case.snapshot, latest)
    when = f"Best up to {on(best, today())}" if best > today() else "The sooner the better"
    return (
        f"The open days up to the latest refill date, {on(latest.on, today())}. {when}. "
        "A full day can be booked all the same."
    )
