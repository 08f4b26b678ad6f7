"""What must never be of a reoperation, refused by the database itself: another's pump, two at once, a device in it."""

import pytest
from sqlalchemy.exc import IntegrityError

from tests.factories.facts import make
from tests.factories.rows import a_case, a_patient
from tracker.domain import facts
from tracker.persistence.database import Database
from tracker.persistence.facts import insert_fact
from tracker.persistence.models import Case, Clinic, Patient


def begin(database: Database, about: Case | None, number: int, *, of_another: bool = False, **values: object) -> Case:
    """A reoperation stored behind the services' back."""
    with database.writing() as session:
        clinic = session.get_one(Clinic, 1)
        patient = a_patient(session, clinic, 2) if of_another else session.get_one(Patient, (1, 2001))
        known = {"pathway": "itb_reoperation", "stage": "reoperation_decided", "phase": "preparation"}
        about_id = about.id if about is not None else None
        return a_case(session, patient, number, about_case_id=about_id, **{**known, **values})


def test_names_the_case_of_a_pump(database: Database, case: Case) -> None:
    assert begin(database, case, 2).about_case_id == case.id
    with pytest.raises(IntegrityError):
        begin(database, None, 3)
    with pytest.raises(IntegrityError):
        begin(database, case, 4, pathway="itb", stage="referred")


def test_is_of_the_patient_of_the_pump(database: Database, case: Case) -> None:
    with pytest.raises(IntegrityError):
        begin(database, case, 2, of_another=True)


def test_is_one_at_a_time(database: Database, case: Case) -> None:
    begin(database, case, 2)
    with pytest.raises(IntegrityError):
        begin(database, case, 3)


def test_holds_no_device_and_nothing_that_is_in_one(database: Database, case: Case) -> None:
    beside = begin(database, case, 2)
    with pytest.raises(IntegrityError), database.writing() as session:
        insert_fact(session, 1, beside.id, make(facts.Device, 1))


def test_is_named_by_what_was_put_in_at_it(database: Database, case: Case) -> None:
    beside = begin(database, case, 2)
    with database.writing() as session:
        insert_fact(session, 1, case.id, make(facts.Device, 1, kind="catheter", origin="reoperation",
                                              reoperation_id=beside.id))  # fmt: skip


@pytest.mark.parametrize("wrong", [None, 3001, 9999])
def test_is_not_named_wrongly(database: Database, case: Case, wrong: int | None) -> None:
    begin(database, case, 2)
    part = make(facts.Device, 1, kind="catheter", origin="reoperation", reoperation_id=wrong)
    with pytest.raises(IntegrityError), database.writing() as session:
        insert_fact(session, 1, case.id, part)
