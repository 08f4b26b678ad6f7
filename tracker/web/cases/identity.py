"""Who a case is about, as the ``person`` macro shows it on every page and form of the case."""

from dataclasses import dataclass, replace
from datetime import date

from tracker.domain.allergies import named_allergies
from tracker.domain.calendar import ClinicCalendar
from tracker.domain.namesakes import namesake_words
from tracker.domain.pathway.requirements.person import age_on
from tracker.queries.case_detail import CasePatient
from tracker.queries.day import find_namesakes
from tracker.queries.identity import Identity
from tracker.web.common.current import actor, clinic, today
from tracker.web.common.database import read_session
from tracker.web.common.languages import language_name

PREFERS = {
    "email": "prefers e-mail", "sms": "prefers text messages", "phone": "prefers a call", "letter": "prefers a letter",
}  # fmt: skip


@dataclass(frozen=True, slots=True, kw_only=True)
class Person:
    """Name, birth date and record number together; ``alerts`` and ``notes`` are short words beside them."""

    family_name: str
    given_name: str
    born: str
    age: int
    sex: str
    mrn: str
    url: str = ""
    alerts: tuple[str, ...] = ()
    notes: tuple[str, ...] = ()


def person_of(patient: CasePatient, on: date, *, url: str = "", is_clinical: bool = True) -> Person:
    """The patient of a case; allergies only for those who see clinical detail."""
    allergies = named_allergies(patient.allergies)
    alerts = (f"allergy: {allergies}",) if is_clinical and allergies else ()
    language = language_name(patient.language)
    notes = (PREFERS.get(patient.prefers, ""), f"speaks {language}" if language else "")
    return Person(
        family_name=patient.family_name,
        given_name=patient.given_name,
        born=f"{patient.birth_on.day} {patient.birth_on:%b %Y}",
        age=age_on(patient.birth_on, on),
        sex=patient.sex,
        mrn=patient.mrn,
        url=url,
        alerts=alerts,
        notes=tuple(note for note in notes if note),
    )


def with_namesakes(person: Person, patient: CasePatient) -> Person:
    """The patient with who else of today's visits is easily taken for them, in the words of the Day: said where
    something is given or put in."""
    named = Identity(patient.family_name, patient.given_name, patient.birth_on, patient.mrn)
    found = find_namesakes(read_session(), actor(), named, today(), ClinicCalendar(clinic().zone))
    return replace(person, alerts=(*namesake_words(named, found), *person.alerts))
