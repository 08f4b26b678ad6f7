"""A burst that nobody foresaw is held back, and a person decides: a changed rule, an import gone wrong, a clock that
jumped or a month of silence must not write to hundreds of people at once (GOV.UK Notify's and Cal.com's incidents).

What was planned before the night's forecast goes out as forecast. What was planned since, or is late by more than a
day and still of use, is counted for each clinic; above twenty and a tenth of its patients it is set aside as one task:
send it, or call instead. What is held rests where a person must clear it, and is never sent by itself.
"""

from collections.abc import Sequence
from datetime import datetime

from sqlalchemy import ColumnElement, func, or_, select, update
from sqlalchemy.orm import Session

from tracker.domain.bursts import FEW, LATE, RELEASED, SHARE
from tracker.domain.calendar import ClinicCalendar
from tracker.domain.ways import CALL
from tracker.domain.words import Role
from tracker.persistence.models import Clinic, Patient, Reminder
from tracker.persistence.vocabulary import WAITING_REMINDER, ReminderState
from tracker.services.ports import Ids
from tracker.services.staff_tasks import opening

#: The task that asks for the decision.
KIND = "held_burst"


def clinics_with_bursts(session: Session, now: datetime) -> Sequence[int]:
    """The clinics for which more is due than was foreseen and is usual."""
    counted = (
        select(Reminder.clinic_id, func.count().label("n"))
        .join(Clinic, Clinic.id == Reminder.clinic_id)
        .where(_is_unforeseen(now), Clinic.sending_paused_at.is_(None))
        .group_by(Reminder.clinic_id)
        .having(func.count() > FEW)
        .subquery()
    )
    size = select(func.count()).select_from(Patient).where(Patient.clinic_id == counted.c.clinic_id).scalar_subquery()
    query = select(counted.c.clinic_id).where(counted.c.n > size * SHARE).order_by(counted.c.clinic_id)
    return session.scalars(query).all()


def hold_burst(session: Session, clinic_id: int, now: datetime, ids: Ids) -> int:
    """Set a clinic's burst aside and ask the lead coordinator what is to become of it; how many messages that were."""
    key = f"{KIND}:{clinic_id}:{now.isoformat()}"
    held = session.connection().execute(
        update(Reminder)
        .where(Reminder.clinic_id == clinic_id, Reminder.id.in_(_ids(clinic_id, now)))
        .values(state=ReminderState.HELD, next_action_at=None, closed_reason=key)
    )
    if held.rowcount:
        zone = session.scalars(select(Clinic.zone).where(Clinic.id == clinic_id)).one()
        task = opening(
            session,
            clinic_id=clinic_id,
            case_id=None,
            kind=KIND,
            key=key,
            params={"messages": held.rowcount},
            owner=Role.LEAD_COORDINATOR,
            due_on=ClinicCalendar(zone).today(now),
            now=now,
            ids=ids,
        )
        session.execute(task)
    return held.rowcount


def _ids(clinic_id: int, now: datetime) -> ColumnElement[int]:
    return (
        select(Reminder.id)
        .join(Clinic, Clinic.id == Reminder.clinic_id)
        .where(Reminder.clinic_id == clinic_id, _is_unforeseen(now))
        .scalar_subquery()
    )


def _is_unforeseen(now: datetime) -> ColumnElement[bool]:
    return (
        Reminder.state.in_(WAITING_REMINDER)
        & (Reminder.channel != CALL)
        & (Reminder.useless_after > now)
        & Reminder.next_action_at.is_not(None)
        & (Reminder.next_action_at <= now)
        & (Reminder.attempts == 0)
        & (Reminder.closed_reason != RELEASED)
        & or_(Reminder.created_at > Clinic.forecast_at, Reminder.wanted_at < now - LATE)
    )
