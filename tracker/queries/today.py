"""What must be done today, the most urgent first.

A to-do is an open obligation: it is critical from its critical date on, due from its due date on, and shown some days
before that as coming up. The groups and their counts are ranges of three indexes, so that the page of a clinic with
ten thousand to-dos costs what fifty rows cost. With a filter the counts take one pass over what is shown.
"""

from dataclasses import dataclass
from datetime import date, datetime
from enum import StrEnum
from functools import cache
from typing import Any

from sqlalchemy import (
    BindParameter,
    Boolean,
    ColumnElement,
    Row,
    Select,
    and_,
    bindparam,
    func,
    literal_column,
    not_,
    or_,
    select,
)
from sqlalchemy.orm import InstrumentedAttribute, Session

from tracker.domain.access import Actor, Permission
from tracker.persistence.models import Case, Heartbeat, Obligation, Patient, PumpWatch, StaffTask, User
from tracker.persistence.models.messages import PAGED_TASK
from tracker.persistence.types import JsonObject
from tracker.queries.identity import IDENTITY, Identity, identity_of, is_patient_of_case

ROWS_ON_PAGE = 40
#: Tasks beneath the to-dos of the first page. The others are a link away, and all of them are counted.
TASKS_ON_PAGE = 20
#: The job whose beat says when to-dos were last compared with the facts.
COMPARED_BY = "reconcile"


class Urgency(StrEnum):
    """The groups of the page, in its order."""

    CRITICAL = "critical"
    DUE = "due"
    SOON = "soon"


@dataclass(frozen=True, slots=True, kw_only=True)
class TodayFilter:
    """``is_mine``: of my cases, and of my roles where nobody has taken the case; and the pump calls of whoever was not
    found, for everybody who may take calls. ``kind`` empty: every kind. ``is_tasks``: page through the tasks alone."""

    is_mine: bool = False
    kind: str = ""
    is_tasks: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class Todo:
    """One open obligation and whom it concerns. ``reason`` and ``params`` say why; the page makes the sentence."""

    urgency: Urgency
    kind: str
    subject: str
    device: int | None
    reason: str
    params: JsonObject
    due_on: date | None
    critical_on: date | None
    owner_role: str
    owner_name: str
    case_public_id: str
    patient: Identity
    pathway: str
    pathway_version: int
    stage: str
    entered_at: datetime
    target_on: date | None
    next_step: str
    is_ready: bool
    first_blocker: str
    blocker_params: JsonObject
    blocker_count: int


@dataclass(frozen=True, slots=True, kw_only=True)
class Task:
    """Something a person must do that no rule computes: call somebody, look at a doubtful import."""

    id: int
    kind: str
    params: JsonObject
    owner_role: str
    due_on: date
    case_public_id: str
    patient: Identity | None

    @property
    def is_critical(self) -> bool:
        """Whether somebody is waiting whose pump may be empty: nobody knows yet who it is."""
        return self.kind == PAGED_TASK


@dataclass(frozen=True, slots=True, kw_only=True)
class TodayList:
    """One page of to-dos and tasks, critical tasks first, and the counts of all pages. ``tasks_critical``: those of the
    ``tasks_total`` that are critical. ``pumps_unplanned``: pumps whose next refill nothing is planned
    for, the same that ``tracker check`` counts; ``pumps_critical``: those of them so near their latest refill date that
    it is critical, or without one. ``compared_at``: when the to-dos were last held against the facts."""

    todos: tuple[Todo, ...]
    counts: dict[Urgency, int]
    tasks: tuple[Task, ...]
    tasks_total: int
    tasks_critical: int
    pumps: int
    pumps_unplanned: int
    pumps_critical: int
    compared_at: datetime | None

    @property
    def total(self) -> int:
        """To-dos on all pages."""
        return sum(self.counts.values())


def get_today(session: Session, viewer: Actor, wanted: TodayFilter, today: date, page: int = 1) -> TodayList:
    """The ``page`` (from 1) of the to-dos that are critical, due or coming up on ``today``."""
    connection, shape, values = session.connection(), _shape(wanted), _values(viewer, wanted, today)
    figures = connection.execute(_count(shape), values).one()
    # Each group holds the one before it: what is critical has been due, and what is due was announced.
    counts = {
        Urgency.CRITICAL: figures.critical,
        Urgency.DUE: max(0, figures.due - figures.critical),
        Urgency.SOON: max(0, figures.soon - figures.due),
    }
    todos: list[Todo] = []
    skip, left = (page - 1) * ROWS_ON_PAGE, 0 if wanted.is_tasks else ROWS_ON_PAGE
    for urgency in Urgency:
        if skip < counts[urgency] and left:
            rows = connection.execute(_list(urgency, shape), {**values, "most": left, "skipped": skip}).all()
            found = [_todo(row, urgency) for row in rows]
            todos += found
            left -= len(found)
        skip = max(0, skip - counts[urgency])
    tasks: tuple[Task, ...] = ()
    if wanted.is_tasks or page == 1:
        most = ROWS_ON_PAGE if wanted.is_tasks else TASKS_ON_PAGE
        asked = {**values, "most": most, "skipped": (page - 1) * most}
        tasks = tuple(_task(row) for row in connection.execute(_tasks(shape), asked).all())
    return TodayList(
        todos=tuple(todos),
        counts=counts,
        tasks=tasks,
        tasks_total=figures.tasks,
        tasks_critical=figures.tasks_critical,
        pumps=figures.pumps,
        pumps_unplanned=figures.unplanned,
        pumps_critical=figures.unplanned_critical,
        compared_at=figures.compared_at,
    )


