"""The night of a patient, in which nobody is written to, also where the clocks change."""

from datetime import UTC, datetime, time

import pytest

from tracker.domain.calendar import ClinicCalendar
from tracker.domain.quiet_hours import QuietHours

NEW_YORK = ClinicCalendar("America/New_York")
USUAL = QuietHours()


def until(wall: str, hours: QuietHours = USUAL, calendar: ClinicCalendar = NEW_YORK) -> str:
    over_at = hours.until(calendar.instant(datetime.fromisoformat(wall)), calendar)
    return "" if over_at is None else calendar.wall(over_at).isoformat(timespec="minutes")


@pytest.mark.parametrize(
    ("wall", "over"),
    [
        ("2026-03-17T20:59:59", ""),
        ("2026-03-17T21:00", "2026-03-18T08:00"),
        ("2026-03-17T23:59:59", "2026-03-18T08:00"),
        ("2026-03-18T00:00", "2026-03-18T08:00"),
        ("2026-03-18T07:59:59", "2026-03-18T08:00"),
        ("2026-03-18T08:00", ""),
        # The clocks go forward in the night of 8 March and back in that of 1 November.
        ("2026-03-07T22:00", "2026-03-08T08:00"),
        ("2026-10-31T22:00", "2026-11-01T08:00"),
    ],
)
def test_lasts_from_the_evening_until_the_morning(wall: str, over: str) -> None:
    assert until(wall) == over


def test_is_the_patients_own() -> None:
    honolulu = ClinicCalendar("Pacific/Honolulu")
    assert QuietHours().until(datetime(2026, 3, 17, 14, 0, tzinfo=UTC), honolulu) == datetime(
        2026, 3, 17, 18, 0, tzinfo=UTC
    )


def test_may_begin_after_midnight_or_not_at_all() -> None:
    late = QuietHours(time(1), time(6))
    assert [until(wall, late) for wall in ("2026-03-17T00:59", "2026-03-17T01:00", "2026-03-17T06:00")] == [
        "", "2026-03-17T06:00", "",
    ]  # fmt: skip
    assert until("2026-03-17T03:00", QuietHours(time(0), time(0))) == ""
