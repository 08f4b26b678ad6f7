"""Rules for PINs: a few digits of one member of one clinic, typed with gloves on, on a tablet that others use too.

A PIN never opens anything alone: it confirms inside somebody's sign-in, or opens again what its owner began with the
password on that very tablet. So what counts is how often it may be guessed, not how long it is (``docs/adr/0026``).
"""

from datetime import date
from itertools import pairwise

SHORTEST, LONGEST = 4, 8
#: Wrong tries in a row after which only the password helps.
TRIES = 5
#: Down the middle and round the corners of a keypad: no run and no repeat, and everybody's second idea.
_KEYPAD = frozenset({"2580", "0852", "1379", "1397", "7913", "147258", "159753", "258456", "14789632"})
#: Where day, month and year stand in dates of six and of eight digits.
_ORDERS = {
    6: (("d", "m", "y"), ("m", "d", "y"), ("y", "m", "d")),
    8: (("d", "m", "Y"), ("m", "d", "Y"), ("Y", "m", "d")),
}
_WIDTH = {"d": 2, "m": 2, "y": 2, "Y": 4}


def pin_problem(pin: str) -> str | None:
    """Return the sentence that says why this PIN cannot be taken, or ``None``."""
    if not (pin.isascii() and pin.isdigit() and SHORTEST <= len(pin) <= LONGEST):
        return f"Use {SHORTEST} to {LONGEST} digits."
    if _is_row(pin) or _is_repeated(pin) or len(set(pin)) < 3 or pin in _KEYPAD:
        return "This PIN is one of the first that anybody would try. Choose another."
    if _is_date(pin):
        return "This could be a birth year or a date, and colleagues know birthdays. Choose another."
    return None


def bound(pin: str, *, clinic_id: int, user_id: int) -> str:
    """What is hashed: a hash that is copied to another member's row fits nobody there."""
    return f"pin:{clinic_id}:{user_id}:{pin}"


def _is_row(pin: str) -> bool:
    """``1234``, ``9876``, ``8901``, and the same with digits doubled."""
    single = [digit for place, digit in enumerate(pin) if place == 0 or digit != pin[place - 1]]
    steps = {(int(later) - int(earlier)) % 10 for earlier, later in pairwise(single)}
    return steps in ({1}, {9})


def _is_repeated(pin: str) -> bool:
    """``1212``, ``123123``: shorter than it looks."""
    return any(
        len(pin) % length == 0 and pin == pin[:length] * (len(pin) // length) for length in range(1, len(pin) // 2 + 1)
    )


def _is_date(pin: str) -> bool:
    if len(pin) == 4:
        return 1900 <= int(pin) <= 2099 or _is_day(2000, pin[:2], pin[2:]) or _is_day(2000, pin[2:], pin[:2])
    return any(_reads_as_date(pin, order) for order in _ORDERS.get(len(pin), ()))


def _reads_as_date(pin: str, order: tuple[str, ...]) -> bool:
    parts, rest = dict[str, str](), pin
    for name in order:
        parts[name], rest = rest[: _WIDTH[name]], rest[_WIDTH[name] :]
    year = int(parts["Y"]) if "Y" in parts else 2000
    return 1900 <= year <= 2099 and _is_day(year, parts["m"], parts["d"])


def _is_day(year: int, month: str, day: str) -> bool:
    try:
        date(year, int(month), int(day))
    except ValueError:
        return False
    return True
