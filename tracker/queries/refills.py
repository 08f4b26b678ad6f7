"""Every pump and its next refill: unknown dates first, then by the latest refill date. Nothing is ever aged out.

The date is what the pump programmer printed, bounded by arithmetic and the drug's limit (``domain.refill``); it stands
in the obligation, which lives as long as the pump is in the patient, also in a closed case.
"""

from dataclasses import dataclass
from datetime import date, datetime, timedelta
from decimal import Decimal
from typing import Any

from sqlalchemy import BindParameter, ColumnElement, Row, Select, and_, bindparam, func, select
from sqlalchemy.orm import Session, aliased

from tracker.domain.access import Actor
from tracker.domain.words import LIVE_APPOINTMENT, Purpose
from tracker.persistence.models import AppointmentRow, Case, DeterminationRow, DeviceRow, Obligation, Patient
from tracker.queries.identity import IDENTITY, Identity, identity_of, is_patient_of_case

ROWS_ON_PAGE = 50
WEEKS = 12
UNKNOWN = "alarm_date_unknown"


@dataclass(frozen=True, slots=True, kw_only=True)
class Refill:
    """One pump. ``latest_on``: ``None`` where no alarm date is known. Planned by a visit, or until a named person's
    dated plan; neither means that it is not planned."""

    case_public_id: str
    patient: Identity
    stage: str
    device: int
    reservoir_ml: Decimal | None
    model: str
    filled_on: date | None
    latest_on: date | None
    due_on: date
    critical_on: date | None
    reason: str
    visit_at: datetime | None
    visit_zone: str
    visit_state: str
    plan_until_on: date | None


@dataclass(frozen=True, slots=True, kw_only=True)
class RefillList:
    """One page, and how many pumps there are on all pages."""

    refills: tuple[Refill, ...]
    total: int
    unknown: int


@dataclass(frozen=True, slots=True, kw_only=True)
class WeekLoad:
    """The refills of the seven days from ``from_on``: visits booked, and refills due with nothing planned."""

    from_on: date
    booked: int
    unbooked: int


def list_refills(session: Session, viewer: Actor, page: int = 1) -> RefillList:
    """The ``page`` (from 1) of the list."""
    connection, values = session.connection(), {"clinic": viewer.clinic_id}
    unknown, total = connection.execute(_COUNTS, values).one()
    skip, left = (page - 1) * ROWS_ON_PAGE, ROWS_ON_PAGE
    found: list[Refill] = []
    if skip < unknown:
        rows = connection.execute(_UNKNOWN_PAGE, {**values, "most": left, "skipped": skip}).all()
        found += [_refill(row) for row in rows]
        left -= len(found)
    if left:
        rows = connection.execute(_KNOWN_PAGE, {**values, "most": left, "skipped": max(0, skip - unknown)}).all()
        found += [_refill(row) for row in rows]
    return RefillList(refills=tuple(found), total=total, unknown=unknown)


