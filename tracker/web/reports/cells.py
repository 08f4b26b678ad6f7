"""How a value of a sheet reads on a page and in a file for people."""

from datetime import date

from tracker.domain.dates import in_words
from tracker.domain.report_sheets.sheet import Cell, Kind
from tracker.domain.report_sheets.words import percent, whole
from tracker.domain.statistics.small_numbers import SMALLEST_SHOWN

#: From here on a decimal says nothing.
_LARGE = 100
HIDDEN = f"< {SMALLEST_SHOWN} or hidden"


def text_of(cell: Cell, kind: Kind) -> str:
    """``1,204``, ``12.5``, ``42 %``, ``Tue 24 Nov 2026``; a dash where there is no value."""
    if cell.is_hidden:
        return HIDDEN
    match cell.value:
        case None:
            return "" if kind is Kind.TEXT else "–"
        case date():
            return in_words(cell.value)
        case str():
            return cell.value
        case _:
            return _number(cell.value, kind)


def _number(value: float, kind: Kind) -> str:
    if kind is Kind.SHARE:
        return percent(value)
    if kind is Kind.RATE:
        return f"{value:,.3f}"
    return f"{value:,.1f}" if kind is Kind.AMOUNT and value < _LARGE else whole(value)
