"""The message of a reminder as it would leave now: where it goes, and its words in the patient's language.

The words are the clinic's of this very moment, whenever the reminder was planned. A mail says the same once more in
HTML, and brings a calendar file where its words name a clock time: the file tells no more than they do.
"""

import hashlib
from typing import Any

from sqlalchemy import Row, select

from tracker.domain.contacts import Contact
from tracker.domain.facts import Appointment
from tracker.domain.invitation import invitation
from tracker.domain.mail import Attachment, Message
from tracker.domain.mail_html import html_of
from tracker.domain.message_words import Which
from tracker.domain.neutral import name_in_messages
from tracker.domain.ways import EMAIL, Preferences, Way
from tracker.persistence.models import Clinic, ContactPoint, Patient
from tracker.queries.message_words import read_words
from tracker.queries.reminder_texts import Text, write_current
from tracker.services.reconciling.scope import Scope
from tracker.services.reply_links import make_reply_link


def write(
    scope: Scope, row: Row[Any], contact: Contact, way: Way, wants: Preferences, *, replies_at: str, reference: str
) -> tuple[Message, Text]:
    """The message in the patient's language, and the words that it was made of."""
    said = scope.session.execute(
        select(Clinic.name, Clinic.message_name, Clinic.phone, Patient.given_name, ContactPoint.value)
        .join(Patient, Patient.clinic_id == Clinic.id)
        .join(ContactPoint, (ContactPoint.clinic_id == Patient.clinic_id) & (ContactPoint.patient_id == Patient.id))
        .where(Clinic.id == scope.clinic_id, Patient.id == scope.patient_id, ContactPoint.id == way.point)
    ).one()
    visit = next(each for each in scope.snapshot.of(Appointment) if each.appointment == contact.appointment)
    which = Which(row.template, wants.language, way.channel)
    words = read_words(scope.session, scope.clinic_id, which)
    clinic = name_in_messages(said.message_name, said.name, wants.language)
    # A text is answered by a text.
    link = _link(scope, row, visit, way, wants, replies_at=replies_at) if way.channel == EMAIL else ""
    text = write_current(
        words,
        which,
        given_name=said.given_name,
        wall=scope.snapshot.calendar.wall(visit.arrive_at or visit.starts_at),
        clinic=clinic,
        phone=said.phone,
        link=link,
    )
    if way.channel != EMAIL:
        return Message(said.value, text.subject, text.body, reference), text
    tells_time = "time" in words.of(which).fields
    message = Message(
        said.value,
        text.subject,
        text.body,
        reference,
        html=html_of(text.body, language=text.language, link=link, sheet=words.sheets.get(which.language, "")),
        attachments=(_invitation(scope, visit, clinic, text.language),) if tells_time else (),
    )
    return message, text


def _invitation(scope: Scope, visit: Appointment, clinic: str, language: str) -> Attachment:
    """The visit for the patient's own calendar, under a name that says nothing and stays when the visit moves."""
    visit_of = f"visit:{scope.clinic_id}:{scope.case_id}:{visit.appointment}"
    return invitation(
        uid=hashlib.sha256(visit_of.encode()).hexdigest()[:32],
        starts_at=visit.arrive_at or visit.starts_at,
        clinic=clinic,
        language=language,
        stamp=scope.now,
    )


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
