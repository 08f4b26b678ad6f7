"""A clinic's history as it was stored: one statement, whatever a panel needs of it."""

from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import bindparam, func, select
from sqlalchemy.orm import Session

from tracker.domain.access import Actor, Permission
from tracker.domain.errors import NotPermitted
from tracker.domain.reporting.columns import PARTS, Part
from tracker.domain.reporting.history import FORM, History, unpacked, unpacked_words
from tracker.persistence.models import Clinic, ClinicHistory, EventChain

WORDS = "words"
#: The job that makes it.
JOB = "history"
NAMES = {kind: name for name, kind in PARTS.items()}

_PARTS = select(ClinicHistory.part, ClinicHistory.as_of, ClinicHistory.body, Clinic.zone).join(
    Clinic, Clinic.id == ClinicHistory.clinic_id
).where(
    ClinicHistory.clinic_id == bindparam("clinic"),
    ClinicHistory.form == FORM,
    ClinicHistory.part.in_(bindparam("parts", expanding=True)),
)  # fmt: skip
_STANDINGS = (
    select(
        Clinic.id,
        Clinic.zone,
        EventChain.last_seq.label("newest_seq"),
        ClinicHistory.as_of,
        ClinicHistory.last_seq,
        func.coalesce(ClinicHistory.form, 0).label("form"),
    )
    .join(EventChain, EventChain.clinic_id == Clinic.id)
    .outerjoin(ClinicHistory, (ClinicHistory.clinic_id == Clinic.id) & (ClinicHistory.part == WORDS))
    .order_by(Clinic.id)
)


@dataclass(frozen=True, slots=True)
class Standing:
    """How far a clinic's history has come. ``as_of`` is ``None`` where there is none that can be read."""

    clinic_id: int
    zone: str
    as_of: datetime | None
    last_seq: int
    newest_seq: int


def find_history(session: Session, viewer: Actor, *needed: type[Part]) -> History | None:
    """The history of the viewer's clinic with the parts that are needed, which its cases always are; ``None`` where
    none has been made yet.

    :raises NotPermitted: for whoever may not see reports
    """
    if not viewer.may(Permission.SEE_REPORTS):
        raise NotPermitted(Permission.SEE_REPORTS)
    return read_history(session, viewer.clinic_id, *needed)


def read_history(session: Session, clinic_id: int, *needed: type[Part]) -> History | None:
    """The same for the command line and the jobs, where nobody looks."""
    kinds = {PARTS["cases"], *needed}
    wanted: dict[str, Any] = {"clinic": clinic_id, "parts": [WORDS, *sorted(NAMES[kind] for kind in kinds)]}
    rows = {row.part: row for row in session.connection().execute(_PARTS, wanted)}
    if len(rows) != len(kinds) + 1:
        return None
    head = rows[WORDS]
    parts = {kind: unpacked(kind, rows[NAMES[kind]].body) for kind in kinds}
    return History(head.as_of, head.zone, unpacked_words(head.body), parts)


def list_standings(session: Session) -> list[Standing]:
    """Of every clinic."""
    return [
        Standing(row.id, row.zone, row.as_of if row.form == FORM else None, row.last_seq or 0, row.newest_seq)
        for row in session.connection().execute(_STANDINGS)
    ]