#: Whether a statement asks for mine, and for one kind. Statements are built once for each.
_Shape = tuple[bool, bool]


def _shape(wanted: TodayFilter) -> _Shape:
    return wanted.is_mine, bool(wanted.kind)


def _values(viewer: Actor, wanted: TodayFilter, today: date) -> dict[str, object]:
    values: dict[str, object] = {"clinic": viewer.clinic_id, "today": today}
    if wanted.is_mine:
        takes_calls = viewer.may(Permission.PUMP_CALL)
        values |= {"viewer": viewer.user_id, "roles": sorted(viewer.roles), "takes_calls": takes_calls}
    if wanted.kind:
        values["kind"] = wanted.kind
    return values


_CLINIC: BindParameter[int] = bindparam("clinic")
_TODAY: BindParameter[date] = bindparam("today")
#: Written out, so that an engine knows the index of these few.
_IS_CALL = StaffTask.kind == literal_column(f"'{PAGED_TASK}'")


@cache
def _count(shape: _Shape) -> Select[*tuple[Any, ...]]:
    """How many there are by each date, how many pumps, how many of them unplanned, and the last beat: one statement."""
    numbers = select(func.count()).select_from(Obligation)
    if shape[0]:
        numbers = numbers.join(Case, _is_case())
    numbers = numbers.where(*_is_todo(), *_conditions(shape))
    until = {
        Urgency.CRITICAL: Obligation.critical_on <= _TODAY,
        Urgency.DUE: Obligation.due_on <= _TODAY,
        Urgency.SOON: Obligation.warn_on <= _TODAY,
    }
    counted: list[Any] = [
        numbers.where(reached).scalar_subquery().label(urgency.value) for urgency, reached in until.items()
    ]
    # Written out, not handed on: only so does an engine know that the index of unplanned refills holds them all.
    unplanned = (
        select(func.count()).select_from(Obligation).where(*_is_todo(), Obligation.kind == literal_column("'refill'"))
    )
    critical = unplanned.where(Obligation.critical_on <= _TODAY)
    pumps = select(func.count()).where(PumpWatch.clinic_id == _CLINIC)
    tasks = _open_tasks(select(func.count()).select_from(StaffTask), shape)
    beat = select(Heartbeat.beat_at).where(Heartbeat.name == COMPARED_BY)
    return select(
        *counted,
        tasks.scalar_subquery().label("tasks"),
        tasks.where(_IS_CALL).scalar_subquery().label("tasks_critical"),
        pumps.scalar_subquery().label("pumps"),
        unplanned.scalar_subquery().label("unplanned"),
        critical.scalar_subquery().label("unplanned_critical"),
        beat.scalar_subquery().label("compared_at"),
    )


def _is_todo() -> tuple[ColumnElement[bool], ...]:
    """A refill that is planned in time is no to-do until its plan falls through; only refills are ever planned."""
    return (
        Obligation.clinic_id == _CLINIC,
        Obligation.is_open.expression,
        Obligation.planned_seq.is_(None),
    )


def _conditions(shape: _Shape) -> list[ColumnElement[bool]]:
    is_mine, has_kind = shape
    found: list[ColumnElement[bool]] = []
    if has_kind:
        found.append(Obligation.kind == bindparam("kind"))
    if is_mine:
        found.append(_is_viewers(Obligation.owner_role))
    return found


def _is_viewers(owner_role: InstrumentedAttribute[str]) -> ColumnElement[bool]:
    """Of a case that the viewer has taken, or of the viewer's roles where nobody has taken it."""
    is_my_role = and_(Case.owner_user_id.is_(None), owner_role.in_(bindparam("roles", expanding=True)))
    return or_(Case.owner_user_id == bindparam("viewer"), is_my_role)


def _is_case() -> ColumnElement[bool]:
    return and_(Case.clinic_id == Obligation.clinic_id, Case.id == Obligation.case_id)


