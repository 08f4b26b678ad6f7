"""What is known of the visits of one day, besides their rows: when the patients came, and what happened to them.

One statement for all of it: the day is looked at all day, by many.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import ColumnElement, Select, and_, literal, or_, select, union_all
from sqlalchemy.orm import Session, aliased

from tracker.domain.pathway.definition import Pathway
from tracker.domain.visit_day import Happened, Sign, Standing, has_stay, standing
from tracker.domain.words import LEFT, AppointmentState, DeterminationKind, Purpose
from tracker.persistence.models import (
    AppointmentRow,
    ChecklistItemRow,
    DeterminationRow,
    DeviceRow,
    FillRow,
    TrialDoseRow,
    VisitMomentRow,
)

_ARRIVED = "arrived"
_version, _device = aliased(AppointmentRow), aliased(DeviceRow)


@dataclass(frozen=True, slots=True, kw_only=True)
class Signs:
    """Of one visit: when the patient came, the items of the checklist that are answered, and what happened."""

    happened: tuple[Happened, ...] = ()
    answered: frozenset[str] = frozenset()

    def arrived_at(self, row: Any) -> datetime | None:
        """When the patient of the visit of ``row`` came; ``None`` while they have not, or nobody wrote it down."""
        if row.state == AppointmentState.ARRIVED:
            arrived_at: datetime = row.effective_at
            return arrived_at
        came = [each.at for each in self.happened if each.kind == _ARRIVED]
        return came[-1] if came and row.state == AppointmentState.COMPLETED else None

    def standing(self, row: Any, pathway: Pathway) -> Standing:
        """Where the visit of ``row`` (``state``, ``effective_at``, ``purpose``) stands."""
        others = [each for each in self.happened if each.kind != _ARRIVED]
        stays = has_stay(pathway, row.purpose)
        return standing(row.state, row.effective_at, self.arrived_at(row), others, stays=stays)


def signs_of(session: Session, visits: ColumnElement[bool]) -> Mapping[tuple[int, int], Signs]:
    """What is known of each visit, by its case's id and its number. ``visits``: which rows of ``appointments``."""
    happened: dict[tuple[int, int], list[Happened]] = {}
    answered: dict[tuple[int, int], set[str]] = {}
    for row in session.execute(union_all(*_branches(visits)).order_by("seq")):
        key = (row.case_id, row.appointment)
        happened.setdefault(key, []).append(Happened(row.kind, row.at, row.seq))
        if row.kind == Sign.ITEM:
            answered.setdefault(key, set()).add(row.item)
    return {
        key: Signs(happened=tuple(found), answered=frozenset(answered.get(key, ()))) for key, found in happened.items()
    }


def _branches(visits: ColumnElement[bool]) -> tuple[Select[Any], ...]:
    # A device is written anew with every change; what counts is when it came in, if it was not struck out since.
    is_known = and_(
        _device.clinic_id == DeviceRow.clinic_id,
        _device.case_id == DeviceRow.case_id,
        _device.device == DeviceRow.device,
        _device.superseded_by.is_(None),
    )
    came_in = (DeviceRow.seq == DeviceRow.device) & select(_device.seq).where(is_known).exists()
    of_visit = (
        _of_visit(VisitMomentRow, VisitMomentRow.kind).where(VisitMomentRow.superseded_by.is_(None)),
        _of_visit(VisitMomentRow, literal(Sign.UNSAID.value)).where(
            VisitMomentRow.superseded_by.is_not(None), VisitMomentRow.kind.in_(sorted(LEFT))
        ),
        _of_visit(ChecklistItemRow, literal(Sign.ITEM.value), ChecklistItemRow.item).where(
            ChecklistItemRow.superseded_by.is_(None)
        ),
        _of_visit(TrialDoseRow, literal(Sign.DOSE.value)).where(TrialDoseRow.superseded_by.is_(None)),
        _of_visit(FillRow, literal(Sign.WATCHED.value)).where(FillRow.superseded_by.is_(None)),
        _of_visit(DeviceRow, literal(Sign.WATCHED.value)).where(came_in),
        _of_visit(_version, literal(_ARRIVED)).where(_version.state == AppointmentState.ARRIVED),
        _of_attempt(),
    )
    return tuple(branch.where(visits) for branch in of_visit)


def _of_visit(table: Any, kind: Any, item: Any = "") -> Select[Any]:
    is_about = and_(
        table.clinic_id == AppointmentRow.clinic_id,
        table.case_id == AppointmentRow.case_id,
        table.appointment == AppointmentRow.appointment,
    )
    return select(*_columns(table, kind, item)).select_from(AppointmentRow).join(table, is_about)


def _of_attempt() -> Select[Any]:
    """A trial that was broken off, or a reoperation that is done: they belong to an attempt, and so to its visit."""
    is_end = or_(
        and_(DeterminationRow.kind == DeterminationKind.TRIAL_ABORTED, AppointmentRow.purpose == Purpose.TRIAL),
        and_(
            DeterminationRow.kind == DeterminationKind.REOPERATION_DONE, AppointmentRow.purpose == Purpose.REOPERATION
        ),
    )
    is_about = and_(
        DeterminationRow.clinic_id == AppointmentRow.clinic_id,
        DeterminationRow.case_id == AppointmentRow.case_id,
        DeterminationRow.attempt == AppointmentRow.attempt,
        DeterminationRow.superseded_by.is_(None),
        is_end,
    )
    columns = _columns(DeterminationRow, literal(Sign.WATCHED.value), "")
    return select(*columns).select_from(AppointmentRow).join(DeterminationRow, is_about)


def _columns(table: Any, kind: Any, item: Any) -> tuple[Any, ...]:
    return (
        table.case_id.label("case_id"),
        AppointmentRow.appointment.label("appointment"),
        kind.label("kind"),
        (literal(item) if isinstance(item, str) else item).label("item"),
        table.effective_at.label("at"),
        table.seq.label("seq"),
    )
