"""Whether the clock of the machine was set, and when silence is too long."""

from datetime import UTC, datetime, timedelta
from zoneinfo import ZoneInfo

import pytest

from tracker.domain.clock_steps import Reading, is_step, set_by
from tracker.domain.pulses import SILENCE_LIMIT, is_silent

NOW = datetime(2026, 3, 17, 15, 0, tzinfo=UTC)
TICK = timedelta(seconds=15)


def by(*, wall: timedelta, elapsed: timedelta) -> timedelta:
    return set_by(Reading(NOW, timedelta(hours=3)), Reading(NOW + wall, timedelta(hours=3) + elapsed))


class TestAStep:
    @pytest.mark.parametrize("minutes", [11, 60, 60 * 24 * 365, -11, -60, -60 * 24 * 365])
    def test_is_seen_forward_and_backward(self, minutes: int) -> None:
        found = by(wall=TICK + timedelta(minutes=minutes), elapsed=TICK)
        assert found == timedelta(minutes=minutes)
        assert is_step(found)

    @pytest.mark.parametrize("sign", [1, -1])
    def test_begins_above_ten_minutes(self, sign: int) -> None:
        assert not is_step(sign * timedelta(minutes=10))
        assert is_step(sign * timedelta(minutes=10, microseconds=1))

    def test_is_none_where_a_laptop_slept(self) -> None:
        """The stopwatch counts its sleep: the clock is right when it wakes."""
        night = timedelta(hours=9)
        assert not is_step(by(wall=night, elapsed=night))

    def test_is_one_where_a_virtual_machine_was_frozen(self) -> None:
        """Its stopwatch stood still with it."""
        assert is_step(by(wall=timedelta(hours=9), elapsed=TICK))

    def test_is_none_where_the_scheduler_was_busy_for_hours(self) -> None:
        assert by(wall=timedelta(hours=5), elapsed=timedelta(hours=5)) == timedelta(0)

    @pytest.mark.parametrize(("month", "day", "hour"), [(3, 8, 6), (11, 1, 5)])
    def test_is_none_where_daylight_saving_begins_or_ends(self, month: int, day: int, hour: int) -> None:
        before, minute = datetime(2026, month, day, hour, 59, tzinfo=UTC), timedelta(minutes=1)
        after = (before + minute).astimezone(ZoneInfo("America/New_York"))
        assert after.utcoffset() != before.astimezone(ZoneInfo("America/New_York")).utcoffset()
        assert set_by(Reading(before, timedelta(0)), Reading(after, minute)) == timedelta(0)


class TestSilence:
    @pytest.mark.parametrize("ahead", [timedelta(0), SILENCE_LIMIT, -SILENCE_LIMIT])
    def test_is_none_up_to_three_ticks(self, ahead: timedelta) -> None:
        assert not is_silent(NOW + ahead, NOW)

    @pytest.mark.parametrize("ahead", [SILENCE_LIMIT, -SILENCE_LIMIT])
    def test_is_more_either_way(self, ahead: timedelta) -> None:
        """A beat from before the clock was set back is no sign of life."""
        assert is_silent(NOW + ahead * 1.01, NOW)

    def test_is_a_job_that_never_ran(self) -> None:
        assert is_silent(None, NOW)
