"""What some patients said of messages: stopped them, answered them, were not there any more, live by another clock."""

from collections.abc import Callable, Sequence
from datetime import timedelta

from tracker.demo.clinic import DemoClinic
from tracker.demo.telling import Story, Teller
from tracker.queries.case_detail import get_head
from tracker.queries.reach import get_reach
from tracker.services import contact_points
from tracker.services.contact_details import phone
from tracker.services.contact_points import PatientRef


def wishes(clinic: DemoClinic, people: Sequence[Teller]) -> Story:
    """The front desk and the coordinator write down what was said on the telephone, two days ago. Whoever has not been
    referred by then says nothing."""
    yield clinic.calendar.start_of(clinic.today - timedelta(days=2)) + timedelta(hours=11)
    for number, say in WHO.items():
        if number < len(people) and people[number].ref.public_id:
            say(clinic, people[number])


def _speaks_spanish(clinic: DemoClinic, of: Teller) -> None:
    _wants(clinic, of, language="es", zone="")
    ref, number = _known(clinic, of)
    clinic.does("desk", contact_points.verify_point, ref, point_id=number, how="call")


def _stops(clinic: DemoClinic, of: Teller) -> None:
    ref, number = _known(clinic, of)
    clinic.does("coordinator", contact_points.set_messages, ref, point_id=number, is_stopped=True)


def _moves(clinic: DemoClinic, of: Teller) -> None:
    ref, number = _known(clinic, of)
    clinic.does("desk", contact_points.end_point, ref, point_id=number, reason="Has a new number")
    ref, _ = _known(clinic, of)
    clinic.does("desk", contact_points.add_point, ref, phone("212-555-0164"))
    _wants(clinic, of, language="en", zone="America/New_York")


def _wants(clinic: DemoClinic, of: Teller, *, language: str, zone: str) -> None:
    ref, _ = _known(clinic, of)
    clinic.does("desk", contact_points.set_wishes, ref, prefers="sms", language=language, zone=zone)


def _known(clinic: DemoClinic, of: Teller) -> tuple[PatientRef, int]:
    """A patient at their present version, and the first of their numbers."""
    desk = clinic.people["desk"]
    with clinic.runtime.database.reading() as session:
        patient = get_head(session, desk, of.ref.public_id).patient
        return PatientRef(patient.public_id, patient.version), get_reach(session, desk, patient.id).standing[0].id


#: Who says it, by their place among the patients: visits of theirs are still to come.
WHO: dict[int, Callable[[DemoClinic, Teller], None]] = {20: _stops, 21: _moves, 40: _speaks_spanish}
