"""The visits of one day by time, and the checklist of one visit."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import ColumnElement, Row, and_, select
from sqlalchemy.orm import Session

from tracker.domain.access import Actor, Permission
from tracker.domain.errors import NotFound
from tracker.persistence.models import (
    AppointmentRow,
    Case,
    ChecklistItemRow,
    Clinician,
    Membership,
    Patient,
    Room,
    User,
)
from tracker.persistence.types import JsonObject
from tracker.queries.colleagues import holds
from tracker.queries.identity import IDENTITY, Identity, identity_of, is_patient_of_case

#: No clinic sees more in one day; a longer day says so instead of growing without end.
MOST_VISITS = 120


@dataclass(frozen=True, slots=True, kw_only=True)
class Visit:
    """One visit as it stands, and its case. ``answered`` are the keys of the checklist's items that have an answer."""

    case_public_id: str
    case_version: int
    patient: Identity
    sex: str
    allergies: str
    pathway: str
    pathway_version: int
    stage: str
    next_step: str
    is_ready: bool
    first_blocker: str
    blocker_params: JsonObject
    blocker_count: int
    appointment: int
    purpose: str
    state: str
    starts_at: datetime
    ends_at: datetime
    arrive_at: datetime | None
    changed_at: datetime
    zone: str
    room: str
    clinician: str
    answered: frozenset[str]


@dataclass(frozen=True, slots=True, kw_only=True)
class Answered:
    """The answer to one item of a checklist that stands. ``seq`` is the fact's number."""

    seq: int
    item: str
    state: str
    value: str
    reason: str
    at: datetime
    by: str
    second_by: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Colleague:
    """Somebody of the clinic who can read a value a second time."""

    user_id: int
    name: str


@dataclass(frozen=True, slots=True, kw_only=True)
class VisitChecklist:
    """A visit, what was answered in its checklist, and who could be the second person."""

    visit: Visit
    answers: tuple[Answered, ...]
    colleagues: tuple[Colleague, ...]


_COLUMNS: tuple[Any, ...] = (
    AppointmentRow.case_id,
    AppointmentRow.appointment,
    AppointmentRow.purpose,
    AppointmentRow.state,
    AppointmentRow.starts_at,
    AppointmentRow.ends_at,
    AppointmentRow.arrive_at,
    AppointmentRow.effective_at,
    AppointmentRow.zone,
    Case.public_id,
    Case.version,
    Case.pathway,
    Case.pathway_version,
    Case.stage,
    Case.next_step,
    Case.is_ready,
    Case.first_blocker,
    Case.first_blocker_params,
    Case.blocker_count,
    Patient.sex,
    Patient.allergies,
    Room.name.label("room"),
    Clinician.name.label("clinician"),
    *IDENTITY,
)
_VISITS = (
    select(*_COLUMNS)
    .join(Case, and_(Case.clinic_id == AppointmentRow.clinic_id, Case.id == AppointmentRow.case_id))
    .join(Patient, is_patient_of_case())
    .outerjoin(Room, and_(Room.clinic_id == AppointmentRow.clinic_id, Room.id == AppointmentRow.room_id))
    .outerjoin(
        Clinician,
        and_(Clinician.clinic_id == AppointmentRow.clinic_id, Clinician.id == AppointmentRow.clinician_id),
    )
)


def list_visits(session: Session, viewer: Actor, from_at: datetime, until_at: datetime) -> list[Visit]:
    """The visits that begin from ``from_at`` until before ``until_at``, whatever became of them, by time."""
    is_on_day = _is_on_day(viewer, from_at, until_at)
    rows = session.execute(
        _VISITS.where(is_on_day).order_by(AppointmentRow.starts_at, AppointmentRow.case_id).limit(MOST_VISITS)
    ).all()
    answered: dict[tuple[int, int], set[str]] = {}
    for row in session.execute(
        select(ChecklistItemRow.case_id, ChecklistItemRow.appointment, ChecklistItemRow.item)
        .join(
            AppointmentRow,
            and_(
                AppointmentRow.clinic_id == ChecklistItemRow.clinic_id,
                AppointmentRow.case_id == ChecklistItemRow.case_id,
                AppointmentRow.appointment == ChecklistItemRow.appointment,
            ),
        )
        .where(is_on_day, ChecklistItemRow.superseded_by.is_(None))
    ):
        answered.setdefault((row.case_id, row.appointment), set()).add(row.item)
    return [_visit(row, answered.get((row.case_id, row.appointment), ())) for row in rows]


def get_checklist(session: Session, viewer: Actor, case_public_id: str, appointment: int) -> VisitChecklist:
    """One visit with the answers of its checklist.

    :raises NotFound: when the viewer's clinic has no such visit
    """
    row = session.execute(
        _VISITS.where(
            AppointmentRow.clinic_id == viewer.clinic_id,
            Case.public_id == case_public_id,
            AppointmentRow.appointment == appointment,
            AppointmentRow.superseded_by.is_(None),
        )
    ).one_or_none()
    if row is None:
        raise NotFound("no such visit")
    people = session.execute(
        select(User.id, User.name, holds(Permission.CHECKLIST).label("may_read"))
        .join(Membership, Membership.user_id == User.id)
        .where(Membership.clinic_id == viewer.clinic_id)
        .order_by(User.name, User.id)
    ).all()
    names = {each.id: each.name for each in people}
    items = session.execute(
        select(ChecklistItemRow)
        .where(
            ChecklistItemRow.clinic_id == viewer.clinic_id,
            ChecklistItemRow.case_id == row.case_id,
            ChecklistItemRow.appointment == appointment,
            ChecklistItemRow.superseded_by.is_(None),
        )
        .order_by(ChecklistItemRow.seq)
    ).scalars()
    answers = tuple(
        Answered(
            seq=item.seq,
            item=item.item,
            state=item.state,
            value=item.value,
            reason=item.reason,
            at=item.effective_at,
            by=names.get(item.recorded_by, "") if item.recorded_by else "",
            second_by=names.get(item.second_by, "") if item.second_by else "",
        )
        for item in items
    )
    readers = (each for each in people if each.may_read and each.id != viewer.user_id)
    colleagues = tuple(Colleague(user_id=each.id, name=each.name) for each in readers)
    return VisitChecklist(visit=_visit(row, {each.item for each in answers}), answers=answers, colleagues=colleagues)


def _is_on_day(viewer: Actor, from_at: datetime, until_at: datetime) -> ColumnElement[bool]:
    return and_(
        AppointmentRow.clinic_id == viewer.clinic_id,
        AppointmentRow.starts_at >= from_at,
        AppointmentRow.starts_at < until_at,
        AppointmentRow.superseded_by.is_(None),
    )


def _visit(row: Row[Any], answered: Sequence[str] | set[str]) -> Visit:
    return Visit(
        case_public_id=row.public_id,
        case_version=row.version,
        patient=identity_of(row),
        sex=row.sex,
        allergies=row.allergies,
        pathway=row.pathway,
        pathway_version=row.pathway_version,
        stage=row.stage,
        next_step=row.next_step,
        is_ready=row.is_ready,
        first_blocker=row.first_blocker,
        blocker_params=row.first_blocker_params,
        blocker_count=row.blocker_count,
        appointment=row.appointment,
        purpose=row.purpose,
        state=row.state,
        starts_at=row.starts_at,
        ends_at=row.ends_at,
        arrive_at=row.arrive_at,
        changed_at=row.effective_at,
        zone=row.zone,
        room=row.room or "",
        clinician=row.clinician or "",
        answered=frozenset(answered),
    )
