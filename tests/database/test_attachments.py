"""What patients signed and what was attached cannot be changed, and belongs to one case."""

from datetime import date
from typing import Any

import pytest
from sqlalchemy import delete, insert, update
from sqlalchemy.exc import IntegrityError

from tests.factories.facts import make
from tests.factories.rows import BEGAN, a_case, a_clinic, a_member, a_patient
from tracker.domain.facts import ChecklistItem, Consent, Document
from tracker.persistence.database import Database
from tracker.persistence.facts import insert_fact, supersede
from tracker.persistence.models import Attachment, Case, Clinic, ConsentFormRow, ConsentTextRow

DIGEST = "a" * 64
PERSON = 1
FORM = {
    "public_id": "f" * 32, "procedure": "trial", "language": "en", "text_version": 1, "title": "t", "body": "b",
    "approved_by": "", "text_hash": "h", "strokes": "", "strokes_hash": "", "made_at": BEGAN,
}  # fmt: skip
TEXT = {
    "procedure": "trial", "language": "en", "version": 1001, "title": "t", "body": "b", "approved_by": "Dr Haddad",
    "approved_on": date(2026, 1, 1), "shipped_version": 1, "written_at": BEGAN,
}  # fmt: skip


@pytest.fixture
def person(database: Database, case: Case) -> int:
    with database.writing() as session:
        return a_member(session, session.get_one(Clinic, case.clinic_id), PERSON).id


def attach(database: Database, case: Case, person: int, **values: object) -> None:
    usual = {"digest": DIGEST, "media_type": "image/png", "size": 9, "stored_at": BEGAN, "stored_by": person}
    with database.writing() as session:
        session.execute(insert(Attachment).values(clinic_id=case.clinic_id, case_id=case.id, **{**usual, **values}))


def record(database: Database, case: Case, *facts: Any) -> None:
    with database.writing() as session:
        for fact in facts:
            insert_fact(session, case.clinic_id, case.id, fact)


@pytest.mark.parametrize("wrong", [{"digest": "a"}, {"media_type": "text/html"}, {"size": 0}])
def test_a_scan_is_one_of_three_kinds_and_not_empty(
    database: Database, case: Case, person: int, wrong: dict[str, object]
) -> None:
    with pytest.raises(IntegrityError):
        attach(database, case, person, **wrong)


def test_a_scan_belongs_to_one_fact_that_stands(database: Database, case: Case, person: int) -> None:
    attach(database, case, person)
    record(database, case, make(Document, 1, attachment=DIGEST))
    with pytest.raises(IntegrityError):
        record(database, case, make(Document, 2, attachment=DIGEST))
    with database.writing() as session:
        supersede(session, case.clinic_id, case.id, Document, 1, 3)
        insert_fact(session, case.clinic_id, case.id, make(Document, 3, attachment=DIGEST))


@pytest.mark.parametrize("fact", [
    make(Document, 1, attachment=DIGEST), make(Consent, 1, attachment=DIGEST), make(Consent, 1, form="f" * 32),
    make(Consent, 1, clinician_id=5), make(ChecklistItem, 1, appointment=1, about_seq=9),
])  # fmt: skip
def test_no_fact_names_what_belongs_to_another_case(database: Database, case: Case, person: int, fact: Any) -> None:
    with database.writing() as session:
        other = a_case(session, a_patient(session, session.get_one(Clinic, case.clinic_id), 2), 2)
    attach(database, other, person)
    with database.writing() as session:
        row = {**FORM, "clinic_id": other.clinic_id, "case_id": other.id, "made_by": person}
        session.execute(insert(ConsentFormRow).values(row))
    with pytest.raises(IntegrityError):
        record(database, case, fact)


@pytest.mark.parametrize("statement", [
    delete(Attachment), update(Attachment).values(size=1), delete(ConsentFormRow),
    update(ConsentFormRow).values(body="x"), update(ConsentFormRow).values(strokes="0,0"), delete(ConsentTextRow),
    update(ConsentTextRow).values(body="x"),
])  # fmt: skip
def test_what_was_signed_and_attached_stays_as_it_was(
    database: Database, case: Case, person: int, statement: Any
) -> None:
    attach(database, case, person)
    where = {"clinic_id": case.clinic_id}
    with database.writing() as session:
        session.execute(insert(ConsentFormRow).values({**FORM, **where, "case_id": case.id, "made_by": person}))
        session.execute(insert(ConsentTextRow).values({**TEXT, **where, "written_by": person}))
    with pytest.raises(IntegrityError, match="cannot be changed"), database.writing() as session:
        session.execute(statement)


@pytest.mark.parametrize("wrong", [{"version": 1000}, {"approved_by": ""}, {"body": ""}])
def test_a_clinics_own_text_names_who_approved_it(
    database: Database, case: Case, person: int, wrong: dict[str, object]
) -> None:
    with pytest.raises(IntegrityError), database.writing() as session:
        session.execute(insert(ConsentTextRow).values({**TEXT, **wrong, "clinic_id": 1, "written_by": person}))


@pytest.mark.parametrize("wrong", [{"state": "lost"}, {"relation": "neighbour"}, {"assent": "perhaps"}])
def test_a_consent_says_what_there_are_words_for(database: Database, case: Case, wrong: dict[str, object]) -> None:
    with pytest.raises(IntegrityError):
        record(database, case, make(Consent, 1, **wrong))


def test_a_clinic_has_its_own_cases(database: Database, case: Case, person: int) -> None:
    with database.writing() as session:
        other = a_clinic(session, 2)
    row = {**FORM, "clinic_id": other.id, "case_id": case.id, "made_by": person}
    with pytest.raises(IntegrityError), database.writing() as session:
        session.execute(insert(ConsentFormRow).values(row))
