"""Who the patients are: found before they are made, and found again by name, number, birth date and telephone.

A medical record number belongs to one person. The same number with another name or birth date is never merged and
never overwritten; somebody has to look.
"""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date

from sqlalchemy import delete, insert, select

from tracker.domain.access import Permission
from tracker.domain.errors import InvalidInput, NotFound, StaleVersion
from tracker.domain.names import digits_of, fold, holds_unseen, record_number, spelled, words_of
from tracker.persistence.models import ContactPoint, Patient, PatientWord
from tracker.persistence.vocabulary import ContactChange
from tracker.services.clinic_events import tell_clinic
from tracker.services.contact_changes import Changed, note_changes
from tracker.services.contact_stops import stopped_among
from tracker.services.reconcile import ring
from tracker.services.work import Work

LONGEST_NAME = 200
_UNSEEN = "This holds a sign that cannot be seen. Type it anew instead of pasting it."
#: By so many digits at the end of a number a patient is found too.
_LAST_DIGITS = 4


@dataclass(frozen=True, slots=True)
class Reach:
    """A number or address as it was typed, and as it will be used. ``is_possible``: it could exist.
    ``texts_agreed``: whoever answers there agreed to text messages; nobody assumes it."""

    kind: str
    value: str
    as_typed: str
    owner: str = "patient"
    is_possible: bool = True
    texts_agreed: bool = False

    @property
    def takes_texts(self) -> bool:
        """Whether text messages may go there: agreed to, at what can be a telephone number."""
        return self.texts_agreed and self.is_possible and self.kind == "phone"


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
    index_patient(work, patient)
    ring(work.session, clinic_id=patient.clinic_id, now=work.now, patient_id=patient.id)
    tell_clinic(work, "patient_changed", {"patient": patient.public_id, "version": patient.version})
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
    """Keep numbers and addresses, as typed and as they will be used. Where no messages are wanted at one of them by
    anybody who shares it, none are, whoever it is added for."""
    since = stopped_among(
        work.session,
        clinic_id=patient.clinic_id,
        patient_id=patient.id,
        points=[(each.kind, each.value) for each in reach],
    )
    known_by = [(work.ids.row_id(work.now), each) for each in reach]
    rows = [
        {
            "clinic_id": patient.clinic_id,
            "id": point_id,
            "patient_id": patient.id,
            "kind": each.kind,
            "value": each.value,
            "as_typed": each.as_typed,
            "owner": each.owner,
            "is_possible": each.is_possible,
            "texts_agreed_at": work.now if each.takes_texts else None,
            "opted_out_at": since.get((each.kind, each.value)),
            "created_at": work.now,
        }
        for point_id, each in known_by
    ]
    if rows:
        work.session.execute(insert(ContactPoint), rows)
        added = [Changed(ContactChange.ADDED, point_id) for point_id, _ in known_by]
        agreed = [Changed(ContactChange.TEXTS_AGREED, point_id) for point_id, each in known_by if each.takes_texts]
        note_changes(work, patient.id, [*added, *agreed])


def add_further_reach(work: Work, patient: Patient, reach: tuple[Reach, ...]) -> tuple[Reach, ...]:
    """Keep the numbers and addresses that were never known of this patient, and what was agreed to at known ones;
    returns both. What somebody has ended stays ended, however often it comes in again."""
    points = {(each.kind, each.value): each for each in points_of(work, patient)}
    added = tuple({(each.kind, each.value): each for each in reach if (each.kind, each.value) not in points}.values())
    agreed = tuple(
        each for each in reach if each.takes_texts and _agrees_anew(each, points.get((each.kind, each.value)))
    )
    for each in agreed:
        points[each.kind, each.value].texts_agreed_at = work.now
    if added or agreed:
        add_reach(work, patient, added)
        known = [points[each.kind, each.value].id for each in agreed]
        note_changes(work, patient.id, [Changed(ContactChange.TEXTS_AGREED, point_id) for point_id in known])
        patient.version += 1
        work.session.flush()
        index_patient(work, patient)
        ring(work.session, clinic_id=patient.clinic_id, now=work.now, patient_id=patient.id)
    return (*added, *agreed)


def _agrees_anew(said: Reach, point: ContactPoint | None) -> bool:
    stands = point is not None and point.ended_at is None and point.owner == said.owner
    return stands and point is not None and point.texts_agreed_at is None


def points_of(work: Work, patient: Patient) -> Sequence[ContactPoint]:
    """All numbers and addresses of a patient, the ended ones first, so that a mapping by value holds what stands."""
    mine = ContactPoint.clinic_id == patient.clinic_id, ContactPoint.patient_id == patient.id
    found = work.session.scalars(select(ContactPoint).where(*mine)).all()
    return sorted(found, key=lambda each: (each.ended_at is None, each.id))


def _end_reach(work: Work, patient: Patient, wanted: tuple[Reach, ...]) -> None:
    """End what is no longer said, and add what is new; nothing is deleted. The same number written in another way
    stays what it is, with all that was agreed to and stopped."""
    points = points_of(work, patient)
    standing = [each for each in points if each.ended_at is None]
    said: set[int] = set()
    new: dict[tuple[str, str, str], Reach] = {}
    changes: list[Changed] = []
    for each in wanted:
        point = next((point for point in standing if _is_same(point, each)), None)
        if point is None:
            new.setdefault((each.kind, each.value, each.owner), each)
        elif point.id not in said:
            said.add(point.id)
            if point.as_typed != each.as_typed:
                point.as_typed = each.as_typed
                changes.append(Changed(ContactChange.REWRITTEN, point.id))
    for point in standing:
        if point.id not in said:
            point.ended_at = work.now
            changes.append(Changed(ContactChange.ENDED, point.id))
    note_changes(work, patient.id, changes)
    add_reach(work, patient, tuple(new.values()))


def _is_same(point: ContactPoint, said: Reach) -> bool:
    is_theirs = (point.kind, point.owner) == (said.kind, said.owner)
    return is_theirs and (point.as_typed == said.as_typed or point.value == said.value)


def _describe(patient: Patient, person: Person) -> None:
    patient.family_name, patient.given_name = person.family_name, person.given_name
    patient.name_key, patient.birth_on = person.name_key, person.birth_on
    patient.sex, patient.language, patient.allergies = person.sex, person.language, person.allergies
    patient.city, patient.prefers = person.city, person.prefers


def index_patient(work: Work, patient: Patient) -> None:
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
