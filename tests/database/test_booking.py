"""Two visits never take the same room, patient or (for procedures) clinician at the same time."""

from datetime import timedelta
from typing import Any

import pytest
from sqlalchemy.exc import IntegrityError
from sqlalchemy.orm import Session

from tests.factories.facts import make
from tests.factories.rows import a_case, a_clinician, a_patient, a_room
from tracker.domain.facts import Appointment
from tracker.persistence.database import Database
from tracker.persistence.facts import insert_fact, supersede
from tracker.persistence.models import Case, Clinic
from tracker.persistence.refusals import double_booking

ROOM, OTHER_ROOM, CLINICIAN = 4001, 4002, 5001
STARTS = make(Appointment, 1).starts_at


@pytest.fixture
def other(database: Database, case: Case) -> Case:
    """The case of a second patient of the same clinic, which has two rooms and a clinician."""
    with database.writing() as session:
        clinic = session.get_one(Clinic, case.clinic_id)
        a_room(session, clinic)
        a_room(session, clinic, 2)
        a_clinician(session, clinic)
        return a_case(session, a_patient(session, clinic, 2), 2)


def book(session: Session, case: Case, seq: int = 1, /, *, after: timedelta = timedelta(0), **values: object) -> None:
    """A visit of an hour, ``after`` the usual start."""
    when = {"starts_at": STARTS + after, "ends_at": STARTS + after + timedelta(hours=1)}
    insert_fact(session, case.clinic_id, case.id, make(Appointment, seq, **{**when, **values}))


class TestBooking:
    @pytest.mark.parametrize("shared", [{"room_id": ROOM}, {"clinician_id": CLINICIAN}], ids=["room", "clinician"])
    @pytest.mark.parametrize("minutes", [-59, 0, 30, 59])
    def test_is_refused_where_another_patient_is_booked(
        self, database: Database, case: Case, other: Case, shared: dict[str, Any], minutes: int
    ) -> None:
        with database.writing() as session:
            book(session, case, **shared)

        with pytest.raises(IntegrityError) as refused, database.writing() as session:
            book(session, other, after=timedelta(minutes=minutes), **shared)
        assert f"{double_booking(refused.value)}_id" in shared

    def test_is_refused_for_a_patient_who_is_elsewhere(self, database: Database, case: Case, other: Case) -> None:
        with database.writing() as session:
            book(session, case, room_id=ROOM)

        with pytest.raises(IntegrityError) as refused, database.writing() as session:
            book(session, case, 2, room_id=OTHER_ROOM)
        assert double_booking(refused.value) == "patient"

    @pytest.mark.parametrize("hours", [-1, 1])
    def test_may_touch_the_one_before_and_after(self, database: Database, case: Case, other: Case, hours: int) -> None:
        with database.writing() as session:
            book(session, case, room_id=ROOM, clinician_id=CLINICIAN)
            book(session, other, after=timedelta(hours=hours), room_id=ROOM, clinician_id=CLINICIAN)

    @pytest.mark.parametrize("state", ["cancelled", "no_show", "completed"])
    def test_may_take_what_a_visit_no_longer_holds(
        self, database: Database, case: Case, other: Case, state: str
    ) -> None:
        with database.writing() as session:
            book(session, case, room_id=ROOM, clinician_id=CLINICIAN, state=state)
            book(session, other, room_id=ROOM, clinician_id=CLINICIAN)

    def test_may_take_what_an_earlier_version_held(self, database: Database, case: Case, other: Case) -> None:
        with database.writing() as session:
            book(session, case, room_id=ROOM)
            supersede(session, case.clinic_id, case.id, Appointment, 1, by=2)
            book(session, case, 2, appointment=1, version=2, room_id=OTHER_ROOM)
            book(session, other, room_id=ROOM)

    @pytest.mark.parametrize("purposes", [("refill", "follow_up"), ("refill", "trial"), ("implant", "evaluation")])
    def test_may_share_a_clinician_unless_both_are_procedures(
        self, database: Database, case: Case, other: Case, purposes: tuple[str, str]
    ) -> None:
        with database.writing() as session:
            book(session, case, purpose=purposes[0], clinician_id=CLINICIAN)
            book(session, other, purpose=purposes[1], clinician_id=CLINICIAN)

    def test_says_nothing_of_other_refusals(self, database: Database, case: Case) -> None:
        with pytest.raises(IntegrityError) as refused, database.writing() as session:
            book(session, case, room_id=9999)
        assert double_booking(refused.value) is None
