"""What the morning's mails are made of: who of a clinic has had none today, and the numbers of that clinic.

A dozen statements for a clinic, however many people work there and however much is due.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from typing import Any

from sqlalchemy import (
    JSON,
    BindParameter,
    Row,
    Select,
    and_,
    bindparam,
    exists,
    func,
    literal_column,
    select,
    type_coerce,
)
from sqlalchemy.orm import Session

from tracker.domain.access import Actor
from tracker.domain.calendar import ClinicCalendar
from tracker.domain.digest import Due, Figures, Reader, monday_of
from tracker.domain.languages import USUAL
from tracker.domain.neutral import name_in_messages
from tracker.domain.words import LIVE_APPOINTMENT, Role
from tracker.persistence.models import Case, Clinic, Digest, Obligation, StaffTask, User
from tracker.queries.day import Visit, asked_of, list_visits
from tracker.queries.escalations import list_standings
from tracker.queries.roster import get_roster

CALL, HELD_BURST = "call", "held_burst"
#: Why a call is asked for after a message that was to go and did not arrive.
FAILED = ("rejected", "too_late", "unavailable", "undelivered", "unknown")


@dataclass(frozen=True, slots=True)
class Addressed:
    """A member and where to write to. ``begins_week``: they have had no morning's mail since Monday."""

    reader: Reader
    address: str
    begins_week: bool = True


def list_unread(session: Session, clinic_id: int, today: date) -> list[Addressed]:
    """Who works at the clinic, is there today, has an address, and has no digest of today yet."""
    roster = get_roster(session, clinic_id, today)
    roles: dict[int, set[Role]] = {}
    for role, members in roster.members.items():
        for user_id in members:
            roles.setdefault(user_id, set()).add(role)
    has_one = select(Digest.user_id).where(Digest.clinic_id == clinic_id, Digest.on_date == today)
    had_one = exists().where(
        Digest.clinic_id == clinic_id, Digest.user_id == User.id, Digest.on_date >= monday_of(today)
    )
    rows = session.execute(
        select(User.id, User.email, (~had_one).label("begins_week"))
        .where(User.id.in_(sorted(roles.keys() - roster.absent)), User.email != "", User.id.not_in(has_one))
        .order_by(User.id)
    )
    return [Addressed(Reader(row.id, frozenset(roles[row.id])), row.email, row.begins_week) for row in rows]


def get_neutral_name(session: Session, clinic_id: int) -> str:
    """What messages call the clinic: whoever works at two of them has to know which mail is whose."""
    row = session.execute(select(Clinic.message_name, Clinic.name).where(Clinic.id == clinic_id)).one()
    return name_in_messages(row.message_name, row.name, USUAL)


def get_figures(
    session: Session, clinic_id: int, calendar: ClinicCalendar, today: date, readers: Sequence[Reader]
) -> Figures:
    """The numbers of a clinic on its civil day, of escalations also how many each of the ``readers`` has."""
    asked = {"clinic": clinic_id, "today": today}
    tasks = [_due(row) for row in session.execute(_TASKS, asked)]
    refills = session.execute(_REFILLS, asked).one()
    anybody = Actor(0, clinic_id, frozenset(), "")
    from_at, until_at = calendar.start_of(today), calendar.start_of(today + timedelta(days=1))
    visits = [each for each in list_visits(session, anybody, from_at, until_at) if each.state in LIVE_APPOINTMENT]
    standing = [each for each in list_standings(session, anybody, today).rows if not each.is_resting(today)]
    viewers = [Actor(each.user_id, clinic_id, each.roles, "") for each in readers]
    return Figures(
        todos=tuple(_due(row) for row in session.execute(_TODOS, asked)),
        calls=tuple(each for each in tasks if each.kind == CALL),
        tasks=tuple(each for each in tasks if each.kind != CALL),
        to_plan=refills.announced,
        unplanned=refills.unplanned,
        critical=refills.critical,
        held=sum(int(str(params["messages"])) for params in session.scalars(_HELD, asked)),
        failed=session.scalar(_FAILED, asked) or 0,
        visits=len(visits),
        checklists=sum(map(_is_unfinished, visits)),
        escalated=len(standing),
        escalated_to={each.user_id: sum(row.is_of(each) for row in standing) for each in viewers},
    )


_CLINIC: BindParameter[int] = bindparam("clinic")
_TODAY: BindParameter[date] = bindparam("today")
#: As Today has them: a refill that is planned in time is no to-do.
_IS_TODO = and_(Obligation.clinic_id == _CLINIC, Obligation.is_open.expression, Obligation.planned_seq.is_(None))
_IS_TASK = and_(StaffTask.clinic_id == _CLINIC, StaffTask.done_at.is_(None))
_COUNT = func.count().label("n")


def _by(*columns: Any) -> tuple[Any, ...]:
    return (*columns, Case.owner_user_id.label("taken_by"))


_TODO_GROUPS = _by(Obligation.owner_role, Obligation.kind, (Obligation.due_on < _TODAY).label("is_overdue"))
_TODOS: Select[Any] = (
    select(*_TODO_GROUPS, _COUNT)
    .join(Case, and_(Case.clinic_id == Obligation.clinic_id, Case.id == Obligation.case_id))
    .where(_IS_TODO, Obligation.due_on <= _TODAY)
    .group_by(*_TODO_GROUPS)
)
_TASK_GROUPS = _by(StaffTask.owner_role, StaffTask.kind, (StaffTask.due_on < _TODAY).label("is_overdue"))
#: What was held back is counted by its messages.
_TASKS: Select[Any] = (
    select(*_TASK_GROUPS, _COUNT)
    .outerjoin(Case, and_(Case.clinic_id == StaffTask.clinic_id, Case.id == StaffTask.case_id))
    .where(_IS_TASK, StaffTask.due_on <= _TODAY, StaffTask.kind != HELD_BURST)
    .group_by(*_TASK_GROUPS)
)
_HELD = select(StaffTask.params).where(_IS_TASK, StaffTask.kind == HELD_BURST)
_FAILED = select(func.count()).where(
    _IS_TASK, StaffTask.kind == CALL, type_coerce(StaffTask.params, JSON)["why"].as_string().in_(FAILED)
)
_REFILLS = select(
    func.count().label("unplanned"),
    func.count().filter(Obligation.warn_on <= _TODAY).label("announced"),
    func.count().filter(Obligation.critical_on <= _TODAY).label("critical"),
).where(_IS_TODO, Obligation.kind == literal_column("'refill'"))


def _due(row: Row[Any]) -> Due:
    return Due(Role(row.owner_role), row.kind, row.taken_by, row.is_overdue, row.n)


def _is_unfinished(visit: Visit) -> bool:
    """Whether an item that is asked of the patient has no answer."""
    return any(rule.key not in visit.answered for rule in asked_of(visit))
