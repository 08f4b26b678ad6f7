"""What is known of the visits of one day, besides their rows: when the patients came, and what happened to them.

One statement for all of it: the day is looked at all day, by many.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import CTE, ColumnElement, CompoundSelect, Select, and_, case, literal, null, or_, select, union_all
from sqlalchemy.orm import Session, aliased

from tracker.domain.visit_day import Happened, Sign, Standing, standing
from tracker.domain.words import LEFT, AppointmentState, DeterminationKind, ItemState, LossCause, Purpose
from tracker.persistence.models import (
    AppointmentRow,
    ChecklistItemRow,
    DeterminationRow,
    DeviceRow,
    FillRow,
    TrialDoseRow,
    VisitLossRow,
    VisitMomentRow,
)
from tracker.queries.checklist_answers import IS_OF_STANDING_CONSENT

_ARRIVED = "arrived"
_NO_ANSWER = (literal(""), literal(""), null())
_version, _device = aliased(AppointmentRow), aliased(DeviceRow)


#: Whoever was operated on is still here when the visit is cancelled for it.
_WAS_BROKEN_OFF = (
    select(VisitLossRow.seq)
    .where(
        VisitLossRow.clinic_id == AppointmentRow.clinic_id,
        VisitLossRow.case_id == AppointmentRow.case_id,
        VisitLossRow.appointment == AppointmentRow.appointment,
        VisitLossRow.superseded_by.is_(None),
        VisitLossRow.cause == LossCause.BROKEN_OFF,
    )
    .correlate(AppointmentRow)
    .exists()
)


@dataclass(frozen=True, slots=True)
class AnsweredItem:
    """An item of a checklist, when it was done, its value (empty where it has none, does not apply or was left out),
    and the room that was looked at."""

    item: str
    at: datetime
    value: str
    room_id: int | None


@dataclass(frozen=True, slots=True, kw_only=True)
class Signs:
    """Of one visit: what happened, when the patient came among it, and every answer of its checklist that stands."""

    happened: tuple[Happened, ...] = ()
    answers: tuple[AnsweredItem, ...] = ()

    def standing(self, state: str, changed_at: datetime, *, stays: bool) -> Standing:
        """Where the visit stands whose row is in ``state`` since ``changed_at``. ``stays``: ``has_stay``."""
        came = [each.at for each in self.happened if each.kind == _ARRIVED]
        # The arrival of a visit that is over stands in an older version of it.
        over_since = came[-1] if came and state == AppointmentState.COMPLETED else None
        others = [each for each in self.happened if each.kind != _ARRIVED]
        arrived_at = changed_at if state == AppointmentState.ARRIVED else over_since
        return standing(state, changed_at, arrived_at, others, stays=stays)

    def answers_that_count(self, from_at: datetime, room_id: int | None) -> dict[str, AnsweredItem]:
        """The answers by item, of a visit whose civil day begins at ``from_at``, in a room: not those of
        an earlier day, or about another room."""
        return {
            each.item: each
            for each in self.answers
            if each.at >= from_at and (each.room_id is None or each.room_id == room_id)
        }


def signs_statement(visits: ColumnElement[bool]) -> CompoundSelect[Any]:
    """What ``signs_of`` reads with; to be built once. ``visits``: which rows of ``appointments``."""
    columns = (getattr(AppointmentRow, name) for name in ("clinic_id", "case_id", "appointment", "purpose", "attempt"))
    # Compared one by one here and below: a list of values is put into the statement anew each time.
    came = or_(
        *(AppointmentRow.state == each for each in (AppointmentState.ARRIVED, AppointmentState.COMPLETED)),
        (AppointmentRow.state == AppointmentState.CANCELLED) & _WAS_BROKEN_OFF,
    )
    visit = select(*columns, came.label("came")).where(visits).cte("visit")
    return union_all(*_branches(visit)).order_by("seq")


def signs_of(
    session: Session, statement: CompoundSelect[Any], values: Mapping[str, object]
) -> Mapping[tuple[int, int], Signs]:
    """What is known of each visit, by its case's id and its number."""
    happened: dict[tuple[int, int], list[Happened]] = {}
    answers: dict[tuple[int, int], list[AnsweredItem]] = {}
    rows = session.connection().execute(statement, values)
    for case_id, appointment, kind, item, value, room_id, at, seq in rows:
        key = (case_id, appointment)
        happened.setdefault(key, []).append(Happened(kind, at, seq))
        if kind == Sign.ITEM:
            answers.setdefault(key, []).append(AnsweredItem(item, at, value, room_id))
    return {key: Signs(happened=tuple(found), answers=tuple(answers.get(key, ()))) for key, found in happened.items()}


