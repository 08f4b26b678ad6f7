"""Finding one case by what somebody has at hand: its public id, or (at a shell) the patient's record number."""

from dataclasses import dataclass

from sqlalchemy import or_, select
from sqlalchemy.orm import Session

from tracker.domain.errors import NotFound
from tracker.persistence.models import Case, Patient


@dataclass(frozen=True, slots=True)
class CaseKeys:
    """What an entry about a case refers to."""

    case_id: int
    patient_id: int


def find_keys(session: Session, clinic_id: int, public_id: str) -> CaseKeys:
    """The keys of a case.

    :raises NotFound: if the clinic has no such case
    """
    query = select(Case.id, Case.patient_id).where(Case.clinic_id == clinic_id, Case.public_id == public_id)
    row = session.execute(query).one_or_none()
    if row is None:
        raise NotFound(public_id)
    return CaseKeys(row.id, row.patient_id)


def find_case(session: Session, clinic_id: int, known_as: str) -> str:
    """The public id of a case. Of a patient with several, the open one, else the latest.

    :raises NotFound: if the clinic has no such case
    """
    found = session.scalar(
        select(Case.public_id)
        .join(Patient, (Patient.clinic_id == Case.clinic_id) & (Patient.id == Case.patient_id))
        .where(Case.clinic_id == clinic_id, or_(Case.public_id == known_as, Patient.mrn == known_as))
        .order_by(Case.is_open.desc(), Case.opened_at.desc())
        .limit(1)
    )
    if found is None:
        raise NotFound(f"There is no case {known_as} in this clinic.")
    return found
