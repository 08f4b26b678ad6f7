"""Every pump and its next refill: unknown and void dates first, then by the latest refill date. Nothing is aged out.

The date is what the pump programmer printed, bounded by arithmetic and the drug's limit (``domain.refill``); it stands
in the obligation, which lives as long as the pump is in the patient, also in a closed case.
"""

from dataclasses import dataclass
from datetime import date, datetime, timedelta
from decimal import Decimal
from functools import cache
from typing import Any

from sqlalchemy import (
    JSON,
    BindParameter,
    ColumnElement,
    Row,
    Select,
    and_,
    bindparam,
    func,
    literal_column,
    select,
    type_coerce,
)
from sqlalchemy.orm import Session, aliased

from tracker.domain.access import Actor
from tracker.domain.obligations.refills import EARLIEST_KNOWN, NO_DATE
from tracker.domain.words import DeterminationKind
from tracker.persistence.models import (
    AppointmentRow,
    Case,
    DeterminationRow,
    DeviceRow,
    FillRow,
    InterrogationRow,
    Obligation,
    Patient,
    PumpWatch,
    User,
)
from tracker.queries.identity import IDENTITY, Identity, identity_of, is_patient_of_case

ROWS_ON_PAGE = 30
#: The filter's word for cases that nobody has taken.
NOBODY = 0
#: Days from the day a refill is due to its latest date, at least: a due day moves back from a closed one, never on.
_LEAD = timedelta(days=10)


@dataclass(frozen=True, slots=True, kw_only=True)
class RefillFilter:
    """Which pumps. ``latest_before`` keeps those whose latest date is earlier; a date that cannot be relied on may be
    any day, so those pumps stay. ``owner_user_id``: ``None`` is everybody's, ``NOBODY`` nobody's."""

    is_unplanned: bool = False
    latest_before: date | None = None
    owner_user_id: int | None = None

    @property
    def _shape(self) -> tuple[bool, bool, str]:
        owner = "" if self.owner_user_id is None else "nobody" if self.owner_user_id == NOBODY else "person"
        return self.is_unplanned, self.latest_before is not None, owner


@dataclass(frozen=True, slots=True, kw_only=True)
class LastFill:
    """What is in a pump: mcg/mL, and mcg/day as it was last set, at the fill or by the programmer since.
    ``stock`` says where the drug for the next one is (``DrugStock``), empty: nobody has said."""

    drug: str
    concentration_mcg_ml: Decimal | None
    daily_dose_mcg: Decimal | None
    stock: str
    stocked_at: datetime | None
    stocked_by: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Refill:
    """One pump. ``latest_on``: ``None`` where no alarm date is known; ``is_void``: the printed one no longer holds, and
    ``latest_on`` is the earlier of it and arithmetic. Planned by a visit, or until a named person's dated plan; neither
    means that it is not planned. ``late_on``, ``late_visit``: the visit that is booked, but too late to plan it."""

    case_public_id: str
    version: int
    patient: Identity
    stage: str
    device: int
    reservoir_ml: Decimal | None
    model: str
    filled_on: date | None
    latest_on: date | None
    is_void: bool
    fill: LastFill | None
    due_on: date
    critical_on: date | None
    reason: str
    visit_at: datetime | None
    visit_zone: str
    visit_state: str
    plan_until_on: date | None
    late_on: date | None
    late_visit: int | None


@dataclass(frozen=True, slots=True, kw_only=True)
class RefillList:
    """One page, and how many pumps there are on all pages; ``unknown``: how many of them first, without a date that
    can be relied on."""

    refills: tuple[Refill, ...]
    total: int
    unknown: int


def list_refills(
    session: Session,
    viewer: Actor,
    page: int = 1,
    wanted: RefillFilter | None = None,
    rows_on_page: int = ROWS_ON_PAGE,
) -> RefillList:
    """The ``page`` (from 1) of the list."""
    wanted = wanted or RefillFilter()
    counts, unknown_page, known_page = _statements(wanted._shape)
    connection, values = session.connection(), _values(viewer, wanted)
    unknown, total = connection.execute(counts, values).one()
    skip, left = (page - 1) * rows_on_page, rows_on_page
    found: list[Refill] = []
    if skip < unknown:
        rows = connection.execute(unknown_page, {**values, "most": left, "skipped": skip}).all()
        found += [_refill(row, is_reliable=False) for row in rows]
        left -= len(found)
    if left:
        rows = connection.execute(known_page, {**values, "most": left, "skipped": max(0, skip - unknown)}).all()
        found += [_refill(row, is_reliable=True) for row in rows]
    return RefillList(refills=tuple(found), total=total, unknown=unknown)


