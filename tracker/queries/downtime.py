"""What a clinic needs on paper when the system is down: pumps by latest refill date, visits, what is critical.

The refills are computed from the facts, as ``tracker check`` does, and not from what the reconciler stored: paper is
for the day on which nothing else can be trusted.
"""

from collections.abc import Collection, Sequence
from dataclasses import dataclass, field, replace
from datetime import date, datetime
from decimal import Decimal
from typing import Any

from sqlalchemy import Row, and_, case, or_, select
from sqlalchemy.orm import Session

from tracker.domain.facts import Appointment
from tracker.domain.obligations import obligations
from tracker.domain.obligations.refills import followed_pumps
from tracker.domain.pathway.alarm_date import alarm_date
from tracker.domain.words import DeviceKind
from tracker.persistence.models import Case, ContactPoint, DeviceRow, Obligation, Patient, StaffTask
from tracker.persistence.types import JsonObject
from tracker.persistence.vocabulary import ContactKind
from tracker.queries.identity import IDENTITY, Identity, identity_of, is_patient_of_case
from tracker.queries.snapshots import LoadedCase, load_snapshot

JOB = "downtime_kit"


@dataclass(frozen=True, slots=True, kw_only=True)
class PumpLine:
    """One pump in a patient. Concentration in mcg/mL, dose in mcg/day; ``None`` where it is not known.

    ``latest_on``: the latest refill date; ``visit_at`` or ``plan_until_on``: what plans the refill, if anything does.
    """

    patient: Identity
    phones: tuple[str, ...]
    model: str
    reservoir_ml: Decimal | None
    drug: str
    concentration_mcg_ml: Decimal | None
    daily_dose_mcg: Decimal | None
    filled_on: date | None
    latest_on: date | None
    is_critical: bool
    visit_at: datetime | None
    is_planned: bool


@dataclass(frozen=True, slots=True, kw_only=True)
class CriticalLine:
    """One to-do that is critical or was escalated, or a task that is due, which has no ``pathway``. ``stage`` and
    ``first_blocker`` say where the case of a to-do stands, and what it lacks first."""

    patient: Identity | None
    phones: tuple[str, ...]
    kind: str
    reason: str
    params: JsonObject
    owner_role: str
    due_on: date | None
    pathway: tuple[str, int] | None
    is_critical: bool = False
    stage: str = ""
    first_blocker: str = ""
    blocker_params: JsonObject = field(default_factory=dict)


def pump_cases(session: Session, clinic_id: int) -> list[int]:
    """The cases with a pump in place, open or closed."""
    query = select(DeviceRow.case_id).where(
        DeviceRow.clinic_id == clinic_id,
        DeviceRow.kind == DeviceKind.PUMP,
        DeviceRow.superseded_by.is_(None),
        DeviceRow.in_place,
    )
    return sorted(set(session.scalars(query)))


def list_pumps(session: Session, clinic_id: int, cases: Sequence[int], now: datetime) -> list[PumpLine]:
    """The pumps of some cases that the clinic still answers for."""
    loaded = [load_snapshot(session, clinic_id, case_id) for case_id in cases]
    patients = _patients(session, clinic_id, [each.case.patient_id for each in loaded])
    phones = phones_of(session, clinic_id, patients)
    return [
        line
        for each in loaded
        for line in _lines(each, patients[each.case.patient_id], phones.get(each.case.patient_id, ()), now)
    ]


def _lines(loaded: LoadedCase, patient: Identity, phones: tuple[str, ...], now: datetime) -> list[PumpLine]:
    snapshot = loaded.snapshot
    due = {each.device: each for each in obligations(loaded.pathway, snapshot, now).of("refill")}
    visits = {visit.seq: visit.starts_at for visit in snapshot.of(Appointment)}
    lines = []
    for pump in followed_pumps(snapshot):
        refill, standing = due[pump.device], alarm_date(snapshot, pump.device)
        latest = dict(refill.params).get("latest", "")
        lines.append(
            PumpLine(
                patient=patient,
                phones=phones,
                model=pump.model,
                reservoir_ml=pump.reservoir_ml,
                drug=standing.fill.drug if standing else "",
                concentration_mcg_ml=standing.fill.concentration_mcg_ml if standing else None,
                daily_dose_mcg=standing.daily_dose_mcg if standing else None,
                filled_on=standing.filled_on if standing else None,
                latest_on=date.fromisoformat(latest) if latest else None,
                is_critical=refill.critical_on is not None and refill.critical_on <= snapshot.calendar.today(now),
                visit_at=visits.get(refill.planned_seq or 0),
                is_planned=refill.planned_seq is not None,
            )
        )
    return lines


