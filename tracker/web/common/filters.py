"""How dates, times and counts read on pages: the weekday, how far away, in the clinic's zone."""

from datetime import date, datetime
from zoneinfo import ZoneInfo

from flask import Flask

from tracker.domain.dates import in_words
from tracker.web.common.current import clinic, now


def distance(days: int) -> str:
    """Say how far away a day is: ``in 2 days``, ``today``, ``3 days ago``."""
    words = {0: "today", 1: "tomorrow", -1: "yesterday"}
    if days in words:
        return words[days]
    return f"in {days} days" if days > 0 else f"{-days} days ago"


def on(value: date | None, today: date | None = None) -> str:
    """Write a civil date: ``Tue 24 Nov``, with the year when it is not that of ``today``; a dash when there is none."""
    if value is None:
        return "–"
    return in_words(value, today)


def day(value: date | None, today: date) -> str:
    """Write a civil date and how far away it is: ``Tue 24 Nov · in 2 days``."""
    if value is None:
        return "–"
    return f"{on(value, today)} · {distance((value - today).days)}"


def at(value: datetime | None, zone: str | None = None, today: date | None = None) -> str:
    """Write an instant in the clinic's zone, or in another: ``Tue 24 Nov 2026 07:30``.

    The year is left out if it is that of ``today``.
    """
    if value is None:
        return "–"
    local = value.astimezone(ZoneInfo(zone if zone is not None else clinic().zone))
    return f"{on(local.date(), today)} {local:%H:%M}"


def ago(value: datetime | None, since: datetime | None = None) -> str:
    """Say how long ago an instant was, in the one unit that matters: ``40 s ago``, ``3 h ago``."""
    if value is None:
        return "never"
    seconds = int(((since if since is not None else now()) - value).total_seconds())
    if seconds < 0:
        return "in the future"
    for size, unit in ((86400, "d"), (3600, "h"), (60, "min")):
        if seconds >= 2 * size or (unit != "d" and seconds >= size):
            return f"{seconds // size} {unit} ago"
    return f"{seconds} s ago"


def plural(count: int, one: str, many: str | None = None) -> str:
    """Count things in words: ``1 patient``, ``3 patients``."""
    return f"{count} {one if count == 1 else many if many is not None else one + 's'}"


def init_filters(app: Flask) -> None:
    """Give templates the filters ``day``, ``on``, ``at``, ``ago`` and ``plural``."""
    app.jinja_env.filters.update(day=day, on=on, at=at, ago=ago, plural=plural)
