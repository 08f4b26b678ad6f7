"""Paging whoever is on call, and the next one when nobody answers: about what was escalated to them, and about a pump
call whose patient was not found.

A page is written down before it leaves, by one process: whoever writes its number sends it. If that process dies, the
page is unanswered after ten minutes like any other, and the next person is paged. It says nothing of a patient.
"""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import literal, or_, select
from sqlalchemy.orm import Session

from tracker.domain.calendar import ClinicCalendar
from tracker.domain.escalation.people import Paged, next_to_page
from tracker.domain.mail import MailError, Message
from tracker.domain.words import Told
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
class _Page:
    """A page that was written down and must leave now; ``key`` is its row's."""

    table: type[Page]
    key: tuple[int, int, int]
    message: Message


@dataclass(frozen=True, slots=True)
class _Asking:
    """What somebody is to be paged about: an escalation or a task of a clinic."""

    write_down: Callable[[Session, "_Asking", datetime], _Page | None]
    clinic_id: int
    id: int
    calendar: ClinicCalendar


def page_due(database: Database, clock: Clock, mailer: Mailer, *, pause: Callable[[], None]) -> int:
    """Page whoever is next, for everything that stands with whoever is on call; returns how many pages left.

    :raises PermissionError: a demonstration has a mailer that reaches people
    """
    with database.reading() as session:
        if mailer.reaches_people and is_demo(session):
            raise PermissionError("a demonstration writes its messages to files; it must not reach people")
        if is_all_paused(session):
            return 0
        found = [*_calls(session), *_escalations(session)]
    sent = 0
    for asking in found:
        with database.writing() as session:
            page = asking.write_down(session, asking, clock.now())
        pause()
        if page is not None:
            sent += _send(database, mailer, page)
            pause()
    return sent


def _calls(session: Session) -> list[_Asking]:
    query = (
        select(StaffTask.clinic_id, StaffTask.id, Clinic.zone)
        .join(Clinic, Clinic.id == StaffTask.clinic_id)
        .where(Clinic.sending_paused_at.is_(None), StaffTask.done_at.is_(None), _IS_CALL)
        .order_by(StaffTask.opened_at, StaffTask.id)
    )
    return [_Asking(_about_task, row.clinic_id, row.id, ClinicCalendar(row.zone)) for row in session.execute(query)]


def _escalations(session: Session) -> list[_Asking]:
    query = (
        select(Escalation.clinic_id, Escalation.id, Clinic.zone)
        .join(Clinic, Clinic.id == Escalation.clinic_id)
        .where(Clinic.sending_paused_at.is_(None), Escalation.ended_at.is_(None), Escalation.who == Told.ON_CALL)
        .order_by(Escalation.opened_at, Escalation.id)
    )
    return [
        _Asking(_about_escalation, row.clinic_id, row.id, ClinicCalendar(row.zone)) for row in session.execute(query)
    ]


def _about_task(session: Session, asking: _Asking, now: datetime) -> _Page | None:
    """Write the next page down under the lock of the task; ``None`` if none is due."""
    open_task = select(StaffTask).where(
        StaffTask.clinic_id == asking.clinic_id, StaffTask.id == asking.id, StaffTask.done_at.is_(None)
    )
    if session.scalars(open_task.with_for_update()).one_or_none() is None:
        return None
    pages = session.scalars(
        select(TaskPage)
        .where(TaskPage.clinic_id == asking.clinic_id, TaskPage.task_id == asking.id)
        .order_by(TaskPage.number)
    ).all()
    user_id = _next(session, asking, pages, now, CALL)
    if user_id is None:
        return None
    key = (asking.clinic_id, asking.id, len(pages) + 1)
    session.add(TaskPage(clinic_id=key[0], task_id=key[1], number=key[2], user_id=user_id, paged_at=now, outcome=""))
    return _page(session, TaskPage, key, user_id, "call")


def _about_escalation(session: Session, asking: _Asking, now: datetime) -> _Page | None:
    """Write the next page down under the lock of its row; ``None`` if none is due."""
    row = session.scalars(
        select(Escalation)
        .join(
            Obligation,
            (Obligation.clinic_id == Escalation.clinic_id) & (Obligation.id == Escalation.obligation_id),
        )
        .where(
            Escalation.clinic_id == asking.clinic_id,
            Escalation.id == asking.id,
            Escalation.ended_at.is_(None),
            Obligation.is_open,
            or_(Escalation.acknowledged_until.is_(None), Escalation.acknowledged_until <= asking.calendar.today(now)),
        )
        .with_for_update(of=Escalation)
    ).one_or_none()
    if row is None:
        return None
    pages = session.scalars(
        select(EscalationPage)
        .where(EscalationPage.clinic_id == asking.clinic_id, EscalationPage.escalation_id == asking.id)
        .order_by(EscalationPage.number)
    ).all()
    kind = session.get_one(Obligation, (asking.clinic_id, row.obligation_id)).kind
    user_id = _next(session, asking, pages, now, kind)
    if user_id is None:
        return None
    key = (asking.clinic_id, asking.id, len(pages) + 1)
    session.add(
        EscalationPage(clinic_id=key[0], escalation_id=key[1], number=key[2], user_id=user_id, paged_at=now, outcome="")
    )
    row.user_id = user_id
    return _page(session, EscalationPage, key, user_id, "page")


def _next(session: Session, asking: _Asking, pages: Sequence[Page], now: datetime, kind: str) -> int | None:
    """Who is paged now; ``None``: nobody yet, or everybody was today."""
    today = asking.calendar.today(now)
    of_today = tuple(
        Paged(each.user_id, each.paged_at, each.outcome == FAILED)
        for each in pages
        if asking.calendar.today(each.paged_at) == today
    )
    roster = get_roster(session, asking.clinic_id, today)
    return next_to_page(roster, of_today, now, asking.calendar.wall(now).time(), kind)


def _page(
    session: Session,
    table: type[Page],
    key: tuple[int, int, int],
    user_id: int,
    reference: str,
) -> _Page:
    session.flush()
    address = session.scalars(select(User.email).where(User.id == user_id)).one()
    reference = "-".join((reference, *map(str, key)))
    return _Page(table, key, Message(address, WORDS, f"{WORDS}.\n", reference))


def _send(database: Database, mailer: Mailer, page: _Page) -> bool:
    outcome = ACCEPTED
    try:
        mailer.send(page.message)
    except MailError:
        outcome = FAILED
    with database.writing() as session:
        session.get_one(page.table, page.key).outcome = outcome
    return outcome == ACCEPTED
