"""The load of the weeks: in the right week on every day of it, and against open days alone."""

from datetime import date, datetime, time, timedelta

import pytest

from tests.factories.listed import Listed
from tracker.domain.access import Actor
from tracker.domain.calendar import ClinicCalendar
from tracker.queries.refill_load import WEEKS, list_load

DENVER = ClinicCalendar("America/Denver")
#: The Monday of the week of ``listed.today``, which is a Tuesday.
MONDAY = date(2026, 3, 16)


def booked(listed: Listed, day: date, hour: int = 9, state: str = "booked") -> None:
    """A refill that is planned by a visit on that day."""
    case = listed.case(listed.patient(f"Booked {day} {hour}"), "maintained")
    starts_at = DENVER.instant(datetime.combine(day, time(hour)))
    listed.visit(case, "refill", hours=(starts_at - listed.now).total_seconds() / 3600, state=state)
    listed.pump(case, latest=70, planned_seq=20)


def due(listed: Listed, day: date) -> None:
    """A refill that is due on that day, with nothing planned."""
    case = listed.case(listed.patient(f"Due {day}"), "maintained")
    listed.pump(case, latest=(day - listed.today).days + 10)


def load(
    listed: Listed, viewer: Actor, today: date = MONDAY + timedelta(days=1), calendar: ClinicCalendar = DENVER
) -> list[tuple[int, ...]]:
    """Open days, booked, booked on closed days and not booked of each week."""
    found = list_load(listed.session, viewer, calendar, today)
    assert [each.from_on for each in found] == [MONDAY + timedelta(weeks=number) for number in range(WEEKS)]
    return [(each.open_days, each.booked, each.on_closed_days, each.unbooked) for each in found]


def test_counts_visits_by_their_day_and_the_rest_by_the_day_they_are_due(listed: Listed, viewer: Actor) -> None:
    booked(listed, MONDAY + timedelta(days=8))
    due(listed, MONDAY + timedelta(days=22))
    due(listed, MONDAY - timedelta(days=40))
    due(listed, MONDAY + timedelta(weeks=WEEKS))
    assert load(listed, viewer) == [(4, 0, 0, 1), (5, 1, 0, 0), (5, 0, 0, 0), (5, 0, 0, 1), *[(5, 0, 0, 0)] * 8]


def test_counts_a_sunday_in_the_week_that_it_ends_and_takes_no_place_for_it(listed: Listed, viewer: Actor) -> None:
    """Late on Sunday is Monday in UTC."""
    for hour in (1, 23):
        booked(listed, MONDAY + timedelta(days=13), hour)
    booked(listed, MONDAY + timedelta(days=14), hour=1)
    assert load(listed, viewer)[1:3] == [(5, 0, 2, 0), (5, 1, 0, 0)]


def test_counts_a_visit_by_the_clinics_day_where_the_clocks_change(listed: Listed, viewer: Actor) -> None:
    """In Denver the clocks go forward on 8 March 2026, a Sunday, and back on 1 November."""
    assert DENVER.start_of(date(2026, 3, 9)) - DENVER.start_of(date(2026, 3, 8)) == timedelta(hours=23)
    booked(listed, date(2026, 3, 8), hour=23)
    booked(listed, date(2026, 3, 9), hour=0)
    weeks = list_load(listed.session, viewer, DENVER, date(2026, 3, 3))
    assert [(each.booked, each.on_closed_days) for each in weeks[:2]] == [(0, 1), (1, 0)]


def test_a_closed_day_has_no_place(listed: Listed, viewer: Actor) -> None:
    holiday = MONDAY + timedelta(days=9)
    calendar = ClinicCalendar("America/Denver", closed_on=frozenset({holiday}))
    booked(listed, holiday)
    booked(listed, holiday + timedelta(days=1))
    assert load(listed, viewer, calendar=calendar)[1] == (4, 1, 1, 0)


@pytest.mark.parametrize(
    ("days", "weeks"),
    [
        (1, [(4, 2, 1, 2), (5, 0, 0, 0)]),
        (4, [(1, 1, 1, 2), (5, 0, 0, 0)]),
        (5, [(0, 0, 1, 0), (5, 0, 0, 2)]),
        (6, [(0, 0, 1, 0), (5, 0, 0, 2)]),
    ],
    ids=["Tuesday", "Friday", "Saturday", "Sunday"],
)
def test_of_this_week_only_what_is_to_come_counts(
    listed: Listed, viewer: Actor, days: int, weeks: list[tuple[int, ...]]
) -> None:
    """What is over fills no place, and what is overdue can be refilled on no day that is over."""
    booked(listed, MONDAY)
    booked(listed, MONDAY + timedelta(days=1), state="arrived")
    booked(listed, MONDAY + timedelta(days=4))
    booked(listed, MONDAY + timedelta(days=6))
    due(listed, MONDAY - timedelta(days=3))
    due(listed, MONDAY)
    assert load(listed, viewer, MONDAY + timedelta(days=days))[:2] == weeks


def test_a_clinic_that_is_closed_for_all_twelve_weeks_still_has_its_refills(listed: Listed, viewer: Actor) -> None:
    closed = ClinicCalendar("America/Denver", open_weekdays=frozenset())
    due(listed, MONDAY - timedelta(days=3))
    booked(listed, MONDAY + timedelta(days=3))
    assert load(listed, viewer, calendar=closed)[0] == (0, 0, 1, 1)


def test_counts_nothing_of_another_clinic(listed: Listed, elsewhere: Listed, viewer: Actor) -> None:
    booked(elsewhere, MONDAY + timedelta(days=2))
    due(elsewhere, MONDAY + timedelta(days=2))
    assert {each[1:] for each in load(listed, viewer)} == {(0, 0, 0)}


def test_counts_no_visit_that_was_given_up(listed: Listed, viewer: Actor) -> None:
    for number, state in enumerate(("cancelled", "no_show", "completed")):
        booked(listed, MONDAY + timedelta(days=2), 9 + number, state)
    assert load(listed, viewer)[0] == (4, 0, 0, 0)
