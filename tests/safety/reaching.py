"""Each use case about reaching a patient, and about the words of messages, done once."""

from collections.abc import Callable

from sqlalchemy import select

from tracker.domain.message_words import Which
from tracker.persistence.models import ContactPoint, Patient
from tracker.queries.reminder_texts import shipped
from tracker.services import contact_points, message_words
from tracker.services.contact_details import phone
from tracker.services.contact_points import PatientRef
from tracker.services.work import Work

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


REACHING: dict[str, Callable[[Work], object]] = {
    "message_words.change_words": _change_words,
    "message_words.go_back": _go_back,
    "contact_points.add_point": _add_point,
    "contact_points.end_point": _end_point,
    "contact_points.set_messages": _set_messages,
    "contact_points.set_texts": _set_texts,
    "contact_points.set_wishes": _set_wishes,
    "contact_points.verify_point": _verify_point,
}
