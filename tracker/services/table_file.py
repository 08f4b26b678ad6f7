"""A table of text as spreadsheets save it: marks, encodings, separators, and the row numbers that they show."""

import csv
import io
from collections.abc import Iterable, Iterator
from dataclasses import dataclass

SEPARATORS = (",", ";", "\t")


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
    """One row by column name, or ``cells`` that do not fit the header."""

    number: int
    values: dict[str, str]
    misfit: str = ""


def decode(content: bytes) -> tuple[str, bool]:
    """The text of a file, and whether it had to be read as Windows-1252 because it is not UTF-8.

    :raises UnreadableFile: for what is not text
    """
    if b"\x00" in content:
        raise UnreadableFile("This is not a text file. Save the spreadsheet as CSV (UTF-8) and try again.")
    try:
        return content.decode("utf-8-sig"), False
    except UnicodeDecodeError:
        return content.decode("cp1252", errors="replace"), True


def read_rows(text: str, columns: Iterable[str]) -> Iterator[Row]:
    """Every row that is not empty. A cell may hold line breaks: the row is what a spreadsheet shows.

    :raises UnreadableFile: if the header does not name every column of ``columns``
    """
    wanted = set(columns)
    header, reader = _open(text, wanted)
    for number, cells in enumerate(reader, start=2):
        if not any(cell.strip() for cell in cells):
            continue
        misfit = ""
        if len(cells) != len(header):
            misfit = f"This row has {len(cells)} cells, the header has {len(header)}."
        yield Row(number, dict(zip(header, cells, strict=False)), misfit)


def _open(text: str, wanted: set[str]) -> tuple[list[str], Iterator[list[str]]]:
    if not text.strip():
        raise UnreadableFile("The file is empty.")
    missing = wanted
    for separator in SEPARATORS:
        reader = csv.reader(io.StringIO(text, newline=""), delimiter=separator)
        try:
            header = [name.strip().lower().replace(" ", "_") for name in next(reader)]
        except (csv.Error, StopIteration) as error:
            raise UnreadableFile(f"The file cannot be read as a table: {error}") from error
        left = wanted - set(header)
        if not left:
            return header, _careful(reader)
        missing = min(missing, left, key=len)
    raise UnreadableFile(f"These columns are missing: {', '.join(sorted(missing))}.")


def _careful(reader: Iterator[list[str]]) -> Iterator[list[str]]:
    try:
        yield from reader
    except csv.Error as error:
        raise UnreadableFile(f"The file cannot be read as a table: {error}") from error
