"""What a report counts where nothing else is asked for: everybody, in the year that ends today."""

from datetime import date, timedelta

from tracker.domain.reporting.filters import Filter

DAYS = 365


def first_day(today: date) -> date:
    """The first day of that year."""
    return today - timedelta(days=DAYS - 1)


def usual_filter(today: date) -> Filter:
    """Everybody in that year."""
    return Filter(from_on=first_day(today), until_on=today + timedelta(days=1))
