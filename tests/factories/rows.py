"""Rows that facts hang on: a clinic with its chain, a member, a patient and a case. Each is flushed at once.

``number`` tells rows of one kind apart and makes their ids and names.
"""

from datetime import UTC, date, datetime

from sqlalchemy.orm import Session

from tracker.persistence.chain import start_chain
from tracker.persistence.models import (
    Case,
    Clinic,
    Clinician,
    Membership,
    MembershipRole,
    Obligation,
    Patient,
    Room,
    User,
)

BEGAN = datetime(2026, 3, 1, 12, 0, tzinfo=UTC)


def a_clinic(session: Session, number: int = 1, /, **values: object) -> Clinic:
    """A clinic in New York, with its chain of events."""
    usual = {"id": number, "public_id": f"{number:032x}", "name": f"Clinic {number}", "zone": "America/New_York"}
    clinic = Clinic(**{**usual, **values})
    session.add(clinic)
    session.flush()
    start_chain(session, clinic.id)
    return clinic


def a_member(session: Session, clinic: Clinic, number: int = 1, role: str = "coordinator") -> User:
    """Somebody who works at the clinic in one role."""
    address = f"user{number}@clinic.example"
    user = User(
        id=1000 + number,
        public_id=f"{1000 + number:032x}",
        email=address,
        email_key=address,
        name=f"User {number}",
        created_at=BEGAN,
    )
    session.add(user)
    session.flush()
    session.add(Membership(clinic_id=clinic.id, user_id=user.id))
    session.flush()
    session.add(MembershipRole(clinic_id=clinic.id, user_id=user.id, role=role))
    session.flush()
    return user


def a_patient(session: Session, clinic: Clinic, number: int = 1, /, **values: object) -> Patient:
    """A grown-up patient who prefers nothing."""
    usual = {
        "clinic_id": clinic.id,
        "id": 2000 + number,
        "public_id": f"{clinic.id * 10_000 + 2000 + number:032x}",
        "mrn": f"M{number}",
        "family_name": f"Family{number}",
        "given_name": "Given",
        "name_key": f"family{number} given",
        "birth_on": date(1970, 1, 2),
        "created_at": BEGAN,
    }
    patient = Patient(**{**usual, **values})
    session.add(patient)
    session.flush()
    return patient


def a_case(session: Session, patient: Patient, number: int = 1, /, **values: object) -> Case:
    """An open case in its first stage."""
    usual = {
        "clinic_id": patient.clinic_id,
        "id": 3000 + number,
        "public_id": f"{patient.clinic_id * 10_000 + 3000 + number:032x}",
        "patient_id": patient.id,
        "pathway": "itb",
        "pathway_version": 1,
        "stage": "referred",
        "phase": "referral",
        "stage_entered_at": BEGAN,
        "owner_role": "coordinator",
        "opened_at": BEGAN,
    }
    case = Case(**{**usual, **values})
    session.add(case)
    session.flush()
    return case


def a_room(session: Session, clinic: Clinic, number: int = 1) -> Room:
    """A room for one visit at a time."""
    room = Room(clinic_id=clinic.id, id=4000 + number, name=f"Room {number}")
    session.add(room)
    session.flush()
    return room


def a_clinician(session: Session, clinic: Clinic, number: int = 1) -> Clinician:
    """A physician who does not sign in."""
    clinician = Clinician(clinic_id=clinic.id, id=5000 + number, name=f"Dr. {number}", kind="physician")
    session.add(clinician)
    session.flush()
    return clinician


def an_obligation(session: Session, case: Case, number: int = 1, /, **values: object) -> Obligation:
    """An open obligation of the case's owner."""
    usual = {
        "clinic_id": case.clinic_id,
        "id": 6000 + number,
        "case_id": case.id,
        "kind": "refill",
        "subject": "device:1",
        "device": 1,
        "due_on": date(2026, 8, 10),
        "owner_role": "coordinator",
        "opened_at": BEGAN,
    }
    obligation = Obligation(**{**usual, **values})
    session.add(obligation)
    session.flush()
    return obligation
