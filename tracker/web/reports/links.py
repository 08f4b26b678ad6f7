"""Addresses between the pages of the reports: each keeps the filter."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any
from urllib.parse import urlencode

from flask import g, url_for

from tracker.web.reports.panels import HEADINGS

#: Signs that stand in an address as they are, as everywhere else.
_PLAIN = "!$'()*,/:;?@"


@dataclass(frozen=True, slots=True)
class Links:
    """``query``: the filter as it stands in the address."""

    query: Mapping[str, Any]

    def panel(self, name: str) -> str:
        """A report with the same filter; one that is asked with rules has none."""
        if HEADINGS[name].is_asked:
            return self.plain(name)
        return url_for("reports.panel", name=name, **self.query)

    def plain(self, name: str) -> str:
        """The same report without a filter."""
        if HEADINGS[name].is_asked:
            return url_for("reports.what_if")
        return url_for("reports.panel", name=name)

    def index_plain(self) -> str:
        """The index without a filter."""
        return url_for("reports.index")

    def file(self, name: str, kind: str) -> str:
        """The same numbers as a file."""
        if HEADINGS[name].is_asked:
            return url_for("reports.what_if_file", kind=kind, **self.query)
        return url_for("reports.export", name=name, kind=kind, **self.query)

    def patients(self, name: str, number: str, page: int = 1) -> str:
        """The patients behind a number."""
        # A page has hundreds of these, and making each as all others are made would take longer than counting.
        asked = {"of": number, **self.query, **({"page": str(page)} if page > 1 else {})}
        return f"{_lists(name)}?{urlencode(asked, safe=_PLAIN)}"


def _lists(name: str) -> str:
    """Where the lists of a report are; each is worked out once in a request."""
    known: dict[str, str] = g.setdefault("report_lists", {})
    if name not in known:
        known[name] = url_for("reports.patients", name=name)
    return known[name]