def _values(viewer: Actor, wanted: RefillFilter) -> dict[str, object]:
    values: dict[str, object] = {"clinic": viewer.clinic_id}
    if wanted.latest_before is not None:
        values |= {"before": wanted.latest_before.isoformat(), "due_before": wanted.latest_before - _LEAD}
    if wanted.owner_user_id:
        values["owner"] = wanted.owner_user_id
    return values


_CLINIC: BindParameter[int] = bindparam("clinic")
# Written out, not handed on: each half of the list stands in an index of its own, and only so does SQLite know that the
# index holds all of it.
_REASONS: list[ColumnElement[str]] = [literal_column(f"'{reason}'") for reason in (NO_DATE, EARLIEST_KNOWN)]
_REFILLS = select(Obligation.id).where(
    Obligation.clinic_id == _CLINIC, Obligation.is_open, Obligation.kind == literal_column("'refill'")
)
_UNKNOWN = _REFILLS.where(Obligation.reason.in_(_REASONS))
_KNOWN = _REFILLS.where(Obligation.reason.not_in(_REASONS))
_LATEST: ColumnElement[str] = type_coerce(Obligation.params, JSON)["latest"].as_string()
# Dates on closed days are moved to the open day before, which can make several equal; the later ones tell more.
_ORDER = (Obligation.due_on, Obligation.critical_on, Obligation.id)
_VISIT = aliased(AppointmentRow)
_PLAN = aliased(DeterminationRow)
_EARLIER_FILL = aliased(FillRow)
#: The last fill of a pump, by the time it was done.
_LAST_FILL = (
    select(_EARLIER_FILL.seq)
    .where(
        _EARLIER_FILL.clinic_id == Obligation.clinic_id,
        _EARLIER_FILL.case_id == Obligation.case_id,
        _EARLIER_FILL.device == Obligation.device,
        _EARLIER_FILL.superseded_by.is_(None),
    )
    .order_by(_EARLIER_FILL.effective_at.desc(), _EARLIER_FILL.seq.desc())
    .limit(1)
    .correlate(Obligation)
    .scalar_subquery()
)
#: The last word on where the drug for the fill after that is.
_STOCK = aliased(DeterminationRow)
_STOCK_SEQ = (
    select(func.max(DeterminationRow.seq))
    .where(
        DeterminationRow.clinic_id == FillRow.clinic_id,
        DeterminationRow.case_id == FillRow.case_id,
        DeterminationRow.kind == DeterminationKind.DRUG_STOCK,
        DeterminationRow.about_seq == FillRow.seq,
        DeterminationRow.superseded_by.is_(None),
    )
    .correlate(FillRow)
    .scalar_subquery()
)
#: The daily dose that the programmer was set to since.
_DOSE_SINCE = (
    select(InterrogationRow.daily_dose_mcg)
    .where(
        InterrogationRow.clinic_id == FillRow.clinic_id,
        InterrogationRow.case_id == FillRow.case_id,
        InterrogationRow.device == FillRow.device,
        InterrogationRow.superseded_by.is_(None),
        InterrogationRow.daily_dose_mcg.is_not(None),
        InterrogationRow.effective_at >= FillRow.effective_at,
    )
    .order_by(InterrogationRow.effective_at.desc(), InterrogationRow.seq.desc())
    .limit(1)
    .correlate(FillRow)
    .scalar_subquery()
)
_COLUMNS: tuple[Any, ...] = (
    Obligation.params,
    Obligation.reason,
    Obligation.due_on,
    Obligation.critical_on,
    Obligation.device,
    Case.public_id,
    Case.version,
    Case.stage,
    DeviceRow.reservoir_ml,
    DeviceRow.model,
    _VISIT.starts_at.label("visit_at"),
    _VISIT.zone.label("visit_zone"),
    _VISIT.state.label("visit_state"),
    _PLAN.until_on.label("plan_until_on"),
    FillRow.drug,
    FillRow.concentration_mcg_ml,
    _STOCK.value.label("stock"),
    _STOCK.recorded_at.label("stocked_at"),
    User.name.label("stocked_by"),
    func.coalesce(_DOSE_SINCE, FillRow.daily_dose_mcg).label("daily_dose_mcg"),
    *IDENTITY,
)


