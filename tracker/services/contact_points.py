"""What a patient wants of messages: at which numbers and addresses, in which language, by which way, or none at all.

Each act is one use case: it is versioned with the patient, leaves one event and one line of history for each thing
that changed, and has the cases looked at again, so that planned messages go by the new way at once. Nothing is
assumed: texts go only where somebody agreed, and a stop holds until the person wants messages again.
"""

from dataclasses import dataclass

from sqlalchemy import select

from tracker.domain.access import Permission
from tracker.domain.errors import InvalidInput, NotFound, StaleVersion
from tracker.persistence.models import Clinic, ContactPoint, Patient
from tracker.persistence.vocabulary import ContactChange, ContactKind, ContactOwner, PreferredWay
from tracker.services.clinic_events import tell_clinic
from tracker.services.clinic_setup import zone_problem
from tracker.services.contact_changes import ANSWERED_CALL, ANSWERED_MESSAGE, Changed, note_changes
from tracker.services.contact_stops import switch_messages
from tracker.services.patients import Reach, add_reach, get_patient, index_patient, points_of
from tracker.services.reconcile import ring
from tracker.services.work import Work

LONGEST_VALUE, LONGEST_REASON, LONGEST_LANGUAGE = 320, 200, 80
#: What a window of an envelope shows, below the name.
MOST_LINES, LONGEST_LINE = 5, 60
_C = ContactChange


@dataclass(frozen=True, slots=True)
class PatientRef:
    """A patient as a form knows them: the public id, and the version that the form was made from."""

    public_id: str
    version: int


def add_point(work: Work, ref: PatientRef, reach: Reach) -> None:
    """Add a number or address. One to which messages were stopped stays stopped.

    :raises InvalidInput: for what stands there already, or cannot take the text messages that were agreed to
    """
    patient = _open(work, ref)
    points = points_of(work, patient)
    problems: dict[str, str] = {}
    if not reach.as_typed.strip():
        problems["typed"] = "Type the number or the address."
    elif len(reach.as_typed) > LONGEST_VALUE:
        problems["typed"] = f"At most {LONGEST_VALUE} characters."
    elif any((each.kind, each.value) == (reach.kind, reach.value) for each in points if each.ended_at is None):
        problems["typed"] = "This stands among the numbers and addresses already."
    if reach.kind not in set(ContactKind):
        problems["kind"] = "Choose telephone or e-mail."
    if reach.owner not in set(ContactOwner):
        problems["owner"] = "Choose who answers there."
    if reach.texts_agreed and not reach.takes_texts:
        problems["texts_agreed"] = (
            "Text messages can go to a telephone number only. Take the tick out, or put it right."
        )
    if problems:
        raise InvalidInput(problems)
    add_reach(work, patient, (reach,))
    work.session.flush()
    index_patient(work, patient)
    _keep(work, patient, [])


def end_point(work: Work, ref: PatientRef, *, point_id: int, reason: str) -> None:
    """End a number or address: it is kept with its history, and nothing goes there any more.

    :raises InvalidInput: without a reason
    """
    patient = _open(work, ref)
    point = _standing(work, patient, point_id)
    said = reason.strip()
    if not said or len(said) > LONGEST_REASON:
        raise InvalidInput({"reason": f"Say why, in at most {LONGEST_REASON} characters."})
    point.ended_at = work.now
    work.session.flush()
    index_patient(work, patient)
    _keep(work, patient, [Changed(_C.ENDED, point.id, said)])


def set_texts(work: Work, ref: PatientRef, *, point_id: int, is_agreed: bool) -> None:
    """Record that whoever answers at a number agreed to text messages, or does so no longer.

    :raises InvalidInput: for an address, or for what cannot be a telephone number
    """
    patient = _open(work, ref)
    point = _standing(work, patient, point_id)
    if is_agreed and not (point.kind == ContactKind.PHONE and point.is_possible):
        raise InvalidInput({"texts": "Text messages can go to a telephone number only."})
    point.texts_agreed_at = work.now if is_agreed else None
    _keep(work, patient, [Changed(_C.TEXTS_AGREED if is_agreed else _C.TEXTS_WITHDRAWN, point.id)])


def verify_point(work: Work, ref: PatientRef, *, point_id: int, how: str) -> None:
    """Record that somebody there answered to the patient's name.

    :raises InvalidInput: for a way of answering that a number or address does not have
    """
    patient = _open(work, ref)
    point = _standing(work, patient, point_id)
    known = {ANSWERED_CALL, ANSWERED_MESSAGE} if point.kind == ContactKind.PHONE else {ANSWERED_MESSAGE}
    if how not in known:
        raise InvalidInput({"how": "Say how it was answered."})
    point.verified_at = work.now
    _keep(work, patient, [Changed(_C.VERIFIED, point.id, how)])


