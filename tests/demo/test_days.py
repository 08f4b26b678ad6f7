"""The demonstration keeps the clinic's closed days, and its stories still come out where they should."""

from datetime import date, timedelta
from types import SimpleNamespace
from typing import Any, cast

import pytest

from tracker.demo.clinic import DemoClinic, holidays_about
from tracker.demo.telling import Teller
from tracker.domain.calendar import ClinicCalendar

SUNDAY = date(2026, 11, 22)


def teller(day: date, today: date = SUNDAY) -> Teller:
    """A story that has come to a day, at a clinic that is closed on weekends and on a holiday."""
    calendar = ClinicCalendar("America/Denver", frozenset(range(1, 6)), frozenset({date(2026, 11, 11)}))
    chance = SimpleNamespace(randrange=lambda _most: 0)
    nothing = cast(Any, None)
    clinic = DemoClinic(nothing, nothing, calendar, cast(Any, chance), 1, {}, today)
    return Teller(clinic, nothing, day)


class TestTheDaysThatAreTried:
    @pytest.mark.parametrize(
        ("wanted", "first"),
        [
            (date(2026, 11, 12), date(2026, 11, 12)),  # a Thursday
            (date(2026, 11, 14), date(2026, 11, 13)),  # Saturday: Friday is nearer
            (date(2026, 11, 15), date(2026, 11, 16)),  # Sunday: Monday is
            (date(2026, 11, 11), date(2026, 11, 10)),  # the holiday
            (SUNDAY, SUNDAY),  # the day on which it is looked at
        ],
    )
    def test_begin_next_to_the_wanted_one(self, wanted: date, first: date) -> None:
        assert next(teller(date(2026, 11, 2))._days(wanted)) == first

    def test_never_go_back_before_the_story(self) -> None:
        assert next(teller(date(2026, 11, 13))._days(date(2026, 11, 14))) == date(2026, 11, 16)

    def test_do_not_carry_a_visit_past_the_day_that_is_shown(self) -> None:
        monday = SUNDAY + timedelta(days=1)
        assert next(teller(date(2026, 11, 2), today=monday)._days(SUNDAY)) == date(2026, 11, 20)


class TestAWait:
    def test_makes_up_for_a_visit_that_was_earlier_than_wanted(self) -> None:
        story = teller(date(2026, 11, 2))
        story.ahead, story.booked_on = 1, date(2026, 11, 13)
        story.after(11)
        assert (story.day, story.ahead) == (date(2026, 11, 13), 1)
        story.after(3)
        assert (story.day, story.ahead) == (date(2026, 11, 17), 0)


class TestHolidays:
    def test_are_one_before_and_one_after_the_day(self) -> None:
        assert holidays_about(SUNDAY) == {date(2026, 11, 11): "Veterans Day", date(2026, 12, 25): "Christmas Day"}
        assert set(holidays_about(date(2027, 1, 1))) == {date(2026, 12, 25), date(2027, 6, 19)}
