"""Numbers in addresses: one that no row can have is nobody's page, and never reaches the database."""

from typing import Any

from flask import Flask
from werkzeug.routing import IntegerConverter, Map

LARGEST_ROW_ID = 2**63 - 1
LARGEST_SEQ = 2**31 - 1


class RowIdConverter(IntegerConverter):
    """``<int:…>``: the id of a row. A route need not say how large it may be."""

    def __init__(self, url_map: Map, **shape: Any) -> None:
        super().__init__(url_map, **{"max": LARGEST_ROW_ID, **shape})


class SeqConverter(IntegerConverter):
    """``<seq:…>``: the number of a record within its case."""

    def __init__(self, url_map: Map) -> None:
        super().__init__(url_map, max=LARGEST_SEQ)


def init_addresses(app: Flask) -> None:
    """Bound the numbers in addresses. Before the first route."""
    app.url_map.converters.update({"int": RowIdConverter, "seq": SeqConverter})
