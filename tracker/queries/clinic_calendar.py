"""A clinic's calendar: its zone, its open weekdays and its closed days."""

from sqlalchemy import select
from sqlalchemy.orm import Session

from tracker.domain.calendar import ClinicCalendar
from tracker.domain.errors import NotFound
from tracker.persistence.models import Clinic
from tracker.queries.snapshots import closed_days, weekdays


def get_calendar(session: Session, clinic_id: int) -> ClinicCalendar:
    """The calendar by which the clinic's days are counted.

    :raises NotFound: if there is no such clinic
    """
    row = session.execute(select(Clinic.zone, Clinic.open_weekdays).where(Clinic.id == clinic_id)).one_or_none()
    if row is None:
        raise NotFound("no such clinic")
    return ClinicCalendar(row.zone, weekdays(row.open_weekdays), closed_days(session, clinic_id))
