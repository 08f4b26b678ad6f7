"""The answers of all checklists of a day, for a tablet that takes it along, and what stands in one item's place."""

from dataclasses import dataclass
from datetime import date, datetime
from decimal import Decimal
from typing import Any
from zoneinfo import ZoneInfo

from sqlalchemy import Select, and_, bindparam, literal, select
from sqlalchemy.orm import Session, aliased

from tracker.domain.access import Actor
from tracker.domain.task_words import task_words
from tracker.domain.words import LIVE_APPOINTMENT, DeterminationKind, DeviceKind
from tracker.pathways import catalogue
from tracker.persistence.models import (
    AppointmentRow,
    Case,
    ChecklistItemRow,
    Clinic,
    DeterminationRow,
    DeviceRow,
    Patient,
    ReceivedEntry,
    StaffTask,
    User,
)
from tracker.queries.day import ON_DAY
from tracker.queries.identity import is_patient_of_case

_second = aliased(User)
_ITEMS = (
    select(
        Case.public_id,
        ChecklistItemRow.appointment,
        ChecklistItemRow.seq,
        ChecklistItemRow.item,
        ChecklistItemRow.state,
        ChecklistItemRow.value,
        ChecklistItemRow.reason,
        ChecklistItemRow.effective_at.label("at"),
        ChecklistItemRow.recorded_by.label("by_id"),
        User.name.label("by"),
        _second.name.label("second_by"),
    )
    .join(
        AppointmentRow,
        and_(
            AppointmentRow.clinic_id == ChecklistItemRow.clinic_id,
            AppointmentRow.case_id == ChecklistItemRow.case_id,
            AppointmentRow.appointment == ChecklistItemRow.appointment,
            AppointmentRow.superseded_by.is_(None),
        ),
    )
    .join(Case, and_(Case.clinic_id == ChecklistItemRow.clinic_id, Case.id == ChecklistItemRow.case_id))
    .outerjoin(User, User.id == ChecklistItemRow.recorded_by)
    .outerjoin(_second, _second.id == ChecklistItemRow.second_by)
    .where(ChecklistItemRow.superseded_by.is_(None))
    .order_by(ChecklistItemRow.case_id, ChecklistItemRow.seq)
)
_OF_DAY = _ITEMS.where(ON_DAY)
_OF_ITEM = _ITEMS.where(
    ChecklistItemRow.clinic_id == bindparam("clinic"),
    Case.public_id == bindparam("case"),
    ChecklistItemRow.appointment == bindparam("appointment"),
    ChecklistItemRow.item == bindparam("item"),
)
_ORDERS = (
    select(Case.public_id, DeterminationRow.kind, DeterminationRow.value, DeterminationRow.reason)
    .join(
        AppointmentRow,
        and_(
            AppointmentRow.clinic_id == DeterminationRow.clinic_id, AppointmentRow.case_id == DeterminationRow.case_id
        ),
    )
    .join(Case, and_(Case.clinic_id == DeterminationRow.clinic_id, Case.id == DeterminationRow.case_id))
    .where(
        ON_DAY,
        DeterminationRow.superseded_by.is_(None),
        DeterminationRow.kind.in_(
            (DeterminationKind.DOSE_ORDER, DeterminationKind.PUMP_ORDER, DeterminationKind.CATHETER_ORDER)
        ),
    )
    .order_by(DeterminationRow.seq)
)
_RESERVOIRS = (
    select(Case.public_id, DeviceRow.reservoir_ml)
    .join(
        AppointmentRow,
        and_(AppointmentRow.clinic_id == DeviceRow.clinic_id, AppointmentRow.case_id == DeviceRow.case_id),
    )
    .join(Case, and_(Case.clinic_id == DeviceRow.clinic_id, Case.id == DeviceRow.case_id))
    .where(
        ON_DAY,
        DeviceRow.superseded_by.is_(None),
        DeviceRow.kind == DeviceKind.PUMP,
        DeviceRow.in_place,
        DeviceRow.reservoir_ml.is_not(None),
    )
)
_UNDECIDED = (
    select(ReceivedEntry.item, StaffTask.id, StaffTask.kind, StaffTask.params)
    .join(Case, and_(Case.clinic_id == ReceivedEntry.clinic_id, Case.id == ReceivedEntry.case_id))
    .join(
        StaffTask,
        and_(
            StaffTask.clinic_id == ReceivedEntry.clinic_id,
            StaffTask.case_id == ReceivedEntry.case_id,
            StaffTask.key == literal("entry:") + ReceivedEntry.entry_id,
        ),
    )
    .where(
        ReceivedEntry.clinic_id == bindparam("clinic"),
        Case.public_id == bindparam("case"),
        ReceivedEntry.appointment == bindparam("appointment"),
        StaffTask.done_at.is_(None),
    )
    .order_by(StaffTask.opened_at, StaffTask.id)
)


@dataclass(frozen=True, slots=True, kw_only=True)
class StoredAnswer:
    """An answer that is written down for an item, whether or not it counts on the day. ``seq`` is the fact's number."""

    seq: int
    item: str
    state: str
    value: str
    reason: str
    at: datetime
    by_id: int | None
    by: str
    second_by: str


@dataclass(frozen=True, slots=True)
class Undecided:
    """A task about an answer that came in and was not taken, in words."""

    task_id: int
    words: str


