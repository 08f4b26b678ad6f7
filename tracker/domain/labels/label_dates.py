"""Dates on labels: two-digit years, days that are left out, days counted within a year."""

from calendar import monthrange
from datetime import date, timedelta

from tracker.domain.labels.reading import UnreadableLabel


def full_year(two_digits: int, read_on: date) -> int:
    """The year that two digits mean on the day of reading: within fifty years of it, as GS1 rules (General
    Specifications, "Determination of century in dates")."""
    year = read_on.year // 100 * 100 + two_digits
    if year - read_on.year > 50:
        return year - 100
    return year + 100 if year - read_on.year < -49 else year


def day_of(year: int, month: int, day: int, *, last_if_none: bool) -> date:
    """A civil date. Day 0 was left out: it is the last day of the month, or the first.

    :raises UnreadableLabel: for a day that is in no calendar
    """
    if not 1 <= month <= 12 or not 1 <= year <= 9999:
        raise UnreadableLabel("A date on the label is in no calendar. Scan it again.")
    length = monthrange(year, month)[1]
    if day == 0:
        return date(year, month, length if last_if_none else 1)
    if day > length:
        raise UnreadableLabel("A date on the label is in no calendar. Scan it again.")
    return date(year, month, day)


def day_of_year(year: int, number: int) -> date:
    """The date that is the ``number``-th day of a year.

    :raises UnreadableLabel: for a day that the year does not have
    """
    found = date(year, 1, 1) + timedelta(days=number - 1)
    if found.year != year:
        raise UnreadableLabel("A date on the label is in no calendar. Scan it again.")
    return found
