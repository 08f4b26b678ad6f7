"""A vocabulary takes new words without losing what is stored, its guards, or its other constraints."""

import pytest
from sqlalchemy import text
from sqlalchemy.exc import IntegrityError

from tests.factories.facts import make
from tracker.domain import facts
from tracker.domain.words import DeterminationKind
from tracker.persistence.database import Database
from tracker.persistence.facts import insert_fact, load_live
from tracker.persistence.models import Case
from tracker.persistence.schema_changes import close_vocabulary

NEW = "never_heard_of"


def write(database: Database, case: Case, seq: int, kind: str) -> None:
    with database.writing() as session:
        insert_fact(session, case.clinic_id, case.id, make(facts.Determination, seq, kind=kind, value=""))


class TestVocabulary:
    def test_takes_a_new_word_and_no_other(self, database: Database, case: Case) -> None:
        write(database, case, 1, DeterminationKind.DEATH)
        with database.migrating() as connection:
            close_vocabulary(connection, "determinations", "kind", [*DeterminationKind, NEW])

        write(database, case, 2, NEW)
        with pytest.raises(IntegrityError):
            write(database, case, 3, "unknown")
        with database.reading() as session:
            assert [each.seq for each in load_live(session, case.clinic_id, case.id)] == [1, 2]

    def test_keeps_the_guards(self, database: Database, case: Case) -> None:
        with database.migrating() as connection:
            close_vocabulary(connection, "determinations", "kind", [*DeterminationKind, NEW])
        write(database, case, 1, NEW)

        with pytest.raises(IntegrityError), database.writing() as session:
            session.execute(text("UPDATE determinations SET reason = 'another'"))
        with pytest.raises(IntegrityError):
            write(database, case, 0, NEW)

    def test_leaves_a_database_that_is_whole(self, sqlite_database: Database) -> None:
        with sqlite_database.migrating() as connection:
            close_vocabulary(connection, "determinations", "kind", [*DeterminationKind, NEW])

        with sqlite_database.read.connect() as connection:
            assert connection.exec_driver_sql("PRAGMA integrity_check").scalar_one() == "ok"

    def test_is_not_invented_for_a_column_without_one(self, sqlite_database: Database) -> None:
        with pytest.raises(LookupError), sqlite_database.migrating() as connection:
            close_vocabulary(connection, "determinations", "reason", ["a"])
