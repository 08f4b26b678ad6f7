"""What one reconciliation of one case knows."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import Executable, Row
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
