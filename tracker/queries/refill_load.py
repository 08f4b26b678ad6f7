"""The refills of the weeks to come, booked and due without a date, against the days on which the clinic is open.

Weeks begin on Monday, as days are the clinic's. Of this week only what is still to come counts, refills and open days
alike: what is over fills no place. A refill on a closed day is booked all the same, and takes no place of an open one.
"""

from dataclasses import dataclass
from datetime import date, timedelta

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from tracker.domain.access import Actor
from tracker.domain.calendar import ClinicCalendar
from tracker.persistence.models import Obligation
from tracker.queries.refill_days import count_booked

WEEKS = 12
_WEEK = timedelta(weeks=1)


@dataclass(frozen=True, slots=True, kw_only=True)
class WeekLoad:
    """The refills of the seven days from ``from_on``, a Monday: visits booked on open days and on closed ones, and
    refills due with nothing planned. ``open_days`` are those still to come."""

    from_on: date
    open_days: int
    booked: int
    on_closed_days: int
    unbooked: int


def list_load(session: Session, viewer: Actor, calendar: ClinicCalendar, today: date) -> list[WeekLoad]:
    """The load of this week and those after it. What is due and was not planned in time counts in the first week in
    which the clinic is open still."""
    mondays = [today - timedelta(days=today.weekday()) + number * _WEEK for number in range(WEEKS)]
    end = mondays[-1] + _WEEK
    open_days = [calendar.open_days(max(monday, today), monday + _WEEK) for monday in mondays]
    first = next((number for number, days in enumerate(open_days) if days), 0)
    booked, on_closed, unbooked = [0] * WEEKS, [0] * WEEKS, [0] * WEEKS
    for day, count in count_booked(session, viewer, calendar, today, end - timedelta(days=1)).items():
        counted = booked if calendar.is_open(day) else on_closed
        counted[(day - mondays[0]) // _WEEK] += count
    for due_on, count in _due(session, viewer, end):
        unbooked[max(first, (due_on - mondays[0]) // _WEEK)] += count
    return [
        WeekLoad(from_on=each[0], open_days=each[1], booked=each[2], on_closed_days=each[3], unbooked=each[4])
        for each in zip(mondays, open_days, booked, on_closed, unbooked, strict=True)
    ]


def _due(session: Session, viewer: Actor, before: date) -> list[tuple[date, int]]:
    """The refills with nothing planned, by the day they are due."""
    rows = session.execute(
        select(Obligation.due_on, func.count().label("n"))
        .where(
            Obligation.clinic_id == viewer.clinic_id,
            Obligation.is_open.expression,
            Obligation.kind == "refill",
            Obligation.planned_seq.is_(None),
            Obligation.due_on < before,
        )
        .group_by(Obligation.due_on)
    )
    return [(row.due_on, row.n) for row in rows]
