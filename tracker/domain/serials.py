"""Serial numbers as a manufacturer's letter names them: one, or a range of those with the same letters before."""

import re

_PARTS = re.compile(r"^(.*?)(\d*)$", re.DOTALL)


def serial_key(text: str) -> tuple[str, int, str]:
    """A serial as something to compare: its letters, its number, and itself where there is no number."""
    plain = re.sub(r"[\s-]", "", text).upper()
    found = _PARTS.match(plain)
    letters, digits = (found[1], found[2]) if found else (plain, "")
    return letters, int(digits) if digits else -1, plain


def is_in_range(serial: str, first: str, last: str) -> bool:
    """Whether a serial lies between two, both included. An empty end is no end; an empty serial may be any, and so
    lies in every range: somebody must look.

    Serials of other letters than the range's ends are of another series.
    """
    if not serial.strip():
        return True
    key = serial_key(serial)
    ends = [serial_key(each) for each in (first, last) if each.strip()]
    if any(end[0] != key[0] for end in ends):
        return False
    after = not first.strip() or serial_key(first)[1:2] <= key[1:2]
    before = not last.strip() or key[1:2] <= serial_key(last)[1:2]
    return after and before
