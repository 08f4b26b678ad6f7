"""HIBCC labels: the primary code, the secondary code, and both in one.

Source: ANSI/HIBC 2.6 (2016), The Health Industry Supplier Labeling Standard: primary and secondary data structure, date
formats by their flag, supplemental data, modulo 43 check and link character. docs/adr/0023 says what of it was read
where; the examples of the standard and of others are among the tests.
"""

import re
from dataclasses import dataclass
from datetime import date

from tracker.domain.labels.label_dates import day_of, day_of_year, full_year
from tracker.domain.labels.reading import Reading, UnreadableLabel

#: The characters in the order of their values, 0 to 42.
_ALPHABET = "0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZ-. $/+%"
_SYMBOLOGY = re.compile(r"\][A-Za-z][0-9A-Za-z]")
_PRIMARY = re.compile(r"\+([A-Z][A-Z0-9]{3}[A-Z0-9]{1,18}[0-9])")
_PIECE = re.compile(r"[A-Z0-9.\-]{0,18}")
#: Digits after the flag of each date format, and how they are to be read; a month without a flag is ``MMYY``.
_DATES = {"2": "MMDDYY", "3": "YYMMDD", "4": "YYMMDDHH", "5": "YYJJJ", "6": "YYJJJHH", "7": ""}
_MANUFACTURED, _EXPIRES = "16D", "14D"
_NO_HIBC = "This is no HIBCC label. Scan it again."
_WRONG_CHECK = "The check character of the label is wrong. Scan it again."
#: Longer than any label, and short enough to look for its pieces.
_LONGEST = 240


@dataclass(frozen=True, slots=True)
class _Code:
    """One code: what it says, the check character of a primary one, and the one that a secondary one links to."""

    reading: Reading
    check: str = ""
    link: str = ""


def is_hibc(text: str) -> bool:
    """Whether a text looks like an HIBCC code."""
    return _plain(text).startswith("+")


def read_hibc(texts: list[str], read_on: date) -> Reading:
    """What the codes of one label say: one that holds everything, or a primary one and what links to it.

    :raises UnreadableLabel: where one breaks the rules, or does not belong to the primary one
    """
    codes: list[_Code] = []
    for piece in (piece for text in texts for piece in _codes(_plain(text))):
        codes.append(_code(piece, read_on, {code.check for code in codes}))
    checks = {code.check for code in codes if code.check}
    if checks and any(code.link and code.link not in checks for code in codes):
        raise UnreadableLabel("These two codes are not of one label: the second links to another one. Scan both again.")
    found = Reading()
    for code in codes:
        found = found.with_more(code.reading)
    return found


def check_character(text: str) -> str:
    """The modulo 43 check character of everything before it."""
    return _ALPHABET[sum(_ALPHABET.index(each) for each in text) % len(_ALPHABET)]


def _plain(text: str) -> str:
    """Without what a scanner or a printer puts around it. A blank check character is printed as ``_``."""
    plain = _SYMBOLOGY.sub("", text, count=1) if text.startswith("]") else text
    return plain.lstrip(" ").removeprefix("*").removesuffix("*").upper().replace("_", " ")


def _codes(text: str) -> list[str]:
    """The codes of a text in which one may follow the other without a break."""
    if len(text) > _LONGEST or set(text) - set(_ALPHABET):
        raise UnreadableLabel(_NO_HIBC)
    pieces = _pieces(text)
    if not pieces:
        raise UnreadableLabel(_WRONG_CHECK)
    return pieces


def _pieces(text: str) -> list[str]:
    """Where it must be cut so that each piece ends with its own check character; none: nowhere.

    Two codes in a row look like a single one in one case of 43, so that more pieces are believed. A single code never
    looks like two: a "+" within it follows a "$", which no check of both halves allows, or is one of its last two.
    """
    ways: dict[int, list[str]] = {0: []}
    for end in [at for at, sign in enumerate(text) if at and sign == "+"] + [len(text)]:
        starts = [each for each in ways if _is_checked(text[each:end])]
        if starts:
            start = max(starts, key=lambda each: len(ways[each]))
            ways[end] = [*ways[start], text[start:end]]
    return ways.get(len(text), [])


