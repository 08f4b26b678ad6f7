"""A clinic's history as the reports read it: made once in the background, counted by every panel.

Counting in columns of small numbers takes milliseconds where the same question to the tables takes a second, and every
panel counts the very same thing. It is as old as ``as_of`` says, and pages say so.
"""

import json
import zlib
from array import array
from collections.abc import Callable, Hashable, Mapping, Sequence
from dataclasses import dataclass, field, fields
from datetime import date, datetime
from functools import cached_property
from typing import Any, TypeVar

from tracker.domain.calendar import ClinicCalendar
from tracker.domain.reporting.columns import Cases, Column, Part

P = TypeVar("P", bound=Part)
T = TypeVar("T")
#: Of how the parts are laid out. A history of another form is not read but made anew.
FORM = 3
DAY_S = 86400
#: How wide a number is stored: integers of one byte, of two, four and eight; and the first that does not fit.
_WIDTHS = {"b": 2**7, "h": 2**15, "i": 2**31, "q": 2**63}
#: The history is made often, and read by a machine next to the database.
_LOWEST_LEVEL = 1
#: How this machine keeps a number.
_IS_LOWEST_FIRST = array("h", (1,)).tobytes() == b"\x01\x00"


@dataclass(frozen=True)
class History:
    """What was known of a clinic at ``as_of``. ``words``: what the codes mean; ``parts``: those that were asked for;
    ``derived``: what was worked out of them whatever the filter, by what it was worked out with."""

    as_of: datetime
    zone: str
    words: Sequence[str]
    parts: Mapping[type[Part], Part]
    derived: dict[object, Any] = field(default_factory=dict, compare=False, repr=False)

    def of(self, kind: type[P]) -> P:
        """One part.

        :raises LookupError: for one that was not asked for when the history was read
        """
        found = self.parts.get(kind)
        if not isinstance(found, kind):
            raise LookupError(f"the history was read without {kind.__name__}")
        return found

    def once(self, work_out: "Callable[..., T]", *args: Hashable) -> T:
        """What ``work_out`` makes of this history and ``args``, worked out the first time that it is asked for. Two who
        ask at once may both do the work; it comes to the same."""
        name = (work_out, *args)
        if name not in self.derived:
            self.derived[name] = work_out(self, *args)
        found: T = self.derived[name]
        return found

    @cached_property
    def cases(self) -> Cases:
        """The cases, which every panel needs."""
        return self.of(Cases)

    @cached_property
    def today(self) -> int:
        """The clinic's day at ``as_of``, as an ordinal."""
        return ClinicCalendar(self.zone).today(self.as_of).toordinal()

    @cached_property
    def as_of_s(self) -> int:
        """``as_of`` in seconds."""
        return int(self.as_of.timestamp())

    @cached_property
    def _codes(self) -> Mapping[str, int]:
        return {word: code for code, word in enumerate(self.words)}

    def code(self, word: str) -> int:
        """The code of a word; -1, which stands nowhere, where the history does not hold it."""
        return self._codes.get(word, -1)

    def codes(self, *words: str) -> frozenset[int]:
        """The codes of several words."""
        return frozenset(self.code(word) for word in words)


def as_day(ordinal: int) -> date | None:
    """A day as it is said; ``None`` for none."""
    return date.fromordinal(ordinal) if ordinal else None


def packed(part: Part) -> bytes:
    """A part as it is stored, compressed: a line of JSON with the name, the width and the length of each column; then
    their numbers, signed, the lowest byte first, each column in the narrowest width that holds all of it.

    As text they would be read for twice as long, and take up in reading a multiple of what they are.
    """
    columns = {each.name: _narrowest(getattr(part, each.name)) for each in fields(part)}
    head = {name: [column.typecode, len(column)] for name, column in columns.items()}
    written = zlib.compressobj(_LOWEST_LEVEL)
    pieces = [_line(head), *(_lowest_first(column).tobytes() for column in columns.values())]
    return b"".join([*map(written.compress, pieces), written.flush()])


def unpacked(kind: type[P], body: bytes) -> P:
    """A part that was stored.

    :raises ValueError: for what is no such part
    """
    head, _, numbers = zlib.decompress(body).partition(b"\n")
    widths = json.loads(head)
    if not isinstance(widths, dict) or widths.keys() != {each.name for each in fields(kind)}:
        raise ValueError(f"these are not the columns of {kind.__name__}")
    left, columns = memoryview(numbers), {}
    for name, (width, length) in widths.items():
        column = array(width)
        size = length * column.itemsize
        column.frombytes(left[:size])
        columns[name], left = _lowest_first(column), left[size:]
    return kind(**columns)


def packed_words(words: Sequence[str]) -> bytes:
    """The words as they are stored: a compressed JSON list."""
    return zlib.compress(_line(list(words)), _LOWEST_LEVEL)


def unpacked_words(body: bytes) -> Sequence[str]:
    """The words that were stored.

    :raises ValueError: for anything else
    """
    read = json.loads(zlib.decompress(body))
    if not isinstance(read, list):
        raise ValueError("these are no words")
    return read


def _line(value: object) -> bytes:
    return json.dumps(value, separators=(",", ":"), ensure_ascii=False).encode() + b"\n"


def _narrowest(column: Column) -> "array[int]":
    """An array and no list: one to eight bytes a number, where a list would take forty."""
    least, most = min(column, default=0), max(column, default=0)
    width = next(width for width, end in _WIDTHS.items() if -end <= least and most < end)
    return array(width, column)


def _lowest_first(column: "array[int]") -> "array[int]":
    if not _IS_LOWEST_FIRST:
        column.byteswap()
    return column
