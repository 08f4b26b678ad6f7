"""Dates as people type them, read without guessing (what could mean two days is refused), and as they read them."""

import re
from datetime import date

_MONTHS = (
    "january", "february", "march", "april", "may", "june", "july", "august", "september", "october", "november",
    "december",
)  # fmt: skip


class UnreadableDate(ValueError):
    """The text is not one day. The message is a sentence for a person."""


def read_date(text: str) -> date:
    """One day from ``2026-03-12``, ``12 Mar 2026``, ``Mar 12, 2026``, ``25/12/2026`` or ``12/25/2026``.

    :raises UnreadableDate: for an unreadable, impossible or ambiguous date
    """
    days = possible_days(text)
    if len(days) > 1:
        raise UnreadableDate(f"“{text.strip()}” could be two different days. Write it as 2026-03-12 or 12 Mar 2026.")
    return min(days)


def possible_days(text: str) -> frozenset[date]:
    """Every day that a text can mean: ``03/07/1961`` is one of March or one of July.

    :raises UnreadableDate: for an unreadable or impossible date
    """
    plain = text.strip()
    if match := re.fullmatch(r"(\d{4})[-/.](\d{1,2})[-/.](\d{1,2})", plain):
        return frozenset({_day(plain, *(int(part) for part in match.groups()))})
    if match := re.fullmatch(r"(\d{1,2})\.?[ -]([A-Za-z]{3,9})\.?,?[ -](\d{4})", plain):
        return frozenset({_named(plain, int(match[3]), match[2], int(match[1]))})
    if match := re.fullmatch(r"([A-Za-z]{3,9})\.? (\d{1,2}),? (\d{4})", plain):
        return frozenset({_named(plain, int(match[3]), match[1], int(match[2]))})
    if match := re.fullmatch(r"(\d{1,2})[/.-](\d{1,2})[/.-](\d{4})", plain):
        first, second, year = (int(part) for part in match.groups())
        if first <= 12 and second <= 12:
            return frozenset({_day(plain, year, first, second), _day(plain, year, second, first)})
        return frozenset({_day(plain, year, first if first <= 12 else second, second if first <= 12 else first)})
    raise UnreadableDate(f"“{plain}” cannot be read as a date. Write it as 2026-03-12 or 12 Mar 2026.")


def _named(plain: str, year: int, month: str, day: int) -> date:
    for number, name in enumerate(_MONTHS, start=1):
        if name.startswith(month.lower()):
            return _day(plain, year, number, day)
    raise UnreadableDate(f"“{plain}” cannot be read as a date: there is no month “{month}”.")


def _day(plain: str, year: int, month: int, day: int) -> date:
    try:
        return date(year, month, day)
    except ValueError as error:
        raise UnreadableDate(f"“{plain}” is not a day of the calendar.") from error


def in_words(day: date, today: date | None = None) -> str:
    """A day as people say it: ``Tue 24 Nov``, with the year when it is not that of ``today``."""
    text = f"{day:%a} {day.day} {day:%b}"
    return text if today is not None and day.year == today.year else f"{text} {day.year}"


def told_day(text: str) -> str:
    """A civil date that begins a text in ISO form, as people say it; any other text stays as it is."""
    try:
        day = date.fromisoformat(text[:10])
    except ValueError:
        return text
    return in_words(day)