def _branches(visit: CTE) -> tuple[Select[Any], ...]:
    # A device is written anew with every change; what counts is when it came in, if it was not struck out since.
    is_known = and_(
        _device.clinic_id == DeviceRow.clinic_id,
        _device.case_id == DeviceRow.case_id,
        _device.device == DeviceRow.device,
        _device.superseded_by.is_(None),
    )
    came_in = (DeviceRow.seq == DeviceRow.device) & select(_device.seq).where(is_known).exists()
    has_left = (VisitMomentRow.kind == each for each in sorted(LEFT))
    stands = VisitMomentRow.superseded_by.is_(None)
    said = case((stands, VisitMomentRow.kind), else_=literal(Sign.UNSAID.value))
    value = case((ChecklistItemRow.state == ItemState.DONE, ChecklistItemRow.value), else_=literal(""))
    answer = (ChecklistItemRow.item, value, ChecklistItemRow.room_id)
    answered = _of_visit(visit, ChecklistItemRow, literal(Sign.ITEM.value), answer)
    of_visit = (
        _of_visit(visit, VisitMomentRow, said).where(or_(stands, *has_left)),
        _of_visit(visit, TrialDoseRow, literal(Sign.DOSE.value)).where(TrialDoseRow.superseded_by.is_(None)),
        _of_visit(visit, VisitLossRow, literal(Sign.BROKEN_OFF.value)).where(
            VisitLossRow.superseded_by.is_(None), VisitLossRow.cause == LossCause.BROKEN_OFF
        ),
        _of_visit(visit, FillRow, literal(Sign.WATCHED.value)).where(FillRow.superseded_by.is_(None)),
        _of_visit(visit, DeviceRow, literal(Sign.WATCHED.value)).where(came_in),
        _of_visit(visit, _version, literal(_ARRIVED)).where(_version.state == AppointmentState.ARRIVED),
        _of_attempt(visit),
    )
    # Only of somebody who came more is known than what was answered before.
    came = (branch.where(visit.c.came) for branch in of_visit)
    return (answered.where(ChecklistItemRow.superseded_by.is_(None), IS_OF_STANDING_CONSENT), *came)


def _of_visit(visit: CTE, table: Any, kind: Any, answer: tuple[Any, ...] = _NO_ANSWER) -> Select[Any]:
    is_about = and_(
        table.clinic_id == visit.c.clinic_id,
        table.case_id == visit.c.case_id,
        table.appointment == visit.c.appointment,
    )
    return select(*_columns(visit, table, kind, answer)).select_from(visit).join(table, is_about)


def _of_attempt(visit: CTE) -> Select[Any]:
    """A trial that was broken off, or a reoperation that is done: they belong to an attempt, and so to its visit."""
    is_end = or_(
        and_(DeterminationRow.kind == DeterminationKind.TRIAL_ABORTED, visit.c.purpose == Purpose.TRIAL),
        and_(DeterminationRow.kind == DeterminationKind.REOPERATION_DONE, visit.c.purpose == Purpose.REOPERATION),
    )
    is_about = and_(
        DeterminationRow.clinic_id == visit.c.clinic_id,
        DeterminationRow.case_id == visit.c.case_id,
        DeterminationRow.attempt == visit.c.attempt,
        DeterminationRow.superseded_by.is_(None),
        is_end,
    )
    columns = _columns(visit, DeterminationRow, literal(Sign.WATCHED.value), _NO_ANSWER)
    return select(*columns).select_from(visit).join(DeterminationRow, is_about)


def _columns(visit: CTE, table: Any, kind: Any, answer: tuple[Any, ...]) -> tuple[Any, ...]:
    return (
        table.case_id.label("case_id"),
        visit.c.appointment.label("appointment"),
        kind.label("kind"),
        *(column.label(name) for name, column in zip(("item", "value", "room_id"), answer, strict=True)),
        table.effective_at.label("at"),
        table.seq.label("seq"),
    )
