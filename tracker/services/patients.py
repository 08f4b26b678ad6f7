"""Who the patients are: found before they are made, and found again by name, number, birth date and telephone.

A medical record number belongs to one person. The same number with another name or birth date is never merged and
never overwritten; somebody has to look.
"""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date

from sqlalchemy import delete, insert, select

from tracker.domain.access import Permission
from tracker.domain.errors import InvalidInput, NotFound, StaleVersion
from tracker.domain.names import digits_of, fold, holds_unseen, record_number, spelled, words_of
from tracker.persistence.chain import append_event
from tracker.persistence.models import ContactPoint, Patient, PatientWord
from tracker.services.reconcile import ring
from tracker.services.work import Work

LONGEST_NAME = 200
_UNSEEN = "This holds a sign that cannot be seen. Type it anew instead of pasting it."
#: By so many digits at the end of a number a patient is found too.
_LAST_DIGITS = 4


@dataclass(frozen=True, slots=True)
class Reach:
    """A number or address as it was typed, and as it will be used. ``is_possible``: it could exist."""

    kind: str
    value: str
    as_typed: str
    owner: str = "patient"
    is_possible: bool = True


@dataclass(frozen=True, slots=True)
class Person:
    """What identifies a patient, and how to reach them. Empty texts are not known."""

    mrn: str
    family_name: str
    given_name: str
    birth_on: date
    sex: str = ""
    language: str = ""
    allergies: str = ""
    city: str = ""
    prefers: str = ""
    reach: tuple[Reach, ...] = ()

    def __post_init__(self) -> None:
        """Names and number are what is stored, wherever they were typed."""
        object.__setattr__(self, "mrn", record_number(self.mrn))
        for name in ("family_name", "given_name"):
            object.__setattr__(self, name, spelled(getattr(self, name)))

    @property
    def name_key(self) -> str:
        """The folded name that duplicates are found by."""
        return fold(f"{self.family_name} {self.given_name}")


def problems_of(person: Person, today: date) -> dict[str, str]:
    """What cannot be taken about a person, as a sentence per field."""
    problems: dict[str, str] = {}
    for name, value in (("family_name", person.family_name), ("given_name", person.given_name)):
        if holds_unseen(value):
            problems[name] = _UNSEEN
        elif not fold(value):
            problems[name] = "A name is needed."
        elif len(value) > LONGEST_NAME:
            problems[name] = f"A name has at most {LONGEST_NAME} characters."
    if holds_unseen(person.mrn):
        problems["mrn"] = _UNSEEN
    elif not person.mrn:
        problems["mrn"] = "A medical record number is needed."
    if person.birth_on > today:
        problems["birth_on"] = "This birth date is in the future."
    elif person.birth_on.year < today.year - 120:
        problems["birth_on"] = "This birth date is more than 120 years ago."
    return problems


def find_same(work: Work, person: Person) -> Patient | None:
    """The patient this is: by number, else by folded name and birth date.

    :raises InvalidInput: where the number is known for somebody with another name or birth date
    """
    by_number = _with_number(work, person.mrn)
    if by_number is not None:
        check_same(person, by_number.name_key, by_number.birth_on)
        return by_number
    mine = Patient.clinic_id == work.actor.clinic_id
    same = select(Patient).where(mine, Patient.name_key == person.name_key, Patient.birth_on == person.birth_on)
    return work.session.scalars(same.order_by(Patient.id).limit(1)).one_or_none()


def check_same(person: Person, name_key: str, birth_on: date) -> None:
    """Whether somebody with a number is who the number is known for.

    :raises InvalidInput: for another name or birth date
    """
    if name_key != person.name_key:
        raise InvalidInput({"mrn": "This medical record number belongs to a patient with another name."})
    if birth_on != person.birth_on:
        raise InvalidInput({"mrn": "This medical record number belongs to a patient with another birth date."})


