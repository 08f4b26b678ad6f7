"""What some patients said of messages: stopped them, answered them, were not there any more, live by another clock."""

from collections.abc import Sequence
from datetime import timedelta

from tracker.demo.clinic import DemoClinic
from tracker.demo.telling import Story, Teller
from tracker.queries.case_detail import get_head
from tracker.queries.reach import get_reach
from tracker.services import contact_points
from tracker.services.contact_details import phone
from tracker.services.contact_points import PatientRef

#: How the one who speaks Spanish, the one who stopped messages, and the one who moved stand among the patients.
SPEAKS_SPANISH, STOPPED, MOVED = 40, 20, 21


def wishes(clinic: DemoClinic, people: Sequence[Teller]) -> Story:
    """The front desk and the coordinator write down what was said on the telephone, two days ago."""
    yield clinic.calendar.start_of(clinic.today - timedelta(days=2)) + timedelta(hours=11)
    _wants(clinic, people[SPEAKS_SPANISH], language="es", zone="")
    ref, number = _known(clinic, people[SPEAKS_SPANISH])
    clinic.does("desk", contact_points.verify_point, ref, point_id=number, how="call")
    ref, number = _known(clinic, people[STOPPED])
    clinic.does("coordinator", contact_points.set_messages, ref, point_id=number, is_stopped=True)
    ref, number = _known(clinic, people[MOVED])
    clinic.does("desk", contact_points.end_point, ref, point_id=number, reason="Has a new number")
    ref, _ = _known(clinic, people[MOVED])
    clinic.does("desk", contact_points.add_point, ref, phone("212-555-0164"))
    _wants(clinic, people[MOVED], language="en", zone="America/New_York")


def _wants(clinic: DemoClinic, of: Teller, *, language: str, zone: str) -> None:
    ref, _ = _known(clinic, of)
    clinic.does("desk", contact_points.set_wishes, ref, prefers="sms", language=language, zone=zone)


def _known(clinic: DemoClinic, of: Teller) -> tuple[PatientRef, int]:
    """A patient at their present version, and the first of their numbers."""
    desk = clinic.people["desk"]
    with clinic.runtime.database.reading() as session:
        patient = get_head(session, desk, of.ref.public_id).patient
        return PatientRef(patient.public_id, patient.version), get_reach(session, desk, patient.id).standing[0].id
