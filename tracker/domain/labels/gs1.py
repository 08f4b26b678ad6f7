"""GS1 element strings: as scanners send them, with or without the symbology identifier, and as they are printed.

Source: GS1 General Specifications, sections 3 (application identifiers) and 7.8 (element strings of predefined length).
"""

import re
from collections.abc import Iterator
from datetime import date

from tracker.domain.labels.label_dates import day_of, full_year
from tracker.domain.labels.reading import Reading, UnreadableLabel

#: What a scanner puts where the code has FNC1: the end of a value of variable length.
SEPARATOR = "\x1d"
#: Symbology identifiers (ISO/IEC 15424) of codes that hold GS1 data, before which nothing else can come.
SYMBOLOGIES = ("]C1", "]d2", "]Q3", "]J1", "]e0", "]e1", "]e2")
#: Digits of an application identifier, by its first two.
_AI_DIGITS = {
    **dict.fromkeys(("00", "01", "02", "03", "30", "37"), 2),
    **{f"{number}": 2 for number in (*range(10, 23), *range(90, 100))},
    **dict.fromkeys(("23", "24", "25", "40", "41", "42", "71"), 3),
    **dict.fromkeys(("31", "32", "33", "34", "35", "36", "39", "43", "70", "72", "80", "81", "82"), 4),
}
#: Characters of a value, where its length is predefined and no separator ends it.
_FIXED = {
    "00": 18, "01": 14, "02": 14, "03": 14, **{f"{number}": 6 for number in range(11, 20)}, "20": 2,
    **{f"{number}": 6 for number in range(31, 37)}, "41": 13,
}  # fmt: skip
_LONGEST = {"10": 20, "21": 20}
_PRINTED = re.compile(r"\((\d{2,4})\)")
_VALUE = re.compile(r"[!\"%&'()*+,\-./0-9:;<=>?A-Z_a-z]+")
_NO_GS1 = "This is no GS1 label. Scan it again."


def is_gs1(text: str) -> bool:
    """Whether a text can be nothing but GS1 data, or looks like it."""
    plain = text.lstrip(SEPARATOR)
    return text.startswith(SYMBOLOGIES) or bool(_PRINTED.match(plain)) or bool(re.match(r"01\d{14}", plain))


def read_gs1(text: str, read_on: date) -> Reading:
    """What a GS1 code says of a device. ``read_on`` decides the century of two-digit years.

    :raises UnreadableLabel: where it breaks the rules of GS1
    """
    for symbology in SYMBOLOGIES:
        text = text.removeprefix(symbology)
    text = text.lstrip(SEPARATOR)
    elements = _printed(text) if _PRINTED.match(text) else _scanned(text)
    found: dict[str, str] = {}
    for identifier, value in elements:
        if found.setdefault(identifier, value) != value:
            raise UnreadableLabel(f"({identifier}) stands on this label twice, and differs. Scan it again.")
    return Reading(
        device_identifier=_checked(found.get("01", "")),
        lot=found.get("10", ""),
        serial=found.get("21", ""),
        expires_on=_day(found.get("17", ""), read_on, last_if_none=True),
        made_on=_day(found.get("11", ""), read_on, last_if_none=False),
    )


def _scanned(text: str) -> Iterator[tuple[str, str]]:
    while text:
        identifier = text[: _AI_DIGITS.get(text[:2], 0)]
        if not identifier.isdecimal() or not identifier.isascii():
            raise UnreadableLabel(_NO_GS1)
        rest, length = text[len(identifier) :], _FIXED.get(text[:2])
        value, text = (rest[:length], rest[length:]) if length else _until_separator(rest)
        yield identifier, _valid(identifier, value)
        text = text.removeprefix(SEPARATOR)


def _until_separator(text: str) -> tuple[str, str]:
    value, separator, rest = text.partition(SEPARATOR)
    return value, separator + rest


def _printed(text: str) -> Iterator[tuple[str, str]]:
    """What stands printed below a code: each identifier in parentheses. A value may hold parentheses of its own."""
    marks = [each for each in _PRINTED.finditer(text) if _AI_DIGITS.get(each[1][:2]) == len(each[1])]
    if not marks or marks[0].start():
        raise UnreadableLabel(_NO_GS1)
    ends = [each.start() for each in marks[1:]] + [len(text)]
    for mark, end in zip(marks, ends, strict=True):
        value = "".join(text[mark.end() : end].split())
        yield mark[1], _valid(mark[1], value)


def _valid(identifier: str, value: str) -> str:
    length, longest = _FIXED.get(identifier[:2]), _LONGEST.get(identifier, 90)
    if not _VALUE.fullmatch(value) or len(value) > longest or (length and not _is_digits(value, length)):
        raise UnreadableLabel(f"What follows ({identifier}) cannot stand there. Scan it again.")
    return value


def _is_digits(value: str, length: int) -> bool:
    return len(value) == length and value.isascii() and value.isdecimal()


def _checked(identifier: str) -> str:
    """A GTIN whose last digit is what the others make it (modulo 10, weights 3 and 1)."""
    total = sum(int(digit) * (1 if place % 2 else 3) for place, digit in enumerate(identifier))
    if total % 10:
        raise UnreadableLabel("The check digit of the device identifier is wrong. Scan the label again.")
    return identifier


def _day(text: str, read_on: date, *, last_if_none: bool) -> date | None:
    if not text:
        return None
    year, month, day = (int(text[start : start + 2]) for start in (0, 2, 4))
    return day_of(full_year(year, read_on), month, day, last_if_none=last_if_none)
