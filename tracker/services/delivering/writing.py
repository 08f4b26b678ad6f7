"""The message of a reminder as it would leave now: where it goes, and its words in the patient's language."""

from typing import Any

from sqlalchemy import Row, select

from tracker.domain.contacts import Contact
from tracker.domain.facts import Appointment
from tracker.domain.neutral import name_in_messages
from tracker.domain.ways import EMAIL, Preferences, Way
from tracker.persistence.models import Clinic, ContactPoint, Patient
from tracker.queries.reminder_texts import Text, write_current
from tracker.services.reconciling.scope import Scope
from tracker.services.reply_links import make_reply_link


def write(
    scope: Scope, row: Row[Any], contact: Contact, way: Way, wants: Preferences, *, replies_at: str
) -> tuple[str, Text]:
    """Where the message goes, and its words in the patient's language."""
    said = scope.session.execute(
        select(Clinic.name, Clinic.message_name, Clinic.phone, Patient.given_name, ContactPoint.value)
        .join(Patient, Patient.clinic_id == Clinic.id)
        .join(ContactPoint, (ContactPoint.clinic_id == Patient.clinic_id) & (ContactPoint.patient_id == Patient.id))
        .where(Clinic.id == scope.clinic_id, Patient.id == scope.patient_id, ContactPoint.id == way.point)
    ).one()
    visit = next(each for each in scope.snapshot.of(Appointment) if each.appointment == contact.appointment)
    text = write_current(
        row.template,
        wants.language,
        way.channel,
        given_name=said.given_name,
        wall=scope.snapshot.calendar.wall(visit.arrive_at or visit.starts_at),
        clinic=name_in_messages(said.message_name, said.name, wants.language),
        phone=said.phone,
        # A text is answered by a text.
        link=_link(scope, row, visit, way, wants, replies_at=replies_at) if way.channel == EMAIL else "",
    )
    return said.value, text


def _link(scope: Scope, row: Row[Any], visit: Appointment, way: Way, wants: Preferences, *, replies_at: str) -> str:
    """A link for whoever reads at the end of ``way``."""
    if way.point is None:
        raise AssertionError(f"reminder {row.id} goes nowhere")
    return make_reply_link(
        scope.session,
        clinic_id=scope.clinic_id,
        case_id=scope.case_id,
        patient_id=scope.patient_id,
        reminder_id=row.id,
        point_id=way.point,
        visit=visit,
        language=wants.language,
        replies_at=replies_at,
        now=scope.now,
        ids=scope.ids,
    )