def _with_number(work: Work, mrn: str) -> Patient | None:
    """The patient of a number; written in capitals or small letters it is the same number."""
    if not mrn:
        return None
    mine = Patient.clinic_id == work.actor.clinic_id
    exact = work.session.scalar(select(Patient).where(mine, Patient.mrn == mrn))
    if exact is not None:
        return exact
    alike = (
        select(Patient)
        .join(PatientWord, (PatientWord.clinic_id == Patient.clinic_id) & (PatientWord.patient_id == Patient.id))
        .where(mine, PatientWord.word == fold(mrn).replace(" ", "")[:LONGEST_NAME])
        .order_by(Patient.id)
    )
    return next((each for each in work.session.scalars(alike) if each.mrn.casefold() == mrn.casefold()), None)


def add_patient(work: Work, person: Person, today: date) -> Patient:
    """Make a new patient with the words they are found by.

    :raises InvalidInput: for what cannot be taken
    """
    problems = problems_of(person, today)
    if problems:
        raise InvalidInput(problems)
    patient = Patient(
        clinic_id=work.actor.clinic_id,
        id=work.ids.row_id(work.now),
        public_id=work.ids.public_id(),
        mrn=person.mrn,
        created_at=work.now,
        version=1,
    )
    _describe(patient, person)
    work.session.add(patient)
    work.session.flush()
    add_reach(work, patient, person.reach)
    _write_words(work, patient, [each.as_typed for each in person.reach if each.kind == "phone"])
    return patient


def change_patient(work: Work, public_id: str, version: int, person: Person, today: date) -> Patient:
    """Correct who a patient is. The event keeps that it was done, and by whom; never the old text in a log.

    :raises NotFound: if the clinic has no such patient
    :raises StaleVersion: if somebody changed it meanwhile
    :raises InvalidInput: for what cannot be taken
    """
    work.require(Permission.EDIT_PATIENT)
    patient = get_patient(work, public_id, lock=True)
    if patient.version != version:
        raise StaleVersion(patient.version)
    problems = problems_of(person, today)
    taken = select(Patient.id).where(
        Patient.clinic_id == work.actor.clinic_id, Patient.mrn == person.mrn, Patient.id != patient.id
    )
    if not problems and work.session.scalar(taken) is not None:
        problems["mrn"] = "This medical record number belongs to another patient."
    if problems:
        raise InvalidInput(problems)
    _describe(patient, person)
    patient.mrn = person.mrn
    patient.version += 1
    _end_reach(work, patient, person.reach)
    work.session.flush()
    _index(work, patient)
    ring(work.session, clinic_id=patient.clinic_id, now=work.now, patient_id=patient.id)
    _tell(work, patient, "patient_changed")
    return patient


def get_patient(work: Work, public_id: str, *, lock: bool = False) -> Patient:
    """A patient of the actor's clinic. ``lock``: hold the row until the transaction ends, and read it again even if it
    was read before, so that the version that is compared is the one that will be replaced.

    :raises NotFound: if there is none
    """
    mine = select(Patient).where(Patient.clinic_id == work.actor.clinic_id, Patient.public_id == public_id)
    if lock:
        mine = mine.with_for_update().execution_options(populate_existing=True)
    patient = work.session.scalars(mine).one_or_none()
    if patient is None:
        raise NotFound(public_id)
    return patient


def add_reach(work: Work, patient: Patient, reach: tuple[Reach, ...]) -> None:
    """Keep numbers and addresses, as typed and as they will be used. Where no messages are wanted at one of them, none
    are, whoever it is added for."""
    stopped = _stopped(work, patient.clinic_id, reach)
    rows = [
        {
            "clinic_id": patient.clinic_id,
            "id": work.ids.row_id(work.now),
            "patient_id": patient.id,
            "kind": each.kind,
            "value": each.value,
            "as_typed": each.as_typed,
            "owner": each.owner,
            "is_possible": each.is_possible,
            "opted_out_at": work.now if (each.kind, each.value) in stopped else None,
            "created_at": work.now,
        }
        for each in reach
    ]
    if rows:
        work.session.execute(insert(ContactPoint), rows)


