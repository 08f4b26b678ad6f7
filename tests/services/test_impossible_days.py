"""Nothing is said to have happened to a patient before the patient was born."""

from datetime import timedelta

import pytest

from tests.support.fixed import FixedClock, SeededIds
from tests.support.journey import a_person, journey_in
from tests.support.web import make_world
from tracker.domain.errors import InvalidInput
from tracker.domain.words import Role
from tracker.persistence.database import Database
from tracker.services import steps


def test_a_death_before_birth_is_refused(sqlite_database: Database, clock: FixedClock, ids: SeededIds) -> None:
    journey = journey_in(make_world(sqlite_database, clock, ids))
    person = a_person()
    journey.refer(person)
    with pytest.raises(InvalidInput) as refused:
        journey.do(
            Role.COORDINATOR,
            lambda work, ref: steps.record_death(
                work, ref, died_on=person.birth_on - timedelta(days=1), source="the daughter", second_by=None
            ),
        )
    assert refused.value.problems == {"died_on": "The patient was not born yet."}