def _is_fact(table: Any, seq: Any) -> ColumnElement[bool]:
    of_case = and_(table.clinic_id == Obligation.clinic_id, table.case_id == Obligation.case_id)
    return and_(of_case, table.seq == seq)


def _page(chosen: Select[int]) -> Select[*tuple[Any, ...]]:
    """One page of some refills: chosen first and joined then, so that only what is shown is read. PostgreSQL takes
    joins in their order where there are many, and would otherwise read everything before it chooses."""
    shown = chosen.order_by(*_ORDER).limit(bindparam("most")).offset(bindparam("skipped")).subquery("shown")
    found = (
        select(*_COLUMNS)
        .select_from(shown)
        .join(Obligation, and_(Obligation.clinic_id == _CLINIC, Obligation.id == shown.c.id))
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
        .outerjoin(FillRow, _is_fact(FillRow, _LAST_FILL))
        .outerjoin(_STOCK, _is_fact(_STOCK, _STOCK_SEQ))
        .outerjoin(User, User.id == _STOCK.recorded_by)
        .outerjoin(_VISIT, _is_fact(_VISIT, Obligation.planned_seq))
        .outerjoin(_PLAN, _is_fact(_PLAN, Obligation.planned_seq))
    )
    return found.order_by(*_ORDER)


def _narrowed(chosen: Select[int], shape: tuple[bool, bool, str], *, has_date: bool) -> Select[int]:
    is_unplanned, is_dated, owner = shape
    if is_unplanned:
        chosen = chosen.where(Obligation.planned_seq.is_(None))
    if is_dated and has_date:
        # The day it is due narrows by an index what the latest date then decides.
        chosen = chosen.where(Obligation.due_on < bindparam("due_before"), bindparam("before") > _LATEST)
    if owner:
        chosen = chosen.join(Case, and_(Case.clinic_id == Obligation.clinic_id, Case.id == Obligation.case_id))
        is_theirs = Case.owner_user_id.is_(None) if owner == "nobody" else Case.owner_user_id == bindparam("owner")
        chosen = chosen.where(Case.clinic_id == _CLINIC, is_theirs)
    return chosen


@cache
def _statements(shape: tuple[bool, bool, str]) -> tuple[Any, Any, Any]:
    """What counts, and what reads a page of either part: made once for each combination of filters."""
    unknown = _narrowed(_UNKNOWN, shape, has_date=False)
    known = _narrowed(_KNOWN, shape, has_date=True)
    first = select(func.count()).select_from(unknown.subquery()).scalar_subquery()
    if any(shape):
        total = first + select(func.count()).select_from(known.subquery()).scalar_subquery()
    else:
        # Each pump has one open refill, which its watch points at: the watches are counted in their key alone.
        total = select(func.count()).where(PumpWatch.clinic_id == _CLINIC).scalar_subquery()
    return select(first, total), _page(unknown), _page(known)


def _refill(row: Row[Any], *, is_reliable: bool) -> Refill:
    return Refill(
        case_public_id=row.public_id,
        version=row.version,
        patient=identity_of(row),
        stage=row.stage,
        device=row.device,
        reservoir_ml=row.reservoir_ml,
        model=row.model or "",
        filled_on=_day(row.params.get("filled")),
        latest_on=_day(row.params.get("latest")),
        is_void=not is_reliable and row.reason != NO_DATE,
        fill=LastFill(
            drug=row.drug,
            concentration_mcg_ml=row.concentration_mcg_ml,
            daily_dose_mcg=row.daily_dose_mcg,
            stock=row.stock or "",
            stocked_at=row.stocked_at,
            stocked_by=row.stocked_by or "",
        )
        if row.drug is not None
        else None,
        due_on=row.due_on,
        critical_on=row.critical_on,
        reason=row.reason,
        visit_at=row.visit_at,
        visit_zone=row.visit_zone or "",
        visit_state=row.visit_state or "",
        plan_until_on=row.plan_until_on,
        late_on=_day(row.params.get("late")),
        late_visit=int(row.params["visit"]) if "visit" in row.params else None,
    )


def _day(text: object) -> date | None:
    return date.fromisoformat(text) if isinstance(text, str) and text else None
