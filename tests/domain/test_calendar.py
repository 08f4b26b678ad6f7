"""The clinic's days: midnight in its own zone, the nights the clocks change, weekends and closed days."""

from datetime import UTC, date, datetime, timedelta
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tracker.domain.calendar import ClinicCalendar

NEW_YORK = ClinicCalendar("America/New_York")
#: Midnight itself is skipped here on the first Sunday of September.
SANTIAGO = ClinicCalendar("America/Santiago")
ZONES = ("America/New_York", "America/Los_Angeles", "America/Phoenix", "America/Santiago", "Pacific/Honolulu", "UTC")
CLOSED_FOR_GOOD = ClinicCalendar("UTC", open_weekdays=frozenset())
DAYS = st.dates(date(2020, 1, 1), date(2040, 12, 31))


@st.composite
def calendars(draw: st.DrawFn) -> ClinicCalendar:
    weekdays = draw(st.frozensets(st.integers(1, 7), min_size=1))
    closed = draw(st.frozensets(st.dates(date(2026, 1, 1), date(2026, 2, 28)), max_size=8))
    return ClinicCalendar(draw(st.sampled_from(ZONES)), weekdays, closed)


def wall(text: str) -> datetime:
    """A time as a clock on the wall shows it, without a zone."""
    return datetime.fromisoformat(text)


class TestTheDay:
    @pytest.mark.parametrize(
        ("now", "today"),
        [
            (datetime(2026, 3, 18, 3, 59, 59, tzinfo=UTC), date(2026, 3, 17)),
            (datetime(2026, 3, 18, 4, 0, tzinfo=UTC), date(2026, 3, 18)),
            (datetime(2026, 3, 8, 4, 59, 59, tzinfo=UTC), date(2026, 3, 7)),
            (datetime(2026, 3, 8, 5, 0, tzinfo=UTC), date(2026, 3, 8)),
            (datetime(2026, 3, 9, 4, 0, tzinfo=UTC), date(2026, 3, 9)),
        ],
    )
    def test_begins_at_midnight_of_the_clinic(self, now: datetime, today: date) -> None:
        assert NEW_YORK.today(now) == today

    def test_is_23_hours_long_as_the_clocks_go_forward_and_25_as_they_go_back(self) -> None:
        spring, autumn = date(2026, 3, 8), date(2026, 11, 1)
        day = timedelta(days=1)
        assert NEW_YORK.start_of(spring + day) - NEW_YORK.start_of(spring) == timedelta(hours=23)
        assert NEW_YORK.start_of(autumn + day) - NEW_YORK.start_of(autumn) == timedelta(hours=25)

    @given(zone=st.sampled_from(ZONES), day=DAYS)
    def test_starts_in_itself_and_not_a_moment_earlier(self, zone: str, day: date) -> None:
        calendar = ClinicCalendar(zone)
        start = calendar.start_of(day)
        assert calendar.today(start) == day
        assert calendar.today(start - timedelta(microseconds=1)) == day - timedelta(days=1)


class TestWallTimes:
    @given(zone=st.sampled_from(ZONES), minutes=st.integers(0, 20 * 366 * 24 * 60))
    def test_come_back_unless_they_occur_twice(self, zone: str, minutes: int) -> None:
        calendar, at = ClinicCalendar(zone), datetime(2020, 1, 1, tzinfo=UTC) + timedelta(minutes=minutes)
        assert calendar.instant(calendar.wall(at)) in {at, at - timedelta(hours=1)}

    def test_that_occur_twice_are_the_first_of_the_two(self) -> None:
        assert NEW_YORK.instant(wall("2026-11-01T01:30")) == datetime(2026, 11, 1, 5, 30, tzinfo=UTC)

    def test_that_are_skipped_land_just_after_the_gap(self) -> None:
        assert NEW_YORK.instant(wall("2026-03-08T02:30")) == datetime(2026, 3, 8, 7, 30, tzinfo=UTC)
        assert NEW_YORK.wall(datetime(2026, 3, 8, 7, 30, tzinfo=UTC)) == wall("2026-03-08T03:30")

    def test_of_a_skipped_midnight_are_the_first_moment_of_that_day(self) -> None:
        start = SANTIAGO.start_of(date(2026, 9, 6))
        assert start.astimezone(ZoneInfo("America/Santiago")).replace(tzinfo=None) == wall("2026-09-06T01:00")


class TestOpenDays:
    CALENDAR = ClinicCalendar("UTC", closed_on=frozenset({date(2026, 12, 25), date(2026, 12, 24)}))

    @pytest.mark.parametrize(
        ("day", "expected"),
        [
            (date(2026, 12, 23), date(2026, 12, 23)),
            (date(2026, 12, 24), date(2026, 12, 23)),
            (date(2026, 12, 27), date(2026, 12, 23)),
            (date(2026, 12, 28), date(2026, 12, 28)),
        ],
    )
    def test_on_or_before_a_closed_day(self, day: date, expected: date) -> None:
        assert self.CALENDAR.open_day_on_or_before(day) == expected

    @pytest.mark.parametrize(
        ("count", "expected"),
        [(0, date(2026, 12, 24)), (1, date(2026, 12, 28)), (2, date(2026, 12, 29)), (-1, date(2026, 12, 23))],
    )
    def test_are_counted_over_weekends_and_closed_days(self, count: int, expected: date) -> None:
        assert self.CALENDAR.add_open_days(date(2026, 12, 24), count) == expected

    def test_of_a_clinic_that_never_opens_are_calendar_days(self) -> None:
        day = date(2026, 3, 17)
        assert CLOSED_FOR_GOOD.open_day_on_or_before(day) == day
        assert CLOSED_FOR_GOOD.add_open_days(day, 3) == date(2026, 3, 20)
        assert CLOSED_FOR_GOOD.add_open_days(day, -3) == date(2026, 3, 14)

    @given(calendar=calendars(), day=st.dates(date(2026, 1, 1), date(2026, 3, 31)), count=st.integers(1, 15))
    def test_forth_and_back_come_to_where_they_began(self, calendar: ClinicCalendar, day: date, count: int) -> None:
        start = calendar.open_day_on_or_before(day)
        there = calendar.add_open_days(start, count)
        assert calendar.is_open(there)
        assert calendar.add_open_days(there, -count) == start
        between = (start + timedelta(days=at) for at in range(1, (there - start).days + 1))
        assert sum(calendar.is_open(each) for each in between) == count