_COLUMNS: tuple[Any, ...] = (
    Obligation.kind,
    Obligation.subject,
    Obligation.device,
    Obligation.reason,
    Obligation.params,
    Obligation.due_on,
    Obligation.critical_on,
    Obligation.owner_role,
    User.name.label("owner_name"),
    Case.public_id,
    Case.pathway,
    Case.pathway_version,
    Case.stage,
    Case.stage_entered_at,
    Case.target_on,
    Case.next_step,
    Case.is_ready,
    Case.first_blocker,
    Case.first_blocker_params,
    Case.blocker_count,
    *IDENTITY,
)
_TODOS = (
    select(*_COLUMNS)
    .join(Case, _is_case())
    .join(Patient, is_patient_of_case())
    .outerjoin(User, User.id == Case.owner_user_id)
)


@cache
def _list(urgency: Urgency, shape: _Shape) -> Select[*tuple[Any, ...]]:
    """Some to-dos of one urgency. They are chosen first and joined then, so that only what is shown is read."""
    not_critical = or_(Obligation.critical_on.is_(None), Obligation.critical_on > _TODAY)
    reached: dict[Urgency, tuple[ColumnElement[bool], ...]] = {
        Urgency.CRITICAL: (Obligation.critical_on <= _TODAY,),
        Urgency.DUE: (Obligation.due_on <= _TODAY, not_critical),
        Urgency.SOON: (Obligation.warn_on <= _TODAY, Obligation.due_on > _TODAY),
    }
    first = (Obligation.critical_on if urgency is Urgency.CRITICAL else Obligation.due_on, Obligation.id)
    chosen = select(Obligation.id).where(*_is_todo(), *reached[urgency], *_conditions(shape))
    if shape[0]:
        chosen = chosen.join(Case, _is_case())
    chosen = chosen.order_by(*first).limit(bindparam("most")).offset(bindparam("skipped"))
    return _TODOS.where(Obligation.clinic_id == _CLINIC, Obligation.id.in_(chosen)).order_by(*first)


_TASK_COLUMNS: tuple[Any, ...] = (
    StaffTask.id,
    StaffTask.kind,
    StaffTask.params,
    StaffTask.owner_role,
    StaffTask.due_on,
    Case.public_id,
    *IDENTITY,
)


def _todo(row: Row[Any], urgency: Urgency) -> Todo:
    return Todo(
        urgency=urgency,
        kind=row.kind,
        subject=row.subject,
        device=row.device,
        reason=row.reason,
        params=row.params,
        due_on=row.due_on,
        critical_on=row.critical_on,
        owner_role=row.owner_role,
        owner_name=row.owner_name or "",
        case_public_id=row.public_id,
        patient=identity_of(row),
        pathway=row.pathway,
        pathway_version=row.pathway_version,
        stage=row.stage,
        entered_at=row.stage_entered_at,
        target_on=row.target_on,
        next_step=row.next_step,
        is_ready=row.is_ready,
        first_blocker=row.first_blocker,
        blocker_params=row.first_blocker_params,
        blocker_count=row.blocker_count,
    )


@cache
def _tasks(shape: _Shape) -> Select[*tuple[Any, ...]]:
    """Some tasks: whoever has to be called back about a pump first, then by the day they are due. Chosen first and
    joined then, so that only what is shown is read."""
    first = (not_(_IS_CALL), StaffTask.due_on, StaffTask.id)
    chosen = _open_tasks(select(StaffTask.id), shape).order_by(*first).limit(bindparam("most"))
    shown = chosen.offset(bindparam("skipped")).subquery("shown")
    return (
        select(*_TASK_COLUMNS)
        .select_from(shown)
        .join(StaffTask, and_(StaffTask.clinic_id == _CLINIC, StaffTask.id == shown.c.id))
        .outerjoin(Case, _is_case_of_task())
        .outerjoin(Patient, is_patient_of_case())
        .order_by(*first)
    )


def _open_tasks(query: Select[*tuple[Any, ...]], shape: _Shape) -> Select[*tuple[Any, ...]]:
    is_mine, has_kind = shape
    query = query.where(StaffTask.clinic_id == _CLINIC, StaffTask.done_at.is_(None))
    if is_mine:
        takes_it = and_(_IS_CALL, bindparam("takes_calls", type_=Boolean))
        query = query.outerjoin(Case, _is_case_of_task()).where(or_(_is_viewers(StaffTask.owner_role), takes_it))
    return query.where(StaffTask.kind == bindparam("kind")) if has_kind else query


def _is_case_of_task() -> ColumnElement[bool]:
    return and_(Case.clinic_id == StaffTask.clinic_id, Case.id == StaffTask.case_id)


def _task(row: Row[*tuple[Any, ...]]) -> Task:
    return Task(
        id=row.id,
        kind=row.kind,
        params=row.params,
        owner_role=row.owner_role,
        due_on=row.due_on,
        case_public_id=row.public_id or "",
        patient=identity_of(row) if row.public_id else None,
    )
