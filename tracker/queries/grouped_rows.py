"""Rows of many cases or patients read at once, by whose they are."""

from collections import defaultdict
from collections.abc import Collection
from typing import Any

from sqlalchemy import Row, Select
from sqlalchemy.orm import Session


def rows_by(
    session: Session, query: Select[Any], clinic_id: int, keys: Collection[int], **values: object
) -> dict[int, list[Row[Any]]]:
    """The rows of a clinic's cases (or patients) by the first column; ``query`` names them ``clinic`` and ``keys``."""
    found: dict[int, list[Row[Any]]] = defaultdict(list)
    if keys:
        for row in session.connection().execute(query, {"clinic": clinic_id, "keys": sorted(keys), **values}):
            found[row[0]].append(row)
    return found
