"""Reading numbers as people type them, without guessing: what could be two numbers is refused, with what to type."""

import re
from decimal import Decimal
from typing import NoReturn

#: No amount of a clinic is as large: doses in mcg, volumes in mL, concentrations in mcg/mL.
_LARGEST = Decimal(1_000_000)
_MOST_DECIMALS = 4
#: Enough for minutes, months and units.
_MOST_DIGITS = 6
_AMOUNT = re.compile(r"[+-]?(\d+\.?\d*|\.\d+)", re.ASCII)
_THOUSANDS = re.compile(r"[1-9]\d{0,2}(,\d{3})+(\.\d+)?", re.ASCII)
_THOUSANDS_BY_POINTS = re.compile(r"\d{1,3}(\.\d{3})+", re.ASCII)
_WITH_UNIT = re.compile(r"(\d+(?:[.,]\d+)?)\s*([^\W\d_][^\W\d]*(?:/[^\W\d]+)?)")


class UnreadableNumber(ValueError):
    """The text is not one number. The message is a sentence for a person."""


def read_amount(text: str) -> Decimal:
    """A number with a point for decimals: ``0.5``, ``1200``. Nothing is rounded.

    :raises UnreadableNumber: for what is no number, could be two, or is too large or too fine to be right
    """
    plain = text.strip()
    if not _AMOUNT.fullmatch(plain):
        _refuse(plain, "Type a number, for example 0.5.", has_decimals=True)
    number = Decimal(plain)
    exponent = number.as_tuple().exponent
    if abs(number) >= _LARGEST:
        raise UnreadableNumber("This number cannot be right.")
    if isinstance(exponent, int) and exponent < -_MOST_DECIMALS:
        raise UnreadableNumber(f"At most {_MOST_DECIMALS} decimals.")
    return number


def read_whole(text: str, *, most_digits: int = _MOST_DIGITS) -> int:
    """A whole number without a sign: ``30``.

    :raises UnreadableNumber: for what is none, or has too many digits to be right
    """
    plain = text.strip()
    if not (plain.isascii() and plain.isdigit()):
        _refuse(plain, "Type a whole number.", has_decimals=False)
    if len(plain) > most_digits:
        raise UnreadableNumber("This number cannot be right.")
    return int(plain)


def _refuse(plain: str, else_said: str, *, has_decimals: bool) -> NoReturn:
    """Say what to type instead, where that can be said."""
    if any(sign.isdigit() and not sign.isascii() for sign in plain):
        example = "0.5" if has_decimals else "30"
        raise UnreadableNumber(f"Type the number with the digits 0 to 9, for example {example}.")
    if with_unit := _WITH_UNIT.fullmatch(plain):
        raise UnreadableNumber(f"Type the number alone, without “{with_unit[2]}”.")
    if re.fullmatch(r"\d{1,3}(\s\d{3})+(\.\d+)?", plain):
        raise UnreadableNumber(f"Type {''.join(plain.split())} without the space.")
    raise UnreadableNumber(_of_commas(plain, has_decimals=has_decimals) or else_said)


def _of_commas(plain: str, *, has_decimals: bool) -> str:
    """What to type for a number with commas; empty where it has none, or means nothing with them."""
    if _THOUSANDS.fullmatch(plain):
        commas = plain.count(",")
        bare = f"Type {plain.replace(',', '')} without the {'comma' if commas == 1 else 'commas'}"
        if commas > 1 or "." in plain or not has_decimals:
            return f"{bare}."
        return f"This can be read in two ways. {bare}, or {plain.replace(',', '.')} with a point for decimals."
    if not has_decimals or "," not in plain:
        return ""
    whole, _, decimals = plain.rpartition(",")
    if decimals.isdigit() and _THOUSANDS_BY_POINTS.fullmatch(whole):
        typed = f"{whole.replace('.', '')}.{decimals}"
        return f"Type {typed}: a point before the decimals, and nothing else between the digits."
    if decimals.isdigit() and (whole.isdigit() or not whole):
        return f"Use a point for decimals: type {whole or '0'}.{decimals}."
    return "Leave the commas out; use a point for decimals, for example 0.5."
