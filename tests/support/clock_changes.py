"""The days on which clocks change, found by looking at the clocks."""

from datetime import UTC, date, datetime, timedelta
from zoneinfo import ZoneInfo

#: Half an hour is changed on Lord Howe, nothing in Kathmandu, whose offset is no whole number of hours.
ZONES = ("America/New_York", "America/Denver", "Europe/London", "Asia/Kathmandu", "Australia/Lord_Howe")
FIRST, LAST = date(2026, 1, 1), date(2027, 12, 31)
DAY = timedelta(days=1)


def change_days(zone: str) -> list[date]:
    """The civil days of 2026 and 2027 that are not 24 hours long."""
    days = [FIRST + number * DAY for number in range((LAST - FIRST).days + 1)]
    return [day for day in days if _offset(zone, day) != _offset(zone, day + DAY)]


def _offset(zone: str, day: date) -> timedelta | None:
    return datetime(day.year, day.month, day.day, tzinfo=ZoneInfo(zone)).utcoffset()


def shown(zone: str, instant: datetime) -> datetime:
    """What the clocks of a zone show, without a zone."""
    return instant.astimezone(ZoneInfo(zone)).replace(tzinfo=None)


def first_showing(zone: str, wall: datetime) -> datetime | None:
    """The first instant at which the clocks show a wall time, looked at every five minutes; ``None``: never."""
    start = wall.replace(tzinfo=UTC) - timedelta(hours=15)
    instants = (start + timedelta(minutes=5 * number) for number in range(30 * 12))
    return next((each for each in instants if shown(zone, each) == wall), None)


#: Every zone with each of its days; where nothing changes, with the two days on which others change.
CHANGES = [(zone, day) for zone in ZONES for day in change_days(zone) or [date(2026, 3, 8), date(2026, 11, 1)]]
