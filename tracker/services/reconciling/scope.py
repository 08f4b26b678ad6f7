"""What one reconciliation of one case knows."""

from collections import defaultdict
from collections.abc import Collection, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import Executable, Row, Select
from sqlalchemy.orm import Session

from tracker.domain.pathway.definition import Pathway
from tracker.domain.pathway.snapshot import Snapshot
from tracker.domain.ways import Preferences
from tracker.services.ports import Ids

Values = dict[str, object]


@dataclass(frozen=True, slots=True)
class Change:
    """A statement and what it is sent with: one row's values or several rows'; ``None`` where it holds them itself.

    A statement that is built once costs a third of one that is built for each row.
    """

    statement: Executable
    values: Values | list[Values] | None = None


#: The cause of a pass in which no fact was written: nothing may vanish.
TIME = "time"


@dataclass(frozen=True, slots=True, kw_only=True)
class Scope:
    """One case at one instant. ``cause`` names the fact that was just written, or is ``TIME``."""

    session: Session
    clinic_id: int
    case_id: int
    patient_id: int
    pathway: Pathway
    snapshot: Snapshot
    now: datetime
    ids: Ids
    cause: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Stored:
    """The rows that a case has, and how its patient wants to be reached."""

    obligations: Sequence[Row[Any]]
    intervals: Sequence[Row[Any]]
    reminders: Sequence[Row[Any]]
    preferences: Preferences


def rows_by(
    session: Session, query: Select[Any], clinic_id: int, keys: Collection[int], **values: object
) -> dict[int, list[Row[Any]]]:
    """The rows of a clinic's cases (or patients) by the first column; ``query`` names them ``clinic`` and ``keys``."""
    found: dict[int, list[Row[Any]]] = defaultdict(list)
    if keys:
        for row in session.connection().execute(query, {"clinic": clinic_id, "keys": sorted(keys), **values}):
            found[row[0]].append(row)
    return found
