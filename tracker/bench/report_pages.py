"""Every page of the reports: each panel as it is opened, with every kind of filter, as lists of patients, as a file."""

import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import date, timedelta
from html import unescape
from urllib.parse import urlencode

from sqlalchemy import Connection, Table, func, select

from tracker.bench.client import Browser
from tracker.bench.templates import table_of
from tracker.domain.report_sheets.usual import first_day
from tracker.persistence.database import Database
from tracker.web.reports.panels import HEADINGS

INDEX = "index"
#: How a panel is asked for where it has no filter.
USUAL, AGAIN, LIST, FILTERED_LIST, FILE = "usual", "again", "list", "list-payer", "csv"
#: So many periods that each begin a day sooner: what was counted lately is not counted again, and this is.
_PERIODS = 30
_OF = re.compile(r'href="(/reports/[a-z-]+/patients\?[^"]*)"')
#: Lists behind numbers all over a page.
_MOST_LISTS = 5


@dataclass(frozen=True, slots=True)
class ReportPage:
    """A panel in one way; ``paths`` are asked for in turn."""

    panel: str
    way: str
    paths: tuple[str, ...]


def filters_of(database: Database, clinic_id: int, today: date) -> Mapping[str, Mapping[str, str]]:
    """For each kind of filter, the value that most of the clinic's cases have; ``several``: three of them together."""
    with database.read.connect() as connection:

        def most(table: str, column: str) -> str:
            return _most_common(connection, table_of(table), column, clinic_id)

        found = {
            "clinician": {"clinician": most("appointments", "clinician_id")},
            "payer": {"payer": most("cases", "payer_id")},
            "diagnosis": {"diagnosis": most("evaluations", "condition")},
            "indication": {"indication": most("cases", "indication")},
            "version": {"version": most("cases", "pathway_version")},
        }
    period = {"from": (today - timedelta(days=200)).isoformat(), "to": (today - timedelta(days=20)).isoformat()}
    return {"period": period, **found, "several": {**period, **found["payer"], **found["indication"]}}


def _most_common(connection: Connection, table: Table, column: str, clinic_id: int) -> str:
    found = table.c[column]
    query = select(found).where(table.c.clinic_id == clinic_id, found.is_not(None)).group_by(found)
    return str(connection.scalar(query.order_by(func.count().desc()).limit(1)))


def pages_of(user: Browser, filters: Mapping[str, Mapping[str, str]], today: date) -> Iterator[ReportPage]:
    """The pages, one panel after the other."""
    yield ReportPage(INDEX, USUAL, ("/reports",))
    # A filter of which the reports themselves are not asked: they are counted anew for the index, and for themselves.
    both = {**filters["payer"], **filters["indication"]}
    yield from _filtered(INDEX, "/reports", {"payer": both}, today)
    for heading in HEADINGS.values():
        path = f"/reports/{heading.name}"
        yield ReportPage(heading.name, USUAL, (path,))
        if heading.is_asked:
            # It has no filter and no lists; what it plays, it plays for each rule anew.
            continue
        if heading.has_period:
            yield from _filtered(heading.name, path, filters, today)
        else:
            for way, query in filters.items():
                if asked := {key: query[key] for key in query if key not in ("from", "to")}:
                    yield ReportPage(heading.name, way, (_address(path, asked),))
        for way, query in ((LIST, {}), (FILTERED_LIST, filters["payer"])):
            lists = _lists(user, _address(path, query))
            if lists:
                yield ReportPage(heading.name, way, lists)
        yield ReportPage(heading.name, FILE, (f"{path}.csv",))


def _filtered(panel: str, path: str, filters: Mapping[str, Mapping[str, str]], today: date) -> Iterator[ReportPage]:
    """With each filter, counted anew each time; and one of them as it was counted before."""
    for way, query in filters.items():
        first = date.fromisoformat(query.get("from", first_day(today).isoformat()))
        periods = ((first - timedelta(days=days)).isoformat() for days in range(1, _PERIODS + 1))
        yield ReportPage(panel, way, tuple(_address(path, {**query, "from": each}) for each in periods))
    yield ReportPage(panel, AGAIN, (_address(path, filters["payer"]),))


def _lists(user: Browser, path: str) -> tuple[str, ...]:
    found = [unescape(each) for each in _OF.findall(user.get(path).text)]
    return tuple(found[:: max(1, len(found) // _MOST_LISTS)][:_MOST_LISTS])


def _address(path: str, query: Mapping[str, str]) -> str:
    return f"{path}?{urlencode(query)}" if query else path
