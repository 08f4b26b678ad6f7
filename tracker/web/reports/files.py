"""A report as a file for spreadsheets: text as text, never a formula; numbers, shares and days as what they are; and
what is counted, of which patients and when, on a sheet of its own."""

import csv
import io
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any

import xlsxwriter

from tracker.domain.report_sheets.sheet import Cell, Column, Kind, Row, Section, Sheet
from tracker.domain.spreadsheets import MARK, safe_cell
from tracker.web.common.filters import at
from tracker.web.reports.cells import HIDDEN

#: Excel's own limit, and the signs that it does not take in the name of a sheet.
_LONGEST_NAME, _NOT_IN_A_NAME = 31, str.maketrans(dict.fromkeys("[]:*?/\\'", " "))
_FORMATS: Mapping[object, str] = {
    Kind.COUNT: "#,##0",
    Kind.AMOUNT: "#,##0.0",
    Kind.DAYS: "#,##0",
    Kind.SHARE: "0.0%",
    Kind.RATE: "0.000",
    Kind.DATE: "yyyy-mm-dd",
    datetime: "yyyy-mm-dd hh:mm",
}
_ABOUT = "About these numbers"


@dataclass(frozen=True, slots=True, kw_only=True)
class About:
    """What stands beside the numbers. ``filters``: each in words."""

    title: str
    clinic: str
    as_of: datetime
    zone: str
    filters: tuple[str, ...]


def csv_text(sheet: Sheet, about: About) -> str:
    """The tables one below the other, then what is counted. Shares lie between 0 and 1, days are ISO dates."""
    written = io.StringIO(newline="")
    writer = csv.writer(written)
    for section in sheet.sections:
        writer.writerow([safe_cell(section.title)])
        writer.writerow(_safe(_headers(section)))
        for row in section.table.rows:
            cells = (_csv_value(cell, column) for column, cell in zip(section.table.columns, row.cells, strict=True))
            writer.writerow(_safe([_label(row), *cells]))
        writer.writerow([])
    for line in _about(sheet, about):
        writer.writerow(_safe(line))
    return MARK + written.getvalue()


def _label(row: Row) -> str:
    """A day or a wall time as programs read it, with its year."""
    if row.when is None:
        return row.label
    return row.when.isoformat(" ", "minutes") if isinstance(row.when, datetime) else row.when.isoformat()


def xlsx_bytes(sheet: Sheet, about: About) -> bytes:
    """A workbook: what is counted on the first sheet but one, and a sheet for each table."""
    written = io.BytesIO()
    book = xlsxwriter.Workbook(
        written,
        {"in_memory": True, "strings_to_formulas": False, "strings_to_urls": False, "strings_to_numbers": False},
    )
    book.set_properties({"title": about.title, "created": about.as_of.replace(tzinfo=None)})
    bold = book.add_format({"bold": True, "text_wrap": True, "valign": "top"})
    formats = {kind: book.add_format({"num_format": text}) for kind, text in _FORMATS.items()}
    taken: set[str] = set()
    for place, section in enumerate(sheet.sections):
        page = book.add_worksheet(_sheet_name(section.title, taken))
        _write_table(page, section, bold, formats)
        if place == 0:
            _write_about(book.add_worksheet(_sheet_name(_ABOUT, taken)), sheet, about, book)
    book.close()
    return written.getvalue()


def _write_table(page: Any, section: Section, bold: object, formats: Mapping[object, object]) -> None:
    for place, header in enumerate(_headers(section)):
        page.write_string(0, place, header, bold)
    for line, row in enumerate(section.table.rows, start=1):
        _write_label(page, line, row, formats)
        for place, (column, cell) in enumerate(zip(section.table.columns, row.cells, strict=True), start=1):
            _write_cell(page, line, place, cell, formats.get(column.kind))
    page.set_column(0, 0, 36)
    page.set_column(1, len(section.table.columns), 18)
    page.freeze_panes(1, 1)


def _write_label(page: Any, line: int, row: Row, formats: Mapping[object, object]) -> None:
    if row.when is None:
        page.write_string(line, 0, row.label)
    else:
        page.write_datetime(line, 0, row.when, formats[datetime if isinstance(row.when, datetime) else Kind.DATE])


def _write_cell(page: Any, line: int, place: int, cell: Cell, form: object) -> None:
    value = HIDDEN if cell.is_hidden else cell.value
    match value:
        case None | "":
            return
        case str():
            page.write_string(line, place, value)
        case date():
            page.write_datetime(line, place, value, form)
        case _:
            page.write_number(line, place, value, form)


def _write_about(page: Any, sheet: Sheet, about: About, book: Any) -> None:
    wrapped = book.add_format({"text_wrap": True, "valign": "top"})
    for line, (name, text) in enumerate(_about(sheet, about)):
        page.write_string(line, 0, name, wrapped)
        page.write_string(line, 1, text, wrapped)
    page.set_column(0, 0, 30)
    page.set_column(1, 1, 100)


def _about(sheet: Sheet, about: About) -> Iterable[tuple[str, str]]:
    yield "Report", about.title
    yield "Answer", sheet.answer
    yield "Clinic", about.clinic
    yield "As of", at(about.as_of, about.zone)
    for text in about.filters or ("everybody",):
        yield "Filter", text
    for section in sheet.sections:
        yield section.title, section.definition


def _headers(section: Section) -> list[str]:
    return [section.table.label_header, *(column.header for column in section.table.columns)]


def _safe(values: Iterable[str | int | float]) -> list[str | int | float]:
    return [safe_cell(value) if isinstance(value, str) else value for value in values]


def _csv_value(cell: Cell, column: Column) -> str | int | float:
    if cell.is_hidden:
        return HIDDEN
    match cell.value:
        case None:
            return ""
        case date():
            return cell.value.isoformat()
        case float():
            return round(cell.value, 4 if column.kind in (Kind.SHARE, Kind.RATE) else 1)
    return cell.value


def _sheet_name(title: str, taken: set[str]) -> str:
    """Short enough, and not there already: Excel does not tell capital letters apart."""
    plain = title.translate(_NOT_IN_A_NAME).strip()
    name, number = plain[:_LONGEST_NAME], 1
    while name.lower() in taken:
        number += 1
        name = f"{plain[: _LONGEST_NAME - 3]} {number}"
    taken.add(name.lower())
    return name
