"""Paging whoever is on call, and the next one when nobody answers: about what was escalated to them, and about a pump
call whose patient was not found.

A page is written down before it leaves, by one process: whoever writes its number sends it. If that process dies, the
page is unanswered after ten minutes like any other, and the next person is paged. It says nothing of a patient.
"""

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import Select, literal, null, select, update
from sqlalchemy.orm import InstrumentedAttribute, Session

from tracker.domain.calendar import ClinicCalendar
from tracker.domain.escalation.people import Paged, Roster, next_to_page
from tracker.domain.mail import MailError, Message
from tracker.domain.pathway.rungs import PAGED_LEVEL, PLAN_LEVEL
from tracker.persistence.database import Database
from tracker.persistence.models import Clinic, Escalation, EscalationPage, Obligation, StaffTask, TaskPage, User
from tracker.persistence.models.escalations import Page
from tracker.persistence.models.messages import PAGED_TASK
from tracker.queries.roster import get_roster
from tracker.queries.sending import is_all_paused, is_demo
from tracker.services.ports import Clock, Mailer

WORDS = "A to-do needs you: open the tracker"
ACCEPTED, FAILED = "accepted", "failed"


#: A call about somebody whom nobody has found yet wakes people as a call about a known pump does.
CALL = "pump_call"
#: Written into the statement, so that the index of these tasks is used.
_IS_CALL = StaffTask.kind == literal(PAGED_TASK, literal_execute=True)


@dataclass(frozen=True, slots=True)
class _About:
    """What people are paged about: the rows that stand, and the table of their pages with its column for the row."""

    rows: type[StaffTask | Escalation]
    standing: Select[int, int, str, str, Any]
    pages: type[TaskPage | EscalationPage]
    of: InstrumentedAttribute[int]
    reference: str


_CALLS = _About(
    StaffTask,
    select(StaffTask.clinic_id, StaffTask.id, Clinic.zone, literal(CALL).label("kind"), null().label("rests_until"))
    .join(Clinic, Clinic.id == StaffTask.clinic_id)
    .where(Clinic.sending_paused_at.is_(None), StaffTask.done_at.is_(None), _IS_CALL)
    .order_by(StaffTask.opened_at, StaffTask.id),
    TaskPage,
    TaskPage.task_id,
    "call",
)
_ESCALATIONS = _About(
    Escalation,
    select(
        Escalation.clinic_id,
        Escalation.id,
        Clinic.zone,
        Obligation.kind,
        Escalation.acknowledged_until.label("rests_until"),
    )
    .join(Clinic, Clinic.id == Escalation.clinic_id)
    .join(Obligation, (Obligation.clinic_id == Escalation.clinic_id) & (Obligation.id == Escalation.obligation_id))
    .where(
        Clinic.sending_paused_at.is_(None),
        Escalation.ended_at.is_(None),
        Escalation.level >= PAGED_LEVEL,
        Obligation.is_open.expression,
    )
    .order_by(Escalation.opened_at, Escalation.id),
    EscalationPage,
    EscalationPage.escalation_id,
    "page",
)


@dataclass(frozen=True, slots=True)
class _Due:
    """The next page about one row: its number, and whom."""

    about: _About
    clinic_id: int
    row_id: int
    number: int
    user_id: int


@dataclass(frozen=True, slots=True)
class _Page:
    """A page that was written down and must leave now; ``key`` is its row's."""

    table: type[Page]
    key: tuple[int, int, int]
    message: Message


def page_due(database: Database, clock: Clock, mailer: Mailer, *, pause: Callable[[], None]) -> int:
    """Page whoever is next, for everything that stands with whoever is on call, and for a pump past its latest date
    until a physician has a plan; returns how many pages left.

    Nearly always nobody is to be paged: only who is opens a write transaction, in which it is decided again.

    :raises PermissionError: a demonstration has a mailer that reaches people
    """
    with database.reading() as session:
        if mailer.reaches_people and is_demo(session):
            raise PermissionError("a demonstration writes its messages to files; it must not reach people")
        if is_all_paused(session):
            return 0
        found = [due for about in (_CALLS, _ESCALATIONS) for due in _due(session, about, about.standing, clock.now())]
    sent = 0
    for due in found:
        with database.writing() as session:
            page = _write_down(session, due, clock.now())
        pause()
        if page is not None:
            sent += _send(database, mailer, page)
            pause()
    return sent


def _due(session: Session, about: _About, standing: Select[int, int, str, str, Any], now: datetime) -> Iterator[_Due]:
    """The pages that are due now about the rows that ``standing`` finds, at most one for each."""
    rosters: dict[int, Roster] = {}
    for row in session.execute(standing).all():
        calendar = ClinicCalendar(row.zone)
        today = calendar.today(now)
        if row.rests_until is not None and row.rests_until > today:
            continue
        if row.clinic_id not in rosters:
            rosters[row.clinic_id] = get_roster(session, row.clinic_id, today)
        table = about.pages
        pages = session.execute(
            select(table.user_id, table.paged_at, table.outcome)
            .where(table.clinic_id == row.clinic_id, about.of == row.id)
            .order_by(table.number)
        ).all()
        of_today = tuple(
            Paged(each.user_id, each.paged_at, each.outcome == FAILED)
            for each in pages
            if calendar.today(each.paged_at) == today
        )
        user_id = next_to_page(rosters[row.clinic_id], of_today, now, calendar.wall(now).time(), row.kind)
        if user_id is not None:
            yield _Due(about, row.clinic_id, row.id, len(pages) + 1, user_id)


def _write_down(session: Session, looked: _Due, now: datetime) -> _Page | None:
    """Decide again under the lock of the row and write the page down; ``None`` if none is due any more."""
    rows = looked.about.rows
    locked = looked.about.standing.where(rows.clinic_id == looked.clinic_id, rows.id == looked.row_id)
    due = next(_due(session, looked.about, locked.with_for_update(of=rows), now), None)
    if due is None:
        return None
    about, key = due.about, (due.clinic_id, due.row_id, due.number)
    row = {about.of.key: due.row_id, "clinic_id": due.clinic_id, "number": due.number}
    session.add(about.pages(**row, user_id=due.user_id, paged_at=now, outcome=""))
    if rows is Escalation:  # Who is paged has it from now on; a plan stays with the physician who owes it.
        session.execute(
            update(Escalation)
            .where(Escalation.clinic_id == due.clinic_id, Escalation.id == due.row_id, Escalation.level < PLAN_LEVEL)
            .values(user_id=due.user_id)
        )
    session.flush()
    address = session.scalars(select(User.email).where(User.id == due.user_id)).one()
    reference = "-".join((about.reference, *map(str, key)))
    return _Page(about.pages, key, Message(address, WORDS, f"{WORDS}.\n", reference))


def _send(database: Database, mailer: Mailer, page: _Page) -> bool:
    outcome = ACCEPTED
    try:
        mailer.send(page.message)
    except MailError:
        outcome = FAILED
    with database.writing() as session:
        session.get_one(page.table, page.key).outcome = outcome
    return outcome == ACCEPTED
