"""A case to hang facts on, on either engine."""

import pytest

from tests.factories.rows import a_case, a_clinic, a_patient
from tracker.persistence.database import Database
from tracker.persistence.models import Case


@pytest.fixture
def case(database: Database) -> Case:
    """A stored case of the first patient of clinic 1."""
    with database.writing() as session:
        return a_case(session, a_patient(session, a_clinic(session)))


@pytest.fixture
def engine_case(postgresql_database: Database) -> Case:
    """A stored case for what only PostgreSQL holds."""
    with postgresql_database.writing() as session:
        return a_case(session, a_patient(session, a_clinic(session)))
