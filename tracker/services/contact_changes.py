"""The history of how a patient is reached: one row for each thing that was done, never changed.

The clinic's chain of events tells that something was done, by whom and when; it is in no order that one patient's
numbers could be read from, so what a page shows of it stands in a table of its own.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import insert
from sqlalchemy.orm import Session

from tracker.persistence.models import ContactPointChange
from tracker.persistence.vocabulary import ContactChange
from tracker.services.ports import Ids
from tracker.services.work import Work

#: How somebody at a number or address has answered to the patient's name.
ANSWERED_CALL, ANSWERED_MESSAGE = "call", "message"


@dataclass(frozen=True, slots=True)
class Changed:
    """One thing that was done; ``point_id`` where it is about one number or address."""

    what: ContactChange
    point_id: int | None = None
    detail: str = ""


def note_changes(work: Work, patient_id: int, changes: Sequence[Changed]) -> None:
    """Write down what a person of the clinic did."""
    write_changes(
        work.session,
        clinic_id=work.actor.clinic_id,
        patient_id=patient_id,
        changed_by=work.actor.user_id,
        at=work.now,
        ids=work.ids,
        changes=changes,
    )


def write_changes(
    session: Session,
    *,
    clinic_id: int,
    patient_id: int,
    changed_by: int | None,
    at: datetime,
    ids: Ids,
    changes: Sequence[Changed],
) -> None:
    """Write down what was done; ``changed_by`` is ``None`` where the person themselves answered a message."""
    rows = [
        {
            "clinic_id": clinic_id,
            "id": ids.row_id(at),
            "patient_id": patient_id,
            "point_id": each.point_id,
            "changed_at": at,
            "changed_by": changed_by,
            "what": each.what,
            "detail": each.detail,
        }
        for each in changes
    ]
    if rows:
        session.flush()  # the points that these are about
        session.execute(insert(ContactPointChange), rows)