def _stopped(work: Work, clinic_id: int, reach: tuple[Reach, ...]) -> frozenset[tuple[str, str]]:
    """Kind and value of those that messages were stopped at."""
    if not reach:
        return frozenset()
    rows = work.session.execute(
        select(ContactPoint.kind, ContactPoint.value).where(
            ContactPoint.clinic_id == clinic_id,
            ContactPoint.value.in_({each.value for each in reach}),
            ContactPoint.opted_out_at.is_not(None),
        )
    )
    return frozenset((row.kind, row.value) for row in rows)


def add_further_reach(work: Work, patient: Patient, reach: tuple[Reach, ...]) -> tuple[Reach, ...]:
    """Keep the numbers and addresses that were never known of this patient; returns them. What somebody has ended
    stays ended, however often it comes in again."""
    points = ContactPoint.clinic_id == patient.clinic_id, ContactPoint.patient_id == patient.id
    rows = work.session.execute(select(ContactPoint.kind, ContactPoint.value).where(*points))
    known = {(row.kind, row.value) for row in rows}
    added = tuple({(each.kind, each.value): each for each in reach if (each.kind, each.value) not in known}.values())
    if added:
        add_reach(work, patient, added)
        patient.version += 1
        work.session.flush()
        _index(work, patient)
        ring(work.session, clinic_id=patient.clinic_id, now=work.now, patient_id=patient.id)
    return added


def _end_reach(work: Work, patient: Patient, wanted: tuple[Reach, ...]) -> None:
    """End what is no longer said, and add what is new; nothing is deleted."""
    standing = work.session.scalars(
        select(ContactPoint).where(
            ContactPoint.clinic_id == patient.clinic_id,
            ContactPoint.patient_id == patient.id,
            ContactPoint.ended_at.is_(None),
        )
    ).all()
    said = {(each.kind, each.as_typed, each.owner) for each in wanted}
    for point in standing:
        if (point.kind, point.as_typed, point.owner) not in said:
            point.ended_at = work.now
    known = {(point.kind, point.as_typed, point.owner) for point in standing}
    add_reach(work, patient, tuple(each for each in wanted if (each.kind, each.as_typed, each.owner) not in known))


def _describe(patient: Patient, person: Person) -> None:
    patient.family_name, patient.given_name = person.family_name, person.given_name
    patient.name_key, patient.birth_on = person.name_key, person.birth_on
    patient.sex, patient.language, patient.allergies = person.sex, person.language, person.allergies
    patient.city, patient.prefers = person.city, person.prefers


def _index(work: Work, patient: Patient) -> None:
    """Make the words anew that the patient is found by."""
    mine = (PatientWord.clinic_id == patient.clinic_id, PatientWord.patient_id == patient.id)
    work.session.execute(delete(PatientWord).where(*mine))
    phones = work.session.scalars(
        select(ContactPoint.as_typed).where(
            ContactPoint.clinic_id == patient.clinic_id,
            ContactPoint.patient_id == patient.id,
            ContactPoint.kind == "phone",
            ContactPoint.ended_at.is_(None),
        )
    )
    _write_words(work, patient, phones)


def _write_words(work: Work, patient: Patient, phones: Iterable[str]) -> None:
    words = {word[:LONGEST_NAME] for word in words_of(patient.family_name, patient.given_name, patient.mrn)}
    numbers = {digits_of(phone)[:LONGEST_NAME] for phone in phones} - {""}
    words |= numbers | {number[-_LAST_DIGITS:] for number in numbers}
    rows = [{"clinic_id": patient.clinic_id, "word": word, "patient_id": patient.id} for word in sorted(words)]
    if rows:
        work.session.execute(insert(PatientWord), rows)


def _tell(work: Work, patient: Patient, kind: str) -> None:
    append_event(
        work.session,
        clinic_id=patient.clinic_id,
        case_id=None,
        case_version=None,
        kind=kind,
        actor_id=work.actor.user_id,
        effective_at=work.now,
        recorded_at=work.now,
        body={"patient": patient.public_id, "version": patient.version},
    )
