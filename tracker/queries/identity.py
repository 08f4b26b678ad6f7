"""Who a row speaks of: on every list a patient is name, birth date and record number together."""

from dataclasses import dataclass
from datetime import date
from typing import Any

from sqlalchemy import ColumnElement, Row, and_

from tracker.persistence.models import Case, Patient


@dataclass(frozen=True, slots=True)
class Identity:
    """What tells one patient from another. Nothing clinical."""

    family_name: str
    given_name: str
    birth_on: date
    mrn: str

    @property
    def name(self) -> str:
        """Family name first, as lists are read."""
        return f"{self.family_name}, {self.given_name}"


#: The columns that ``identity_of`` reads.
IDENTITY = (Patient.family_name, Patient.given_name, Patient.birth_on, Patient.mrn)


def identity_of(row: Row[Any]) -> Identity:
    """The identity in a row that has the columns of ``IDENTITY``."""
    return Identity(row.family_name, row.given_name, row.birth_on, row.mrn)


def is_patient_of_case() -> ColumnElement[bool]:
    """The join from a case to its patient."""
    return and_(Patient.clinic_id == Case.clinic_id, Patient.id == Case.patient_id)
