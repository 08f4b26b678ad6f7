"""Paging whoever is on call, and the next one when nobody answers.

A page is written down before it leaves, by one process: whoever writes its number sends it. If that process dies, the
page is unanswered after ten minutes like any other, and the next person is paged. It says nothing of a patient.
"""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import or_, select
from sqlalchemy.orm import Session

from tracker.domain.calendar import ClinicCalendar
from tracker.domain.escalation.people import Paged, next_to_page
from tracker.domain.mail import MailError, Message
from tracker.domain.words import Told
from tracker.persistence.database import Database
from tracker.persistence.models import Clinic, Escalation, EscalationPage, Obligation, User
from tracker.queries.roster import get_roster
from tracker.queries.sending import is_all_paused, is_demo
from tracker.services.ports import Clock, Mailer

WORDS = "A to-do needs you: open the tracker"
ACCEPTED, FAILED = "accepted", "failed"


@dataclass(frozen=True, slots=True)
class _Page:
    """A page that was written down and must leave now."""

    clinic_id: int
    escalation_id: int
    number: int
    message: Message


def page_due(database: Database, clock: Clock, mailer: Mailer, *, pause: Callable[[], None]) -> int:
    """Page whoever is next, for everything that stands with whoever is on call; returns how many pages left.

    :raises PermissionError: a demonstration has a mailer that reaches people
    """
    with database.reading() as session:
        if mailer.reaches_people and is_demo(session):
            raise PermissionError("a demonstration writes its messages to files; it must not reach people")
        if is_all_paused(session):
            return 0
        query = (
            select(Escalation.clinic_id, Escalation.id, Clinic.zone)
            .join(Clinic, Clinic.id == Escalation.clinic_id)
            .where(
                Clinic.sending_paused_at.is_(None),
                Escalation.ended_at.is_(None),
                Escalation.who == Told.ON_CALL,
            )
            .order_by(Escalation.opened_at, Escalation.id)
        )
        found = session.execute(query).all()
    sent = 0
    for clinic_id, escalation_id, zone in found:
        with database.writing() as session:
            page = _write_down(session, clinic_id, escalation_id, ClinicCalendar(zone), clock.now())
        pause()
        if page is not None:
            sent += _send(database, mailer, page)
            pause()
    return sent


def _write_down(
    session: Session, clinic_id: int, escalation_id: int, calendar: ClinicCalendar, now: datetime
) -> _Page | None:
    """Write the next page down under the lock of its row; ``None`` if none is due."""
    today = calendar.today(now)
    row = session.scalars(
        select(Escalation)
        .join(
            Obligation,
            (Obligation.clinic_id == Escalation.clinic_id) & (Obligation.id == Escalation.obligation_id),
        )
        .where(
            Escalation.clinic_id == clinic_id,
            Escalation.id == escalation_id,
            Escalation.ended_at.is_(None),
            Obligation.is_open,
            or_(Escalation.acknowledged_until.is_(None), Escalation.acknowledged_until <= today),
        )
        .with_for_update(of=Escalation)
    ).one_or_none()
    if row is None:
        return None
    pages = session.scalars(
        select(EscalationPage)
        .where(EscalationPage.clinic_id == clinic_id, EscalationPage.escalation_id == escalation_id)
        .order_by(EscalationPage.number)
    ).all()
    of_today = tuple(
        Paged(each.user_id, each.paged_at, each.outcome == FAILED)
        for each in pages
        if calendar.today(each.paged_at) == today
    )
    roster = get_roster(session, clinic_id, today)
    kind = session.get_one(Obligation, (clinic_id, row.obligation_id)).kind
    user_id = next_to_page(roster, of_today, now, calendar.wall(now).time(), kind)
    if user_id is None:
        return None
    number = len(pages) + 1
    session.add(
        EscalationPage(
            clinic_id=clinic_id, escalation_id=escalation_id, number=number, user_id=user_id, paged_at=now, outcome=""
        )
    )
    row.user_id = user_id
    session.flush()
    address = session.scalars(select(User.email).where(User.id == user_id)).one()
    reference = f"page-{clinic_id}-{escalation_id}-{number}"
    return _Page(clinic_id, escalation_id, number, Message(address, WORDS, f"{WORDS}.\n", reference))


def _send(database: Database, mailer: Mailer, page: _Page) -> bool:
    outcome = ACCEPTED
    try:
        mailer.send(page.message)
    except MailError:
        outcome = FAILED
    with database.writing() as session:
        row = session.get_one(EscalationPage, (page.clinic_id, page.escalation_id, page.number))
        row.outcome = outcome
    return outcome == ACCEPTED
