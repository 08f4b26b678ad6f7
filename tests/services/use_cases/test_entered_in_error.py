"""A case entered in error is closed for good, and never in the way of the patient's own referral."""

from collections.abc import Callable

import pytest
from sqlalchemy import select

from tests.support.journey import Journey, a_person
from tracker.domain.words import Role
from tracker.persistence.models import Case, Patient
from tracker.services import decisions, referrals
from tracker.services.referrals import NewReferral
from tracker.services.work import Work

At = Callable[[str], Journey]


def refer_again(journey: Journey) -> referrals.Referred:
    """The same patient is referred once more."""
    new = NewReferral(person=a_person(), received_on=journey.today, indication="spasticity")
    with journey.database.writing() as session:
        work = Work(session, journey.actor(Role.COORDINATOR), journey.ids, journey.clock.now())
        return referrals.refer(work, new, journey.calendar)


@pytest.mark.parametrize("reason", ["wrong patient", "test entry"])
def test_the_patient_can_be_referred_again(at: At, reason: str) -> None:
    journey = at("evaluating")
    first = journey.public_id
    journey.step("entered_in_error", Role.LEAD_COORDINATOR, reason=reason)
    again = refer_again(journey)
    assert again.is_new
    with journey.database.reading() as session:
        rows = session.execute(select(Case.public_id, Case.stage, Case.is_open).order_by(Case.is_open)).all()
        patients = session.scalars(select(Patient.id)).all()
    assert [tuple(row) for row in rows] == [
        (first, "entered_in_error", False),
        (again.case_public_id, "referred", True),
    ]
    assert len(patients) == 1
    third = refer_again(journey)
    assert (third.is_new, third.case_public_id) == (False, again.case_public_id)


def test_any_other_closed_case_is_still_found(at: At) -> None:
    journey = at("implant_decision")
    journey.do(
        Role.COORDINATOR, lambda w, r: decisions.record_decision(w, r, decision="declined", reason="wants to wait")
    )
    assert journey.stage == "declined"
    assert refer_again(journey).case_public_id == journey.public_id