def list_critical(session: Session, clinic_id: int, today: date) -> list[CriticalLine]:
    """To-dos that are critical, then those that were escalated, of what nothing plans; then tasks that are due."""
    is_critical = case((Obligation.critical_on <= today, 1), else_=0)
    obligation: tuple[Any, ...] = (
        Obligation.kind,
        Obligation.reason,
        Obligation.params,
        Obligation.owner_role,
        Obligation.due_on,
        Case.patient_id,
        Case.pathway,
        is_critical.label("is_critical"),
        Case.pathway_version,
        Case.stage,
        Case.first_blocker,
        Case.first_blocker_params,
        *IDENTITY,
    )
    todos = session.execute(
        select(*obligation)
        .join(Case, and_(Case.clinic_id == Obligation.clinic_id, Case.id == Obligation.case_id))
        .join(Patient, is_patient_of_case())
        .where(
            Obligation.clinic_id == clinic_id,
            Obligation.is_open,
            Obligation.planned_seq.is_(None),
            or_(Obligation.critical_on <= today, Obligation.escalate_on <= today),
        )
        .order_by(is_critical.desc(), Obligation.due_on, Obligation.id)
    ).all()
    tasks = _due_tasks(session, clinic_id, today)
    people = {row.patient_id for row in (*todos, *tasks) if row.patient_id is not None}
    phones = phones_of(session, clinic_id, people)
    found = [
        replace(
            _critical(row, phones),
            reason=row.reason,
            pathway=(row.pathway, row.pathway_version),
            is_critical=bool(row.is_critical),
            stage=row.stage,
            first_blocker=row.first_blocker,
            blocker_params=row.first_blocker_params,
        )
        for row in todos
    ]
    return found + [_critical(row, phones) for row in tasks]


def _due_tasks(session: Session, clinic_id: int, today: date) -> Sequence[Row[*tuple[Any, ...]]]:
    task: tuple[Any, ...] = (StaffTask.kind, StaffTask.params, StaffTask.owner_role, StaffTask.due_on, Case.patient_id)
    return session.execute(
        select(*task, *IDENTITY)
        .outerjoin(Case, and_(Case.clinic_id == StaffTask.clinic_id, Case.id == StaffTask.case_id))
        .outerjoin(Patient, is_patient_of_case())
        .where(StaffTask.clinic_id == clinic_id, StaffTask.done_at.is_(None), StaffTask.due_on <= today)
        .order_by(StaffTask.due_on, StaffTask.id)
    ).all()


def _critical(row: Row[*tuple[Any, ...]], phones: dict[int, tuple[str, ...]]) -> CriticalLine:
    return CriticalLine(
        patient=identity_of(row) if row.patient_id is not None else None,
        phones=phones.get(row.patient_id, ()),
        kind=row.kind,
        reason="",
        params=row.params,
        owner_role=row.owner_role,
        due_on=row.due_on,
        pathway=None,
    )


def phones_of(session: Session, clinic_id: int, patients: Collection[int]) -> dict[int, tuple[str, ...]]:
    """The telephone numbers of patients, each with who answers where that is not the patient."""
    found: dict[int, tuple[str, ...]] = {}
    if not patients:
        return found
    rows = session.execute(
        select(ContactPoint.patient_id, ContactPoint.as_typed, ContactPoint.owner)
        .where(
            ContactPoint.clinic_id == clinic_id,
            ContactPoint.patient_id.in_(sorted(patients)),
            ContactPoint.kind == ContactKind.PHONE,
            ContactPoint.ended_at.is_(None),
        )
        .order_by(ContactPoint.patient_id, ContactPoint.id)
    )
    for row in rows:
        number = row.as_typed if row.owner == "patient" else f"{row.as_typed} ({row.owner})"
        found[row.patient_id] = (*found.get(row.patient_id, ()), number)
    return found


def patient_phones_by_case(session: Session, clinic_id: int, cases: Collection[str]) -> dict[str, tuple[str, ...]]:
    """The telephone numbers of the patients of cases, by the case's public id."""
    if not cases:
        return {}
    rows = session.execute(
        select(Case.public_id, Case.patient_id).where(Case.clinic_id == clinic_id, Case.public_id.in_(sorted(cases)))
    ).all()
    phones = phones_of(session, clinic_id, {row.patient_id for row in rows})
    return {row.public_id: phones.get(row.patient_id, ()) for row in rows}


def _patients(session: Session, clinic_id: int, patients: Sequence[int]) -> dict[int, Identity]:
    columns: tuple[Any, ...] = (Patient.id, *IDENTITY)
    rows = session.execute(select(*columns).where(Patient.clinic_id == clinic_id, Patient.id.in_(patients)))
    return {row.id: identity_of(row) for row in rows}
