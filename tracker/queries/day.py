"""The visits of one day by time, whether anything about them changed, and the checklist of one visit."""

import hashlib
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from functools import cache
from typing import Any

from sqlalchemy import ColumnElement, Row, and_, select
from sqlalchemy.orm import Session

from tracker.domain.access import Actor, Permission
from tracker.domain.calendar import ClinicCalendar
from tracker.domain.errors import NotFound
from tracker.domain.visit_day import Sign, Standing, latest_injection, least_stay
from tracker.pathways import catalogue
from tracker.persistence.models import (
    AppointmentRow,
    ArrangementRow,
    Case,
    ChecklistItemRow,
    Clinician,
    Membership,
    Patient,
    Room,
    User,
    VisitLossRow,
)
from tracker.persistence.types import JsonObject
from tracker.queries.colleagues import holds
from tracker.queries.identity import IDENTITY, Identity, identity_of, is_patient_of_case
from tracker.queries.visit_signs import Signs, signs_of

#: No clinic sees more in one day; a longer day says so instead of growing without end.
MOST_VISITS = 120


@dataclass(frozen=True, slots=True, kw_only=True)
class Visit:
    """One visit as it stands, and its case. ``answered`` are the keys of the checklist's items that have an answer;
    ``least_stay``: how long somebody is watched at least after the act; ``dose_at`` when a test dose was given in it;
    ``teller`` who tells the patient about held medicines."""

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
    standing: Standing
    least_stay: timedelta
    arrived_at: datetime | None
    dose_at: datetime | None
    turn_at: datetime | None
    escort: str
    escort_name: str
    escort_phone: str
    anaesthesia: str
    interpreter: str
    language: str
    cause: str
    held: str
    teller: str
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


def of_its_visit(table: Any) -> ColumnElement[bool]:
    """Whether a fact that stands is about the visit of the row."""
    return and_(
        table.clinic_id == AppointmentRow.clinic_id,
        table.case_id == AppointmentRow.case_id,
        table.appointment == AppointmentRow.appointment,
        table.superseded_by.is_(None),
    )


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
    Patient.language,
    ArrangementRow.turn_at,
    ArrangementRow.escort,
    ArrangementRow.escort_name,
    ArrangementRow.escort_phone,
    ArrangementRow.anaesthesia,
    ArrangementRow.interpreter,
    VisitLossRow.cause,
    VisitLossRow.held,
    User.name.label("teller"),
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
    .outerjoin(ArrangementRow, of_its_visit(ArrangementRow))
    .outerjoin(VisitLossRow, of_its_visit(VisitLossRow))
    .outerjoin(User, User.id == VisitLossRow.teller_id)
)


def list_visits(session: Session, viewer: Actor, from_at: datetime, until_at: datetime) -> list[Visit]:
    """The visits that begin from ``from_at`` until before ``until_at``, whatever became of them, by time."""
    is_on_day = _is_on_day(viewer, from_at, until_at)
    rows = session.execute(
        _VISITS.where(is_on_day).order_by(AppointmentRow.starts_at, AppointmentRow.case_id).limit(MOST_VISITS)
    ).all()
    signs = signs_of(session, is_on_day)
    return [_visit(row, signs.get((row.case_id, row.appointment), Signs())) for row in rows]


def get_mark(session: Session, viewer: Actor, on: date, calendar: ClinicCalendar, now: datetime) -> str:
    """A short text that differs whenever the list of the day would say something else: by what was written, or because
    somebody has become late, a visit should have begun, or it has become too late to inject."""
    from_at, until_at = calendar.start_of(on), calendar.start_of(on + timedelta(days=1))
    rows = session.execute(
        select(
            Case.id,
            Case.version,
            Case.is_ready,
            Case.first_blocker,
            Case.first_blocker_params,
            Case.blocker_count,
            Patient.version.label("patient_version"),
            AppointmentRow.state,
            AppointmentRow.arrive_at,
            AppointmentRow.starts_at,
            Case.pathway,
            Case.pathway_version,
            AppointmentRow.purpose,
        )
        .join(Case, and_(Case.clinic_id == AppointmentRow.clinic_id, Case.id == AppointmentRow.case_id))
        .join(Patient, is_patient_of_case())
        .where(_is_on_day(viewer, from_at, until_at))
        .order_by(AppointmentRow.case_id, AppointmentRow.seq)
    )
    told = [(*row, *_passed(row, calendar, now)) for row in rows]
    return hashlib.sha256(repr(told).encode()).hexdigest()[:16]


def _passed(row: Any, calendar: ClinicCalendar, now: datetime) -> Sequence[bool]:
    """Which of the instants at which time alone changes what a row says have passed."""
    latest = latest_injection(calendar, row.starts_at, _least_stay(row.pathway, row.pathway_version, row.purpose))
    instants = (row.arrive_at or row.starts_at, row.starts_at, latest)
    return tuple(each is not None and each < now for each in instants)


@cache
def _least_stay(pathway: str, version: int, purpose: str) -> timedelta:
    # A version of a pathway never changes, and a day asks for each of its visits.
    return least_stay(catalogue.load(pathway, version), purpose)


def get_checklist(session: Session, viewer: Actor, case_public_id: str, appointment: int) -> VisitChecklist:
    """One visit with the answers of its checklist.

    :raises NotFound: when the viewer's clinic has no such visit
    """
    is_it = and_(AppointmentRow.clinic_id == viewer.clinic_id, AppointmentRow.appointment == appointment)
    is_it &= AppointmentRow.superseded_by.is_(None)
    row = session.execute(_VISITS.where(is_it, Case.public_id == case_public_id)).one_or_none()
    if row is None:
        raise NotFound("no such visit")
    signs = signs_of(session, and_(is_it, AppointmentRow.case_id == row.case_id))
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
    visit = _visit(row, signs.get((row.case_id, appointment), Signs()))
    return VisitChecklist(visit=visit, answers=answers, colleagues=colleagues)


def _is_on_day(viewer: Actor, from_at: datetime, until_at: datetime) -> ColumnElement[bool]:
    return and_(
        AppointmentRow.clinic_id == viewer.clinic_id,
        AppointmentRow.starts_at >= from_at,
        AppointmentRow.starts_at < until_at,
        AppointmentRow.superseded_by.is_(None),
    )


def _visit(row: Row[Any], signs: Signs) -> Visit:
    doses = [each.at for each in signs.happened if each.kind == Sign.DOSE]
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
        standing=signs.standing(row, catalogue.load(row.pathway, row.pathway_version)),
        least_stay=_least_stay(row.pathway, row.pathway_version, row.purpose),
        arrived_at=signs.arrived_at(row),
        dose_at=doses[-1] if doses else None,
        turn_at=row.turn_at,
        escort=row.escort or "",
        escort_name=row.escort_name or "",
        escort_phone=row.escort_phone or "",
        anaesthesia=row.anaesthesia or "",
        interpreter=row.interpreter or "",
        language=row.language,
        cause=row.cause or "",
        held=row.held or "",
        teller=row.teller or "",
        starts_at=row.starts_at,
        ends_at=row.ends_at,
        arrive_at=row.arrive_at,
        changed_at=row.effective_at,
        zone=row.zone,
        room=row.room or "",
        clinician=row.clinician or "",
        answered=signs.answered,
    )
