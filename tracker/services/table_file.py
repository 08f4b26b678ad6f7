"""A table of text as spreadsheets save it: marks, encodings, separators, and the row numbers that they show.

A file is read to its end before anything of it is used, so that nothing is half imported because of a fault further
down. What cannot be told apart (a quotation mark that is never closed, a column that is there twice) is refused as a
whole: guessing would lose rows.
"""

import csv
import io
from collections.abc import Collection, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field

from tracker.domain.names import fold
from tracker.domain.typed_text import without_turning_signs

SEPARATORS = (",", ";", "\t")
#: About a hundred thousand referrals; no spreadsheet of a clinic holds more.
LARGEST_MB = 20
#: Put after the last line while reading: where it does not come out as a row of its own, a quotation mark ate it.
_END = "\x1eend of the table\x1e"
_SIGNATURES = (
    (b"PK\x03\x04", "This is an Excel workbook"),
    (b"\xd0\xcf\x11\xe0", "This is an old Excel workbook"),
    (b"%PDF", "This is a PDF"),
)
_SAVE_AS = "Save the spreadsheet as CSV (UTF-8) and try again."


class UnreadableFile(ValueError):
    """The file is not such a table at all. The message is a sentence for a person."""


@dataclass(frozen=True, slots=True)
class Complaint:
    """What is wrong or doubtful in one row. ``row`` is what a spreadsheet shows: the header is row 1."""

    row: int
    field: str | None
    reason: str


@dataclass(frozen=True, slots=True)
class Row:
    """One row by column name. ``misfit`` says why its cells cannot be told apart; then ``values`` is empty."""

    number: int
    values: dict[str, str]
    misfit: str = ""


@dataclass(frozen=True, slots=True)
class Table:
    """A file that was read to its end: its rows, and what is doubtful about the file as a whole."""

    rows: tuple[Row, ...]
    doubts: tuple[Complaint, ...] = ()


@dataclass(frozen=True, slots=True)
class Columns:
    """What columns a table has: every one of ``all_of``, and at least one of ``one_of`` where that names any.

    ``headings`` maps what else a column may be called, folded, to its name; another heading names itself.
    """

    all_of: frozenset[str] = frozenset()
    one_of: frozenset[str] = frozenset()
    headings: Mapping[str, str] = field(default_factory=dict)

    def name(self, heading: str) -> str:
        """The column that a heading names."""
        return self.headings.get(fold(heading), heading.strip().lower().replace(" ", "_"))

    def missing(self, header: Collection[str]) -> frozenset[str]:
        """What a header lacks."""
        left = self.all_of.difference(header)
        return left if self.one_of.intersection(header) else left | self.one_of

    def complaint(self, missing: frozenset[str]) -> str:
        """The sentence that says what is missing."""
        if missing == self.one_of:
            return f"A column is missing: {' or '.join(sorted(missing))}."
        return f"These columns are missing: {', '.join(sorted(missing))}."

    def twice(self, header: Sequence[str]) -> list[str]:
        """What a header names more than once."""
        known = self.all_of | self.one_of | set(self.headings.values())
        return sorted(name for name in known if header.count(name) > 1)


def read_table(content: bytes, columns: Iterable[str]) -> Table:
    """Every row that is not empty.

    :raises UnreadableFile: for what is no text, is too large, or does not name every column of ``columns``
    """
    return read_columns(content, Columns(frozenset(columns)))


def read_columns(content: bytes, columns: Columns) -> Table:
    """The same of a table whose columns may be called this or that.

    :raises UnreadableFile: for what is no text, is too large, or lacks a column that it must have
    """
    text, is_guessed = decode(content)
    doubt = Complaint(1, "file", "The file is not UTF-8; it was read as Windows-1252. Look at names with accents.")
    return Table(tuple(_rows(without_turning_signs(text), columns)), (doubt,) if is_guessed else ())


def decode(content: bytes) -> tuple[str, bool]:
    """The text of a file, and whether some of it had to be read as Windows-1252 because it is not UTF-8.

    :raises UnreadableFile: for what is not text
    """
    check_size(len(content))
    for signature, what in _SIGNATURES:
        if content.startswith(signature):
            raise UnreadableFile(f"{what}, not a table of text. {_SAVE_AS}")
    if content.startswith((b"\xff\xfe", b"\xfe\xff")):
        return _decode_utf_16(content), False
    if b"\x00" in content.partition(b"\n")[0]:
        raise UnreadableFile(f"This is not a text file. {_SAVE_AS}")
    try:
        return content.decode("utf-8-sig"), False
    except UnicodeDecodeError:
        # Line by line: one pasted name must not spoil the accents of all others.
        return "\n".join(_decode_line(line) for line in content.removeprefix(b"\xef\xbb\xbf").split(b"\n")), True


def check_size(size: int) -> None:
    """Refuse a file of more bytes than are read at once, before it is read.

    :raises UnreadableFile: if it is too large
    """
    if size > LARGEST_MB * 1024 * 1024:
        raise UnreadableFile(f"The file is larger than {LARGEST_MB} MB. Split it and import the parts.")


def _decode_utf_16(content: bytes) -> str:
    try:
        return content.decode("utf-16")
    except UnicodeDecodeError as error:
        raise UnreadableFile(f"This file is damaged. {_SAVE_AS}") from error


def _decode_line(line: bytes) -> str:
    try:
        return line.decode("utf-8")
    except UnicodeDecodeError:
        return line.decode("cp1252", errors="replace")


def _rows(text: str, columns: Columns) -> Iterator[Row]:
    header, records = _open(text, columns)
    for number, cells in records:
        while len(cells) > len(header) and not cells[-1].strip():
            cells.pop()
        if not any(cell.strip() for cell in cells):
            continue
        misfit = _misfit(header, cells)
        yield Row(number, {} if misfit else dict(zip(header, cells, strict=True)), misfit)


def _misfit(header: list[str], cells: list[str]) -> str:
    if len(cells) != len(header):
        return f"This row has {len(cells)} cells, the header has {len(header)}."
    if any("\x00" in cell for cell in cells):
        return "This row is damaged: it holds characters that are no text."
    return ""


def _open(text: str, columns: Columns) -> tuple[list[str], Iterator[tuple[int, list[str]]]]:
    """The header, and the numbered rows below it."""
    if not text.strip():
        raise UnreadableFile("The file is empty.")
    missing = columns.all_of | columns.one_of
    for separator in SEPARATORS:
        records = _records(text, separator)
        header = [columns.name(heading) for heading in next(records)[1]]
        left = columns.missing(header)
        if not left:
            if twice := columns.twice(header):
                raise UnreadableFile(f"These columns are there twice: {', '.join(twice)}.")
            return header, records
        missing = min(missing, left, key=len)
    raise UnreadableFile(columns.complaint(missing))


def _records(text: str, separator: str) -> Iterator[tuple[int, list[str]]]:
    """Rows as a spreadsheet numbers them: a cell may hold line breaks."""
    number = 0
    # A file whose last line has no end would run into the mark; an empty row more is skipped.
    reader = csv.reader(io.StringIO(f"{text}\n{_END}", newline=""), delimiter=separator)
    try:
        for number, cells in enumerate(reader, start=1):
            if cells == [_END]:
                return
            if any(_END in cell for cell in cells):
                raise UnreadableFile(
                    f"In row {number} a quotation mark opens and is never closed: the rows after it cannot be told "
                    "apart. Nothing was imported."
                )
            yield number, cells
    except csv.Error as error:
        raise UnreadableFile(
            f"The file cannot be read as a table after row {number}: {error}. Is a quotation mark missing?"
        ) from error