def set_messages(work: Work, ref: PatientRef, *, point_id: int, is_stopped: bool) -> None:
    """Stop the messages to a number or address, or allow them again, as the person wishes. A stop is for everybody who
    is reached there; they are allowed again for one patient after the other."""
    patient = _open(work, ref)
    point = _standing(work, patient, point_id)
    if is_stopped == (point.opted_out_at is not None):
        raise InvalidInput({"messages": "That is how it stands already."})
    done = _C.STOPPED if is_stopped else _C.ALLOWED
    changed = switch_messages(
        work.session,
        clinic_id=patient.clinic_id,
        kind=point.kind,
        value=point.value,
        stopped_at=work.now if is_stopped else None,
        patient_id=None if is_stopped else patient.id,
    )
    work.session.expire(point)
    for of, theirs in changed:
        if of != patient.id:
            note_changes(work, of, [Changed(done, theirs)])
            ring(work.session, clinic_id=patient.clinic_id, now=work.now, patient_id=of)
    _keep(work, patient, [Changed(done, own) for of, own in changed if of == patient.id])


def set_wishes(work: Work, ref: PatientRef, *, prefers: str, language: str, zone: str) -> None:
    """Record by which way the patient wants to be reached, in which language, and where they live by the clock.

    ``prefers``: a way, or empty; ``language`` as typed; an empty ``zone`` is the clinic's.

    :raises InvalidInput: with a sentence for each value that cannot be taken
    """
    patient = _open(work, ref)
    own = zone.strip()
    problems: dict[str, str] = {}
    if prefers and prefers not in set(PreferredWay):
        problems["prefers"] = "Choose one of the list."
    if len(language.strip()) > LONGEST_LANGUAGE:
        problems["language"] = f"At most {LONGEST_LANGUAGE} characters."
    if own and (problem := zone_problem(own)):
        problems["zone"] = problem
    if problems:
        raise InvalidInput(problems)
    if own == work.session.scalar(select(Clinic.zone).where(Clinic.id == patient.clinic_id)):
        own = ""
    wanted = {_C.PREFERS: prefers, _C.LANGUAGE: language.strip(), _C.ZONE: own}
    changed = [Changed(what, detail=said) for what, said in wanted.items() if said != (getattr(patient, what) or "")]
    if changed:
        patient.prefers, patient.language, patient.zone = prefers, wanted[_C.LANGUAGE], own or None
        _keep(work, patient, changed)


def set_postal_address(work: Work, ref: PatientRef, *, address: str) -> None:
    """Record where a letter to the patient goes, in lines without the name; empty: nowhere.

    :raises InvalidInput: for more or longer lines than fit on an envelope
    """
    patient = _open(work, ref)
    lines = [" ".join(line.split()) for line in address.splitlines() if line.strip()]
    if len(lines) > MOST_LINES or any(len(line) > LONGEST_LINE for line in lines):
        raise InvalidInput({"address": f"At most {MOST_LINES} lines of {LONGEST_LINE} characters fit on an envelope."})
    if "\n".join(lines) != patient.postal_address:
        patient.postal_address = "\n".join(lines)
        _keep(work, patient, [Changed(_C.POSTAL_ADDRESS, detail=", ".join(lines))])


def _open(work: Work, ref: PatientRef) -> Patient:
    """The patient, locked, at the version that the form was made from.

    :raises NotPermitted: for whoever may not edit patients
    :raises NotFound: if the clinic has no such patient
    :raises StaleVersion: if somebody changed it meanwhile
    """
    work.require(Permission.EDIT_PATIENT)
    patient = get_patient(work, ref.public_id, lock=True)
    if patient.version != ref.version:
        raise StaleVersion(patient.version)
    return patient


def _standing(work: Work, patient: Patient, point_id: int) -> ContactPoint:
    """A number or address of this very patient that has not ended.

    :raises NotFound: if there is none
    """
    point = work.session.scalar(
        select(ContactPoint).where(
            ContactPoint.clinic_id == patient.clinic_id,
            ContactPoint.patient_id == patient.id,
            ContactPoint.id == point_id,
            ContactPoint.ended_at.is_(None),
        )
    )
    if point is None:
        raise NotFound("no such number or address")
    return point


def _keep(work: Work, patient: Patient, changes: list[Changed]) -> None:
    patient.version += 1
    note_changes(work, patient.id, changes)
    work.session.flush()
    ring(work.session, clinic_id=patient.clinic_id, now=work.now, patient_id=patient.id)
    tell_clinic(work, "reach_changed", {"patient": patient.public_id, "version": patient.version})
