"""How many refills are booked on each day: a day with room is chosen before it hurts."""

from collections import Counter
from datetime import date, timedelta

from sqlalchemy import select
from sqlalchemy.orm import Session

from tracker.domain.access import Actor
from tracker.domain.calendar import ClinicCalendar
from tracker.domain.words import LIVE_APPOINTMENT, Purpose
from tracker.persistence.models import AppointmentRow


def count_booked(
    session: Session, viewer: Actor, calendar: ClinicCalendar, from_on: date, until_on: date
) -> Counter[date]:
    """The refills to come of the viewer's clinic, by its civil days from ``from_on`` to ``until_on``, both included."""
    query = select(AppointmentRow.starts_at).where(
        AppointmentRow.clinic_id == viewer.clinic_id,
        AppointmentRow.superseded_by.is_(None),
        AppointmentRow.state.in_(sorted(LIVE_APPOINTMENT)),
        AppointmentRow.purpose == Purpose.REFILL,
        AppointmentRow.starts_at >= calendar.start_of(from_on),
        AppointmentRow.starts_at < calendar.start_of(until_on + timedelta(days=1)),
    )
    return Counter(calendar.today(starts_at) for starts_at in session.scalars(query))
