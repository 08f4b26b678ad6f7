"""What a clinic needs on paper when the system is down: pumps by latest refill date, visits, what is critical.

Pumps and to-dos are computed from the facts, as ``tracker check`` does, and not from what the reconciler stored: paper
is for the day on which nothing else can be trusted.
"""

from collections.abc import Collection, Iterable, Sequence
from dataclasses import dataclass, field
from datetime import date, datetime
from decimal import Decimal
from typing import Any, cast

from sqlalchemy import Row, and_, select
from sqlalchemy.orm import Session

from tracker.domain.facts import Appointment
from tracker.domain.obligations import Obligation, Obligations, obligations
from tracker.domain.obligations.refills import followed_pumps
from tracker.domain.pathway.alarm_date import alarm_date
from tracker.domain.pathway.engine import offered
from tracker.persistence.models import Case, Clinic, ContactPoint, Patient, StaffTask
from tracker.persistence.models.messages import PAGED_TASK
from tracker.persistence.types import JsonObject
from tracker.persistence.vocabulary import ContactKind
from tracker.queries.case_columns import derived_columns
from tracker.queries.case_pages import read_page
from tracker.queries.identity import IDENTITY, Identity, identity_of, is_patient_of_case
from tracker.queries.snapshots import LoadedCase, pinned

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


@dataclass(frozen=True, slots=True, kw_only=True)
class CasesRead:
    """What some neighbouring cases put on paper; ``last`` is the id of the last of them."""

    last: int
    pumps: tuple[PumpLine, ...]
    todos: tuple[CriticalLine, ...]


def read_pumps_and_todos(session: Session, clinic_id: int, after: int, now: datetime) -> CasesRead | None:
    """What some cases behind the id ``after`` put on paper; ``None`` behind the last one."""
    page = read_page(session, session.get_one(Clinic, clinic_id), after)
    if not page:
        return None
    worked = [(each.loaded, obligations(each.loaded.pathway, each.loaded.snapshot, now)) for each in page]
    told = [
        (loaded, due)
        for loaded, due in worked
        if followed_pumps(loaded.snapshot) or any(_is_pressing(each, loaded, now) for each in due.items)
    ]
    wanted = {loaded.case.patient_id for loaded, _ in told}
    patients, phones = _patients(session, clinic_id, wanted), phones_of(session, clinic_id, wanted)
    people = {key: (patient, phones.get(key, ())) for key, patient in patients.items()}
    return CasesRead(
        last=page[-1].loaded.case.id,
        pumps=tuple(line for loaded, due in told for line in _lines(loaded, due, *people[loaded.case.patient_id], now)),
        todos=tuple(line for loaded, due in told for line in _todos(loaded, due, *people[loaded.case.patient_id], now)),
    )


def _lines(
    loaded: LoadedCase, worked: Obligations, patient: Identity, phones: tuple[str, ...], now: datetime
) -> list[PumpLine]:
    snapshot = loaded.snapshot
    due = {each.device: each for each in worked.of("refill")}
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


def _is_pressing(due: Obligation, loaded: LoadedCase, now: datetime) -> bool:
    """Whether it is critical or was escalated, and nothing plans it."""
    today = loaded.snapshot.calendar.today(now)
    days = [day for day in (due.critical_on, due.escalate_on) if day is not None]
    return due.planned_seq is None and any(day <= today for day in days)


def _todos(
    loaded: LoadedCase, worked: Obligations, patient: Identity, phones: tuple[str, ...], now: datetime
) -> list[CriticalLine]:
    pressing = [due for due in worked.items if _is_pressing(due, loaded, now)]
    if not pressing:
        return []
    snapshot = loaded.snapshot
    # What the case lacks is worked out as well: the row of the case says what the reconciler made of it.
    lacks = derived_columns(loaded.pathway, snapshot, offered(loaded.pathway, snapshot, now), worked, now)
    today = snapshot.calendar.today(now)
    return [
        CriticalLine(
            patient=patient,
            phones=phones,
            kind=due.kind,
            reason=due.reason,
            params=dict(due.params),
            owner_role=due.owner,
            due_on=due.due_on,
            pathway=pinned(loaded.case),
            is_critical=due.critical_on is not None and due.critical_on <= today,
            stage=snapshot.stage,
            first_blocker=str(lacks["first_blocker"]),
            blocker_params=cast(JsonObject, lacks["first_blocker_params"]),
        )
        for due in pressing
    ]


def in_order(todos: Iterable[CriticalLine], tasks: Sequence[CriticalLine]) -> list[CriticalLine]:
    """Critical tasks before all else, to-dos that are critical, then by the day they are due, and the other tasks."""
    ordered = sorted(
        todos,
        key=lambda line: (not line.is_critical, line.due_on or date.min, line.patient.name if line.patient else ""),
    )
    calls = [task for task in tasks if task.is_critical]
    return [*calls, *ordered, *(task for task in tasks if not task.is_critical)]


def list_due_tasks(session: Session, clinic_id: int, today: date) -> list[CriticalLine]:
    """Tasks that somebody was given and that are due: no rule asks for these, they are what was written down. The pump
    call of somebody who was not found is critical: nobody knows whose pump it is."""
    rows = _due_tasks(session, clinic_id, today)
    phones = phones_of(session, clinic_id, {row.patient_id for row in rows if row.patient_id is not None})
    return [
        CriticalLine(
            patient=identity_of(row) if row.patient_id is not None else None,
            phones=phones.get(row.patient_id, ()),
            kind=row.kind,
            reason="",
            params=row.params,
            owner_role=row.owner_role,
            due_on=row.due_on,
            pathway=None,
            is_critical=row.kind == PAGED_TASK,
        )
        for row in rows
    ]


def _due_tasks(session: Session, clinic_id: int, today: date) -> Sequence[Row[*tuple[Any, ...]]]:
    task: tuple[Any, ...] = (StaffTask.kind, StaffTask.params, StaffTask.owner_role, StaffTask.due_on, Case.patient_id)
    return session.execute(
        select(*task, *IDENTITY)
        .outerjoin(Case, and_(Case.clinic_id == StaffTask.clinic_id, Case.id == StaffTask.case_id))
        .outerjoin(Patient, is_patient_of_case())
        .where(StaffTask.clinic_id == clinic_id, StaffTask.done_at.is_(None), StaffTask.due_on <= today)
        .order_by(StaffTask.due_on, StaffTask.id)
    ).all()


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


def _patients(session: Session, clinic_id: int, patients: Collection[int]) -> dict[int, Identity]:
    columns: tuple[Any, ...] = (Patient.id, *IDENTITY)
    rows = session.execute(select(*columns).where(Patient.clinic_id == clinic_id, Patient.id.in_(sorted(patients))))
    return {row.id: identity_of(row) for row in rows}