@dataclass(frozen=True, slots=True, kw_only=True)
class AnsweredPlace:
    """Where an answer belongs; ``family_name``: the patient's. Where the clinic has no such visit ``case_id`` is
    ``None``, the name empty and ``label`` the item's key. ``room_id``: the room that the item is about, where it is
    looked at once for a room and a day and the visit is not over; ``on`` the visit's day; ``answer`` is what is written
    down there."""

    case_id: int | None
    zone: str
    family_name: str
    label: str
    room_id: int | None
    on: date
    answer: StoredAnswer | None


def list_answers(
    session: Session, viewer: Actor, from_at: datetime, until_at: datetime
) -> dict[tuple[str, int], tuple[StoredAnswer, ...]]:
    """The answers that stand, in the order in which they were written, by the case's public id and the visit, of every
    visit that begins from ``from_at`` until before ``until_at``."""
    found: dict[tuple[str, int], list[StoredAnswer]] = {}
    day = {"clinic": viewer.clinic_id, "from_at": from_at, "until_at": until_at}
    for row in session.execute(_OF_DAY, day):
        found.setdefault((row.public_id, row.appointment), []).append(_answered(row))
    return {key: tuple(answers) for key, answers in found.items()}


def list_orders(session: Session, viewer: Actor, from_at: datetime, until_at: datetime) -> dict[str, dict[str, str]]:
    """What is ordered, by the case's public id and the kind, of every case with a visit from ``from_at`` until before
    ``until_at``: the dose in mcg, or the model of a device."""
    found: dict[str, dict[str, str]] = {}
    for row in session.execute(_ORDERS, {"clinic": viewer.clinic_id, "from_at": from_at, "until_at": until_at}):
        is_dose = row.kind == DeterminationKind.DOSE_ORDER
        found.setdefault(row.public_id, {})[row.kind] = row.value if is_dose else row.reason
    return found


def list_reservoirs(session: Session, viewer: Actor, from_at: datetime, until_at: datetime) -> dict[str, Decimal]:
    """What the pump holds that is in the patient, in mL, by the case's public id, as far as anybody knows."""
    day = {"clinic": viewer.clinic_id, "from_at": from_at, "until_at": until_at}
    return {row.public_id: row.reservoir_ml for row in session.execute(_RESERVOIRS, day)}


def list_undecided(session: Session, viewer: Actor, case: str, appointment: int) -> dict[str, tuple[Undecided, ...]]:
    """What came in for the items of a visit and is not decided yet, oldest first, by item."""
    found: dict[str, tuple[Undecided, ...]] = {}
    asked = {"clinic": viewer.clinic_id, "case": case, "appointment": appointment}
    for row in session.execute(_UNDECIDED, asked):
        _, words = task_words(row.kind, row.params)
        found[row.item] = (*found.get(row.item, ()), Undecided(row.id, words))
    return found


def find_place(session: Session, viewer: Actor, case: str, appointment: int, item: str) -> AnsweredPlace:
    """What is known at the viewer's clinic of the item that an answer is for."""
    zone = session.scalars(select(Clinic.zone).where(Clinic.id == viewer.clinic_id)).one()
    visit = session.execute(_visit(viewer, case, appointment)).one_or_none()
    if visit is None:
        return AnsweredPlace(
            case_id=None, zone=zone, family_name="", label=item, room_id=None, on=date.min, answer=None
        )
    rules = catalogue.load(visit.pathway, visit.pathway_version).checklists.get(visit.purpose, ())
    rule = next((each for each in rules if each.key == item), None)
    asked = {"clinic": viewer.clinic_id, "case": case, "appointment": appointment, "item": item}
    row = session.execute(_OF_ITEM, asked).one_or_none()
    return AnsweredPlace(
        case_id=visit.id,
        zone=zone,
        family_name=visit.family_name,
        label=rule.label if rule else item,
        room_id=visit.room_id if rule and rule.per_room and visit.state in LIVE_APPOINTMENT else None,
        on=visit.starts_at.astimezone(ZoneInfo(visit.zone)).date(),
        answer=None if row is None else _answered(row),
    )


def _visit(viewer: Actor, case: str, appointment: int) -> Select[*tuple[Any, ...]]:
    visit = (
        AppointmentRow.purpose,
        AppointmentRow.room_id,
        AppointmentRow.starts_at,
        AppointmentRow.zone,
        AppointmentRow.state,
    )
    return (
        select(Case.id, Case.pathway, Case.pathway_version, Patient.family_name, *visit)
        .join(Patient, is_patient_of_case())
        .join(AppointmentRow, and_(AppointmentRow.clinic_id == Case.clinic_id, AppointmentRow.case_id == Case.id))
        .where(
            Case.clinic_id == viewer.clinic_id,
            Case.public_id == case,
            AppointmentRow.appointment == appointment,
            AppointmentRow.superseded_by.is_(None),
        )
    )


def _answered(row: Any) -> StoredAnswer:
    return StoredAnswer(
        seq=row.seq,
        item=row.item,
        state=row.state,
        value=row.value,
        reason=row.reason,
        at=row.at,
        by_id=row.by_id,
        by=row.by or "",
        second_by=row.second_by or "",
    )
