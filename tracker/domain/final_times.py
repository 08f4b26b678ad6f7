"""Whether the time of a visit is final. Procedures are booked with a provisional time: the list of the day is made days
before. Until somebody says that the time is final, patients are told the day alone.

It is said of the time at which the patient arrives. A visit that is moved is provisional again, also where it is moved
back later to the time that was final once.
"""

from tracker.domain.calendar import ClinicCalendar
from tracker.domain.facts import Appointment, Determination
from tracker.domain.pathway.definition import Pathway
from tracker.domain.pathway.snapshot import Snapshot
from tracker.domain.words import DeterminationKind


def arrival_wall(visit: Appointment, calendar: ClinicCalendar) -> str:
    """The wall time at the clinic at which the patient is to come (``YYYY-MM-DDTHH:MM``)."""
    return calendar.wall(visit.arrive_at or visit.starts_at).isoformat(timespec="minutes")


def said_of(snapshot: Snapshot, visit: Appointment) -> Determination | None:
    """The latest that was said of the time of a visit."""
    found = [
        each for each in snapshot.determinations(DeterminationKind.TIME_FINAL) if each.about_seq == visit.appointment
    ]
    return found[-1] if found else None


def said_final(snapshot: Snapshot, visit: Appointment) -> Determination | None:
    """What says that the time which the visit has now is final; ``None`` where nothing does."""
    said = said_of(snapshot, visit)
    return said if said is not None and said.value == arrival_wall(visit, snapshot.calendar) else None


def is_provisional(pathway: Pathway, snapshot: Snapshot, visit: Appointment) -> bool:
    """Whether nobody may be told the time of a visit yet."""
    return visit.purpose in pathway.final_times and said_final(snapshot, visit) is None
