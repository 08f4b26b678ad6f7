"""What a manager's first morning mail of a week says of the last four weeks: numbers beside those before.

A mail lies about where people may not see patients, so counts below five are not said, whoever reads it.
"""

from collections.abc import Iterator, Sequence
from datetime import date, timedelta

from tracker.domain.dates import in_words
from tracker.domain.report_sheets.small import NOT_SHOWN
from tracker.domain.reporting.counted import Amount, Count
from tracker.domain.reporting.four_weeks import Compared
from tracker.domain.statistics.small_numbers import SMALLEST_SHOWN


def weekly_digest(found: Sequence[Compared], to_clear: str, until_on: date) -> tuple[str, ...]:
    """The lines. ``to_clear``: what holds up most, as the report says it without small numbers; ``until_on``: the day
    after the last that counts. None where nothing happened in all eight weeks."""
    if not any(number.patients for each in found for number in (each.now, each.before)):
        return ()
    return tuple(_lines(found, to_clear, until_on))


def _lines(found: Sequence[Compared], to_clear: str, until_on: date) -> Iterator[str]:
    yield f"Four weeks until {in_words(until_on - timedelta(days=1), until_on)} (and the four weeks before):"
    for each in found:
        yield f"{each.label}: {_said(each.now)} ({_said(each.before)})"
    if to_clear and to_clear != NOT_SHOWN:
        yield to_clear


def _said(number: Count | Amount) -> str:
    value = number.n if isinstance(number, Count) else round(number.value)
    if not number.patients:
        return "none"
    if value < SMALLEST_SHOWN or len(number.patients) < SMALLEST_SHOWN:
        return f"fewer than {SMALLEST_SHOWN}" if isinstance(number, Count) else "not shown"
    return str(value)
