"""The full pass over every case, once a night for each clinic: it proves that the small passes missed nothing.

Never given a civil time, because a time can occur twice or not at all: whoever asks next after a clinic's midnight
does it, and writes down for which day it was done.
"""

from collections.abc import Callable
from datetime import date

from sqlalchemy import select, update

from tracker.domain.calendar import ClinicCalendar
from tracker.persistence.database import Database
from tracker.persistence.models import Clinic, DeploymentValue
from tracker.persistence.upsert import upsert
from tracker.queries.sending import deployment_value
from tracker.services.ports import Clock, Ids
from tracker.services.preparation_sheets import tell_of_missing
from tracker.services.reconcile import Pass, reconcile_all


def reconcile_nightly(database: Database, clock: Clock, ids: Ids, *, pause: Callable[[], None]) -> Pass:
    """Compare every case of the clinics whose day has changed since the last time.

    :raises ExceptionGroup: with everything that failed; that clinic's turn comes again
    """
    looked_at = changed = 0
    for clinic_id, today in _clinics_to_do(database, clock):
        done = reconcile_all(database, clock, ids, clinic_id=clinic_id, pause=pause)
        looked_at, changed = looked_at + done.looked_at, changed + done.changed
        said = today.isoformat()
        with database.writing() as session:
            tell_of_missing(session, clinic_id=clinic_id, today=today, now=clock.now(), ids=ids)
            upsert(session, DeploymentValue, {"name": _name(clinic_id)}, insert={"value": said}, update={"value": said})
            # What is planned by now is foreseen; a burst of what is planned later is held back.
            session.execute(update(Clinic).where(Clinic.id == clinic_id).values(forecast_at=clock.now()))
    return Pass(looked_at, changed)


def _clinics_to_do(database: Database, clock: Clock) -> list[tuple[int, date]]:
    with database.reading() as session:
        zones = session.execute(select(Clinic.id, Clinic.zone).order_by(Clinic.id)).all()
        today = [(clinic_id, ClinicCalendar(zone).today(clock.now())) for clinic_id, zone in zones]
        return [(each, day) for each, day in today if deployment_value(session, _name(each)) != day.isoformat()]


def _name(clinic_id: int) -> str:
    return f"reconciled_on:{clinic_id}"
