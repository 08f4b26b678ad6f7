"""Each use case about reaching a patient, and about the words of messages and consents, done once."""

from collections.abc import Callable
from dataclasses import replace
from datetime import date, datetime
from typing import cast

from sqlalchemy import select, update

from tracker.domain.calendar import ClinicCalendar
from tracker.domain.consent_texts import WhichText
from tracker.domain.message_words import Which
from tracker.persistence.models import Case, ContactPoint, Patient, StaffTask
from tracker.queries.consent_texts import shipped as shipped_text
from tracker.queries.reminder_texts import shipped
from tracker.services import consent_texts, contact_points, letters, message_words
from tracker.services.appointments import Slot, book
from tracker.services.contact_details import phone
from tracker.services.contact_points import PatientRef
from tracker.services.work import CaseRef, Work

_ARRIVAL = shipped(Which("arrival", "en", "email"))


def _reached(work: Work) -> tuple[PatientRef, int]:
    """The patient at their present version, and their first number or address."""
    patient = work.session.scalars(select(Patient)).one()
    point_id = work.session.scalars(select(ContactPoint.id).order_by(ContactPoint.id)).first()
    assert point_id is not None
    return PatientRef(patient.public_id, patient.version), point_id


def _add_point(work: Work) -> object:
    return contact_points.add_point(work, _reached(work)[0], phone("303 555 0142"))


def _end_point(work: Work) -> object:
    ref, point_id = _reached(work)
    return contact_points.end_point(work, ref, point_id=point_id, reason="moved")


def _set_messages(work: Work) -> object:
    ref, point_id = _reached(work)
    return contact_points.set_messages(work, ref, point_id=point_id, is_stopped=True)


def _set_texts(work: Work) -> object:
    ref, point_id = _reached(work)
    return contact_points.set_texts(work, ref, point_id=point_id, is_agreed=False)


def _verify_point(work: Work) -> object:
    ref, point_id = _reached(work)
    return contact_points.verify_point(work, ref, point_id=point_id, how="message")


def _set_wishes(work: Work) -> object:
    return contact_points.set_wishes(work, _reached(work)[0], prefers="phone", language="es", zone="Asia/Kathmandu")


def _change_words(work: Work) -> object:
    body = _ARRIVAL.body.replace("Hello", "Good day")
    return message_words.change_words(
        work, _ARRIVAL.which, expected_version=_ARRIVAL.version, subject=_ARRIVAL.subject, body=body
    )


def _go_back(work: Work) -> object:
    return message_words.go_back(work, _ARRIVAL.which, expected_version=_ARRIVAL.version, version=_ARRIVAL.version)


def _change_text(work: Work) -> object:
    text = shipped_text(WhichText("trial", "en"))
    own = replace(text, title="Consent", approved_by="Dr Avery Linden", approved_on=date(2026, 1, 5))
    return consent_texts.change_text(work, own, expected_version=text.version)


def _go_back_to_text(work: Work) -> object:
    version = cast("int", _change_text(work))
    return consent_texts.go_back(work, WhichText("trial", "en"), expected_version=version, version=version)


def _set_postal_address(work: Work) -> object:
    return contact_points.set_postal_address(work, _reached(work)[0], address="12 Main Street")


def _call(work: Work) -> int:
    """The call in the place of messages about a visit of a patient who wants letters."""
    case = work.session.scalars(select(Case)).one()
    work.session.execute(update(Patient).values(prefers="letter", postal_address="12 Main Street"))
    slot = Slot(datetime.fromisoformat("2026-03-26T09:00"), 60)
    book(work, CaseRef(case.public_id, case.version), purpose="evaluation", slot=slot)
    return work.session.scalars(select(StaffTask.id).where(StaffTask.kind == "call")).one()


def _print_letter(work: Work) -> object:
    return letters.print_letter(work, task_id=_call(work))


def _post_letter(work: Work) -> object:
    task_id = _call(work)
    letters.print_letter(work, task_id=task_id)
    posted_on = ClinicCalendar("America/Denver").today(work.now)
    return letters.post_letter(work, task_id=task_id, posted_on=posted_on)


REACHING: dict[str, Callable[[Work], object]] = {
    "consent_texts.change_text": _change_text,
    "consent_texts.go_back": _go_back_to_text,
    "message_words.change_words": _change_words,
    "message_words.go_back": _go_back,
    "contact_points.add_point": _add_point,
    "contact_points.end_point": _end_point,
    "contact_points.set_messages": _set_messages,
    "contact_points.set_postal_address": _set_postal_address,
    "contact_points.set_texts": _set_texts,
    "contact_points.set_wishes": _set_wishes,
    "contact_points.verify_point": _verify_point,
    "letters.print_letter": _print_letter,
    "letters.post_letter": _post_letter,
}
