"""The files of a kit: pages that print, the same as tables for spreadsheets. None needs a network or this system."""

import csv
import io
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

from jinja2 import Environment, FileSystemLoader, StrictUndefined

from tracker.domain.spreadsheets import MARK, safe_cell
from tracker.services.downtime.sheets import (
    CRITICAL_HEADERS,
    REFILL_HEADERS,
    VISIT_HEADERS,
    DaySheet,
    RefillRow,
)

FOLDER = Path(__file__).resolve().parents[3] / "templates"
_STYLE = "kit.css"
_PAGES = Environment(
    loader=FileSystemLoader(FOLDER),
    autoescape=True,
    undefined=StrictUndefined,
    trim_blocks=True,
    lstrip_blocks=True,
)


@dataclass(frozen=True, slots=True, kw_only=True)
class Kit:
    """Everything that is written down for one clinic."""

    clinic: str
    phone: str
    made: str
    as_of: str
    refills: Sequence[RefillRow]
    days: Sequence[DaySheet]
    is_cut: bool
    is_demo: bool
    critical: Sequence[tuple[str | int, ...]]


def files_of(kit: Kit) -> dict[str, bytes]:
    """Every file by its name, ``index.html`` first."""
    shared = {
        "kit": kit,
        "refill_headers": REFILL_HEADERS,
        "visit_headers": VISIT_HEADERS[1:],
        "critical_headers": CRITICAL_HEADERS,
    }
    pages = ("kit/index.html", "kit/refills.html", "kit/critical.html")
    files = {page.removeprefix("kit/"): _page(page, shared) for page in pages}
    for sheet in kit.days:
        files[f"{sheet.name}.html"] = _page("kit/day.html", {**shared, "day": sheet})
    visits = [visit.cells for sheet in kit.days for visit in sheet.visits]
    files["refills.csv"] = _csv(REFILL_HEADERS, (row.cells for row in kit.refills))
    files["visits.csv"] = _csv(VISIT_HEADERS, visits)
    files["critical.csv"] = _csv(CRITICAL_HEADERS, kit.critical)
    files[_STYLE] = Path(__file__).with_name(_STYLE).read_bytes()
    return files


def _page(name: str, values: Mapping[str, object]) -> bytes:
    return _PAGES.get_template(name).render(values).encode()


def _csv(headers: Sequence[str], rows: Iterable[Sequence[str | int]]) -> bytes:
    written = io.StringIO(newline="")
    writer = csv.writer(written)
    for row in (headers, *rows):
        writer.writerow([safe_cell(cell) for cell in row])
    return (MARK + written.getvalue()).encode()
