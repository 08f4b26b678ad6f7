"""A report as a file for spreadsheets: UTF-8 with its mark, and no cell that a spreadsheet would run as a formula."""

import csv
import io
from datetime import datetime

from tracker.web.common.filters import at
from tracker.web.reports.presenters import Report

#: What makes a spreadsheet take a text for a formula or a command.
_FORMULA = ("=", "+", "-", "−", "@", "\t", "\r", "\n")
#: By which spreadsheets see that a file is UTF-8.
_MARK = "\ufeff"


def csv_text(report: Report, clinic: str, now: datetime, zone: str) -> str:
    """The file: the table, and below it what is counted, where and when."""
    written = io.StringIO(newline="")
    writer = csv.writer(written)
    writer.writerow(_cells(report.headers))
    for row in report.rows:
        writer.writerow(_cells(row))
    writer.writerow([])
    about = (report.title, report.definition, report.period, clinic, f"As of {at(now, zone)}")
    for line in about:
        if line:
            writer.writerow(_cells((line,)))
    return _MARK + written.getvalue()


def safe_cell(value: str | int) -> str | int:
    """Numbers as they are; a text that could be taken for a formula behind an apostrophe."""
    return f"'{value}" if isinstance(value, str) and value.startswith(_FORMULA) else value


def _cells(row: tuple[str | int, ...]) -> list[str | int]:
    return [safe_cell(value) for value in row]
