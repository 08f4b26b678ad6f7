"""A report as a file for spreadsheets: UTF-8 with its mark, and no cell that a spreadsheet would run as a formula."""

import csv
import io
from datetime import datetime

from tracker.domain.spreadsheets import MARK, safe_cell
from tracker.web.common.filters import at
from tracker.web.reports.presenters import Report


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
    return MARK + written.getvalue()


def _cells(row: tuple[str | int, ...]) -> list[str | int]:
    return [safe_cell(value) for value in row]