def _is_checked(text: str) -> bool:
    """Whether a code begins and ends as one must."""
    return len(text) > 3 and text[0] == "+" and check_character(text[:-1]) == text[-1]


def _code(text: str, read_on: date, checks: set[str]) -> _Code:
    """``checks``: of the primary codes before it. A serial number alone in a code looks like a primary code."""
    body, check = text[:-1], text[-1]
    if not body[1:2].isalpha() or (body[1] == "S" and body[-1] in checks):
        return _Code(_production([body[1:-1]], read_on), link=body[-1])
    primary, *others = body.split("/")
    found = _PRIMARY.fullmatch(primary)
    if found is None:
        raise UnreadableLabel(_NO_HIBC)
    reading = _production(others, read_on).with_more(Reading(device_identifier=found[1]))
    return _Code(reading, check="" if others else check)


def _production(parts: list[str], read_on: date) -> Reading:
    found = Reading()
    for part in parts:
        found = found.with_more(_part(part, read_on))
    return found


def _part(part: str, read_on: date) -> Reading:
    """One part of the secondary data. What describes neither the piece nor its dates is passed over. An empty one is no
    part: it comes of a code that was cut in two, where a wrong character made it look like two."""
    if not part.strip("$+"):
        raise UnreadableLabel(_NO_HIBC)
    if part.startswith("$$"):
        return _dated(part[2:], read_on)
    if part.startswith("$"):
        return _piece(part[1:])
    if part[:5].isdecimal() and not part.startswith((_MANUFACTURED, _EXPIRES)):
        return _piece(part[5:]).with_more(Reading(expires_on=_day("YYJJJ", part[:5], read_on)))
    if part.startswith((_MANUFACTURED, _EXPIRES)):
        day = _day("YYYYMMDD", part[3:], read_on)
        return Reading(made_on=day) if part.startswith(_MANUFACTURED) else Reading(expires_on=day)
    return _piece(f"+{part[1:]}") if part.startswith("S") else Reading()


def _dated(rest: str, read_on: date) -> Reading:
    """``$$``: perhaps a quantity, then the format and the date of expiry, then the lot or (after ``+``) the serial."""
    mark, rest = ("+", rest[1:]) if rest.startswith("+") else ("", rest)
    counted = re.match(r"8\d{2}|9\d{5}", rest)
    if counted:
        rest = rest[counted.end() :]
    if not rest and counted:
        return Reading()
    form = "MMYY" if rest[:1] in {"0", "1"} else _DATES.get(rest[:1])
    if form is None:
        raise UnreadableLabel(_NO_HIBC)
    rest = rest if form == "MMYY" else rest[1:]
    expires_on = _day(form, rest[: len(form)], read_on) if form else None
    return _piece(mark + rest[len(form) :]).with_more(Reading(expires_on=expires_on))


def _piece(text: str) -> Reading:
    """The lot; after ``+`` the serial number."""
    plain = text.removeprefix("+")
    if not _PIECE.fullmatch(plain):
        raise UnreadableLabel(_NO_HIBC)
    return Reading(serial=plain) if text.startswith("+") else Reading(lot=plain)


def _day(form: str, digits: str, read_on: date) -> date:
    """The last day of use. One that ends at an hour (``HH``) is counted with its day."""
    if len(digits) != len(form) or not digits.isdecimal():
        raise UnreadableLabel("A date on the label is in no calendar. Scan it again.")
    pairs = list(zip(form, digits, strict=True))
    numbers = {letter: int("".join(digit for each, digit in pairs if each == letter)) for letter in form}
    year = numbers["Y"] if form.startswith("YYYY") else full_year(numbers["Y"], read_on)
    if "J" in form:
        return day_of_year(year, numbers["J"])
    return day_of(year, numbers["M"], numbers.get("D", 0), last_if_none=True)
