"""Making a clinic's history of its rows, all of one state of the database."""

from dataclasses import dataclass
from datetime import datetime
from typing import Any
from zoneinfo import ZoneInfo

from sqlalchemy import bindparam, select
from sqlalchemy.orm import Session

from tracker.domain.errors import NotFound
from tracker.domain.reporting.columns import (
    Authorizations,
    Blockers,
    Cases,
    Complications,
    Fills,
    Moves,
    Part,
    Pumps,
    RefillsDue,
    Reminders,
    Stays,
    Trials,
    Visits,
)
from tracker.domain.reporting.history import History
from tracker.persistence.models import Clinic, EventChain
from tracker.queries.clinic_history.cases import make_blockers, make_cases, make_stays
from tracker.queries.clinic_history.source import Source
from tracker.queries.clinic_history.treatments import (
    Determined,
    make_authorizations,
    make_complications,
    make_fills,
    make_pumps,
    make_trials,
)
from tracker.queries.clinic_history.visits import make_reminders, make_visits

_CLINIC: Any = (
    select(Clinic.zone, EventChain.last_seq)
    .join(EventChain, EventChain.clinic_id == Clinic.id)
    .where(Clinic.id == bindparam("clinic"))
)


@dataclass(frozen=True, slots=True)
class Made:
    """A history, and the number of the clinic's last event that is in it."""

    history: History
    last_seq: int


def make_history(session: Session, clinic_id: int, now: datetime) -> Made:
    """The history of a clinic at the instant ``now``, which must not be earlier than what is stored.

    :raises NotFound: if there is no such clinic
    """
    connection = session.connection()
    clinic = connection.execute(_CLINIC, {"clinic": clinic_id}).one_or_none()
    if clinic is None:
        raise NotFound("no such clinic")
    source = Source(connection, clinic_id, ZoneInfo(clinic.zone))
    cases = make_cases(source)
    determined = Determined(source)
    seen = make_visits(source)
    fills, due = make_fills(source)
    about = {place: of_pump for place, of_pump in enumerate(cases.about) if of_pump >= 0}
    parts: dict[type[Part], Part] = {
        Cases: cases,
        Stays: make_stays(source),
        Blockers: make_blockers(source),
        Visits: seen.visits,
        Moves: seen.moves,
        Trials: make_trials(source, determined, seen.standing),
        Authorizations: make_authorizations(source),
        Pumps: make_pumps(source, determined),
        Fills: fills,
        RefillsDue: due,
        Complications: make_complications(source, determined, about),
        Reminders: make_reminders(source, seen.places),
    }
    return Made(History(now, clinic.zone, tuple(source.words), parts), clinic.last_seq)
