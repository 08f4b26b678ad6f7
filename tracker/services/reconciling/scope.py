"""What one reconciliation of one case knows."""

from dataclasses import dataclass
from datetime import datetime

from sqlalchemy.orm import Session

from tracker.domain.pathway.definition import Pathway
from tracker.domain.pathway.snapshot import Snapshot
from tracker.services.ports import Ids

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
