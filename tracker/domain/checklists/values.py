"""Reading what is typed into an item: a time, a number in its range, a lot, an expiry. A value that is impossible is
refused with a sentence; one that is merely bad (an expired lot) is taken, and stops the next step."""

import calendar
import re
from datetime import date, datetime, time, timedelta
from decimal import Decimal

from tracker.domain.checklists.rules import ChecklistItemRule
from tracker.domain.checklists.vital_signs import UnreadableSigns, read_vital_signs
from tracker.domain.dates import UnreadableDate, read_date
from tracker.domain.numbers import UnreadableNumber, read_amount

_TIME = re.compile(r"([01]?\d|2[0-3])[:.]?([0-5]\d)", re.ASCII)
_LOT = re.compile(r"[\w][\w ./\-]{0,39}")
_MONTH = re.compile(r"(?:(\d{4})[-/.](\d{1,2})|(\d{1,2})[-/.](\d{4}))", re.ASCII)
#: Degrees that a living patient can have, in Celsius and in Fahrenheit; the two do not meet.
_CELSIUS = (Decimal(30), Decimal(45))
_FAHRENHEIT = (Decimal(86), Decimal(113))


class UnreadableValue(ValueError):
    """What was typed is no value of the item. The message is a sentence for a person."""


#: By how much the clock on a wall may be ahead.
_AHEAD = timedelta(minutes=2)


def read_value(rule: ChecklistItemRule, typed: str, *, day: date, now: datetime) -> str:
    """The value as it is kept: ``07:40``, ``2.1``, ``36.8 °C``, ``2027-05-31``.

    ``day`` is the visit's, ``now`` the wall time at the clinic.

    :raises UnreadableValue: for nothing, for what the item cannot take, and for a time that has not come
    """
    plain = " ".join(typed.split())
    if not plain:
        raise UnreadableValue("Choose what it was." if rule.choices else "Write down what was read or measured.")
    if rule.choices:
        if plain not in rule.choices:
            raise UnreadableValue("Choose one of the list.")
        return plain
    try:
        found = _READERS[rule.value](rule, plain)
    except (UnreadableNumber, UnreadableDate) as error:
        raise UnreadableValue(str(error)) from error
    if rule.value == "time" and datetime.combine(day, time.fromisoformat(found)) > now + _AHEAD:
        raise UnreadableValue(f"It is {now:%H:%M}: {found} is in the future.")
    return found


def _time(_: ChecklistItemRule, plain: str) -> str:
    found = _TIME.fullmatch(plain)
    if found is None:
        raise UnreadableValue("Type the time by the 24-hour clock, for example 07:40.")
    return f"{int(found[1]):02}:{found[2]}"


def _number(rule: ChecklistItemRule, plain: str) -> str:
    number = read_amount(plain)
    unit = f" {rule.unit}" if rule.unit else ""
    if rule.least is not None and number < rule.least:
        raise UnreadableValue(f"At least {rule.least}{unit}. Read it again.")
    if rule.most is not None and number > rule.most:
        raise UnreadableValue(f"At most {rule.most}{unit}. Read it again.")
    return f"{number.normalize():f}"


def _temperature(_: ChecklistItemRule, plain: str) -> str:
    degrees = read_amount(re.sub(r"\s*°?\s*[CF]$", "", plain))
    scale = next((unit for unit, (least, most) in _SCALES.items() if least <= degrees <= most), "")
    if not scale or (plain[-1] in "CF" and plain[-1] != scale):
        raise UnreadableValue("Type degrees that a patient can have: 30 to 45 °C, or 86 to 113 °F.")
    return f"{degrees.normalize():f} °{scale}"


def is_fever(kept: str, from_celsius: int) -> bool:
    """Whether a temperature as it is kept, ``38 °C`` or ``100.4 °F``, is of so many degrees Celsius or more."""
    number, _, scale = kept.partition(" ")
    if scale not in {"°C", "°F"}:
        return False
    degrees = Decimal(number)
    return (degrees if scale == "°C" else (degrees - 32) * 5 / 9) >= from_celsius


def _lot(_: ChecklistItemRule, plain: str) -> str:
    if not _LOT.fullmatch(plain):
        raise UnreadableValue("Type the lot as it is printed: letters, digits, up to 40.")
    return plain


def _expiry(_: ChecklistItemRule, plain: str) -> str:
    """A label that prints a month alone is good until its last day."""
    found = _MONTH.fullmatch(plain)
    if found is None:
        return read_date(plain).isoformat()
    year, month = int(found[1] or found[4]), int(found[2] or found[3])
    if not 1 <= month <= 12:
        raise UnreadableValue("Type the expiry as it is printed, for example 2027-05 or 31 May 2027.")
    return date(year, month, calendar.monthrange(year, month)[1]).isoformat()


def _date(_: ChecklistItemRule, plain: str) -> str:
    return read_date(plain).isoformat()


def _vital_signs(_: ChecklistItemRule, plain: str) -> str:
    try:
        return read_vital_signs(plain)
    except UnreadableSigns as error:
        raise UnreadableValue(str(error)) from error


def _text(_: ChecklistItemRule, plain: str) -> str:
    return plain


_SCALES = {"C": _CELSIUS, "F": _FAHRENHEIT}
_READERS = {
    "time": _time,
    "number": _number,
    "temperature": _temperature,
    "lot": _lot,
    "expiry": _expiry,
    "date": _date,
    "text": _text,
    "vital_signs": _vital_signs,
}
