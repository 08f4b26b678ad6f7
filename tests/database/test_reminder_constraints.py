"""A reminder that nobody would look at again, or that would go to somebody else, is refused."""

from typing import TypeAlias

import pytest
from sqlalchemy.exc import IntegrityError
from sqlalchemy.orm import Session

from tests.factories.facts import HAPPENED, WRITTEN
from tests.factories.rows import BEGAN, a_clinic, a_patient
from tracker.persistence.database import Database
from tracker.persistence.models import Case, ContactPoint, Reminder

Values: TypeAlias = dict[str, object]


def named(values: object) -> str | None:
    """What a test is called after."""
    return ",".join(values) if isinstance(values, dict) else None


def a_number(session: Session, case: Case, patient_id: int, number: int) -> ContactPoint:
    """A phone of a patient."""
    values: Values = {"kind": "phone", "value": "+12125550100", "as_typed": "212 555 0100", "owner": "patient"}
    point = ContactPoint(
        clinic_id=case.clinic_id, id=number, patient_id=patient_id, is_possible=True, created_at=BEGAN, **values
    )
    session.add(point)
    session.flush()
    return point


def a_reminder(case: Case, **values: object) -> Reminder:
    """A planned reminder of the case's patient."""
    usual: Values = {
        "clinic_id": case.clinic_id,
        "id": 1,
        "case_id": case.id,
        "patient_id": case.patient_id,
        "key": "arrival:1:1:sms",
        "contact_key": "arrival:1:1",
        "call_key": "call:1",
        "kind": "arrival",
        "subject": "appointment:1",
        "wanted_at": HAPPENED,
        "useless_after": WRITTEN,
        "channel": "sms",
        "state": "planned",
        "next_action_at": HAPPENED,
        "template": "arrival",
        "created_at": BEGAN,
    }
    return Reminder(**{**usual, **values})


class TestReminder:
    @pytest.mark.parametrize(
        "values",
        [
            {"state": "asleep"},
            {"state": "unknown", "next_action_at": None},
            {"state": "claimed"},
            {"state": "in_flight", "claim_token": "t"},
            {"channel": "pigeon"},
            {"useless_after": BEGAN},
        ],
        ids=named,
    )
    def test_cannot_rest_where_nobody_looks(self, database: Database, case: Case, values: Values) -> None:
        with pytest.raises(IntegrityError), database.writing() as session:
            session.add(a_reminder(case, **values))

    def test_exists_once_per_key(self, database: Database, case: Case) -> None:
        with database.writing() as session:
            session.add(a_reminder(case, state="cancelled", next_action_at=None))

        with pytest.raises(IntegrityError), database.writing() as session:
            session.add(a_reminder(case, id=2))

    def test_goes_to_its_own_patient_only(self, database: Database, case: Case) -> None:
        with database.writing() as session:
            stranger = a_patient(session, a_clinic(session, 2), 2, clinic_id=case.clinic_id)
            own, foreign = (a_number(session, case, who, n) for n, who in enumerate((case.patient_id, stranger.id), 1))
            session.add(a_reminder(case, contact_point_id=own.id))

        for values in ({"contact_point_id": foreign.id}, {"patient_id": stranger.id}):
            with pytest.raises(IntegrityError), database.writing() as session:
                session.add(a_reminder(case, id=2, key="other", **values))