def list_load(session: Session, viewer: Actor, from_on: date, starts: list[datetime]) -> list[WeekLoad]:
    """The load of the weeks that begin on ``from_on``. ``starts`` are the instants at which they begin, and the last
    one ends. What is due and was not planned in time counts in the first week."""
    booked = {
        number: (AppointmentRow.starts_at >= starts[number]) & (AppointmentRow.starts_at < starts[number + 1])
        for number in range(WEEKS)
    }
    visits = session.execute(
        select(*(func.count().filter(week).label(f"week_{number}") for number, week in booked.items())).where(
            AppointmentRow.clinic_id == viewer.clinic_id,
            AppointmentRow.superseded_by.is_(None),
            AppointmentRow.state.in_(sorted(LIVE_APPOINTMENT)),
            AppointmentRow.purpose == Purpose.REFILL,
            AppointmentRow.starts_at >= starts[0],
            AppointmentRow.starts_at < starts[WEEKS],
        )
    ).one()
    ends = from_on + timedelta(weeks=WEEKS)
    due = session.execute(
        select(Obligation.due_on, func.count().label("n"))
        .where(*_IS_REFILL, Obligation.planned_seq.is_(None), Obligation.due_on < ends)
        .group_by(Obligation.due_on),
        {"clinic": viewer.clinic_id},
    )
    unbooked = [0] * WEEKS
    for row in due:
        unbooked[max(0, (row.due_on - from_on).days // 7)] += row.n
    return [
        WeekLoad(from_on=from_on + timedelta(weeks=number), booked=visits[number], unbooked=unbooked[number])
        for number in range(WEEKS)
    ]


_CLINIC: BindParameter[int] = bindparam("clinic")
_IS_REFILL = (Obligation.clinic_id == _CLINIC, Obligation.is_open.expression, Obligation.kind == "refill")
_MISSING = aliased(Obligation)
#: The refills of pumps without a known date, found through their to-do to find it.
_UNKNOWN = (
    select(Obligation.id)
    .join(
        _MISSING,
        and_(
            _MISSING.clinic_id == Obligation.clinic_id,
            _MISSING.case_id == Obligation.case_id,
            _MISSING.device == Obligation.device,
        ),
    )
    .where(
        *_IS_REFILL,
        _MISSING.clinic_id == _CLINIC,
        _MISSING.is_open,
        _MISSING.kind == "alarm_date",
        _MISSING.reason == UNKNOWN,
    )
)
_COUNTS = select(
    select(func.count()).select_from(_UNKNOWN.subquery()).scalar_subquery(),
    select(func.count()).where(*_IS_REFILL).scalar_subquery(),
)
# Dates on closed days are moved to the open day before, which can make several equal; the later ones tell more.
_ORDER = (Obligation.due_on, Obligation.critical_on, Obligation.id)
_VISIT = aliased(AppointmentRow)
_PLAN = aliased(DeterminationRow)
_COLUMNS: tuple[Any, ...] = (
    Obligation.params,
    Obligation.reason,
    Obligation.due_on,
    Obligation.critical_on,
    Obligation.device,
    Case.public_id,
    Case.stage,
    DeviceRow.reservoir_ml,
    DeviceRow.model,
    _VISIT.starts_at.label("visit_at"),
    _VISIT.zone.label("visit_zone"),
    _VISIT.state.label("visit_state"),
    _PLAN.until_on.label("plan_until_on"),
    *IDENTITY,
)


def _is_fact(table: Any, seq: Any) -> ColumnElement[bool]:
    of_case = and_(table.clinic_id == Obligation.clinic_id, table.case_id == Obligation.case_id)
    return and_(of_case, table.seq == seq)


_REFILLS = (
    select(*_COLUMNS)
    .join(Case, and_(Case.clinic_id == Obligation.clinic_id, Case.id == Obligation.case_id))
    .join(Patient, is_patient_of_case())
    .outerjoin(
        DeviceRow,
        and_(
            DeviceRow.clinic_id == Obligation.clinic_id,
            DeviceRow.case_id == Obligation.case_id,
            DeviceRow.device == Obligation.device,
            DeviceRow.superseded_by.is_(None),
        ),
    )
    .outerjoin(_VISIT, _is_fact(_VISIT, Obligation.planned_seq))
    .outerjoin(_PLAN, _is_fact(_PLAN, Obligation.planned_seq))
)


def _page(chosen: Select[int]) -> Select[*tuple[Any, ...]]:
    """One page of some refills: chosen first and joined then, so that only what is shown is read."""
    shown = chosen.order_by(*_ORDER).limit(bindparam("most")).offset(bindparam("skipped"))
    return _REFILLS.where(Obligation.clinic_id == _CLINIC, Obligation.id.in_(shown)).order_by(*_ORDER)


_UNKNOWN_PAGE = _page(_UNKNOWN)
_KNOWN_PAGE = _page(select(Obligation.id).where(*_IS_REFILL, Obligation.reason != UNKNOWN))


def _refill(row: Row[Any]) -> Refill:
    return Refill(
        case_public_id=row.public_id,
        patient=identity_of(row),
        stage=row.stage,
        device=row.device,
        reservoir_ml=row.reservoir_ml,
        model=row.model or "",
        filled_on=_day(row.params.get("filled")),
        latest_on=_day(row.params.get("latest")),
        due_on=row.due_on,
        critical_on=row.critical_on,
        reason=row.reason,
        visit_at=row.visit_at,
        visit_zone=row.visit_zone or "",
        visit_state=row.visit_state or "",
        plan_until_on=row.plan_until_on,
    )


def _day(text: object) -> date | None:
    return date.fromisoformat(text) if isinstance(text, str) and text else None
