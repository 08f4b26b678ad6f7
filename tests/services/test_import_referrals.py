"""Every row of the two files ends imported, already there or refused with a reason; again, nothing changes."""

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import replace
from datetime import UTC, date, datetime

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from sqlalchemy import select
from sqlalchemy.exc import IntegrityError
from sqlalchemy.orm import Session

from tests.support.fixed import FixedClock, SeededIds
from tests.support.importing import (
    DATA,
    GOOD,
    MESSY,
    bring_in,
    line,
    look_at,
    make_importer,
    referral_file,
    row_counts,
)
from tracker.domain.errors import NotPermitted
from tracker.domain.words import Role
from tracker.persistence.chain import verify_chain
from tracker.persistence.database import Database
from tracker.persistence.models import Case, ContactPoint, Patient, ReferralRow, StaffTask
from tracker.services.imports import Importer, Report, import_referrals
from tracker.services.referral_file import COLUMNS
from tracker.services.table_file import read_table

SUNDAY = datetime(2026, 11, 22, 18, 0, tzinfo=UTC)

#: By row as a spreadsheet shows it: what the messy file meets on an empty database. Written by hand from the file.
REFUSED_FIRST = {
    2: ("birth_date", "two different days"),  # 03/07/1961
    3: ("birth_date", "in the future"),  # 2031-01-01
    4: ("birth_date", "not a day of the calendar"),  # 1961-02-30
    9: ("family_name", "missing"),
    10: ("mrn", "nobody of this name and birth date"),
    12: ("mrn", "another name"),  # the number of row 11
    17: ("indication", "headache"),
    18: ("procedure", "SCS"),
    19: ("received_on", "in the future"),  # 2027-12-24
    23: ("family_name", "more than 200 characters"),
    44: (None, "6 cells"),
}
#: The same after referrals.csv, which knows who really has the numbers of rows 11, 14, 15 and 24, and row 10's name.
REFUSED_AFTER_GOOD = {row: why for row, why in REFUSED_FIRST.items() if row not in {10, 12}} | {
    11: ("mrn", "another name"),
    14: ("mrn", "another name"),
    15: ("mrn", "another name"),
    24: ("mrn", "another birth date"),
}
DOUBTS = {
    5: ("phone", "call mother"),
    7: ("diagnosis_code", "G35 could not be used on 2026-06-09"),
    8: ("diagnosis_code", "ZZ9"),
    16: ("email", "not-an-address"),
    21: ("language", "xx"),
    26: ("urgency", "ASAP!!!"),
    27: ("payer", "missing"),
}


@pytest.fixture
def importer(sqlite_database: Database, clock: FixedClock, ids: SeededIds) -> Importer:
    """The command line at an empty clinic, on a Sunday in November."""
    clock.set(SUNDAY)
    return make_importer(sqlite_database, clock, ids)


def assert_says(found: list[object], expected: dict[int, tuple[str | None, str]]) -> None:
    """Each row once, with its field and a reason that holds the words."""
    by_row = {each.row: each for each in found}
    assert len(by_row) == len(found)
    assert {row: each.field for row, each in by_row.items()} == {row: name for row, (name, _) in expected.items()}
    for row, (_, words) in expected.items():
        assert words in by_row[row].reason, row


def assert_adds_up(report: Report) -> None:
    assert report.imported + report.already_there + len(report.refused) == report.rows


def previewed_and_brought_in(importer: Importer, database: Database, content: bytes) -> Report:
    """Import a file, having seen that the preview says the same."""
    expected = look_at(importer, database, content)
    report = bring_in(importer, content)
    assert report.document() == expected.document()
    return report


def assert_changes_nothing(importer: Importer, database: Database, content: bytes) -> None:
    """A file that was imported before: nobody is new, and no table has a row more."""
    with database.reading() as session:
        before = row_counts(session)
    assert bring_in(importer, content).imported == 0
    with database.reading() as session:
        assert row_counts(session) == before
        assert verify_chain(session, importer.actor.clinic_id).is_whole


class TestTheMessyFile:
    def test_on_an_empty_database(self, importer: Importer) -> None:
        report = bring_in(importer, MESSY)
        assert (report.rows, report.imported, report.already_there) == (43, 30, 2)
        assert_adds_up(report)
        assert_says(report.refused, REFUSED_FIRST)
        assert_says(report.warnings, DOUBTS)
        assert [each.row for each in report.outcomes if not each.is_new and each.refused is None] == [42, 43]

    @pytest.mark.slow
    def test_after_the_good_file(self, importer: Importer, sqlite_database: Database) -> None:
        assert previewed_and_brought_in(importer, sqlite_database, GOOD).imported == 251
        report = previewed_and_brought_in(importer, sqlite_database, MESSY)
        assert (report.rows, report.imported, report.already_there) == (43, 0, 30)
        assert_adds_up(report)
        assert_says(report.refused, REFUSED_AFTER_GOOD)
        assert report.warnings == []
        assert_changes_nothing(importer, sqlite_database, GOOD)

    @pytest.mark.slow
    def test_before_the_good_file(self, importer: Importer, sqlite_database: Database) -> None:
        bring_in(importer, MESSY)
        assert_changes_nothing(importer, sqlite_database, MESSY)
        report = previewed_and_brought_in(importer, sqlite_database, GOOD)
        assert (report.rows, report.imported, report.already_there) == (251, 220, 27)
        assert_adds_up(report)
        assert {each.row: each.field for each in report.refused} == {17: "mrn", 52: "mrn", 62: "mrn", 117: "mrn"}
        assert_says(report.warnings, {54: ("mrn", "another number, 5c55a67c-fb4")})

    def test_agrees_for_nobody_to_texts(self, importer: Importer, sqlite_database: Database) -> None:
        bring_in(importer, MESSY)
        with sqlite_database.reading() as session:
            phones = session.scalars(select(ContactPoint.texts_agreed_at).where(ContactPoint.kind == "phone")).all()
        assert len(phones) > 20 and set(phones) == {None}

    def test_keeps_what_was_typed(self, importer: Importer, sqlite_database: Database) -> None:
        bring_in(importer, MESSY)
        with sqlite_database.reading() as session:
            phone = session.scalars(select(ContactPoint).where(ContactPoint.as_typed == "call mother")).one()
            assert not phone.is_possible
            abroad = session.scalars(select(ContactPoint).where(ContactPoint.as_typed == "+44 20 7946 0958")).one()
            assert (abroad.value, abroad.is_possible) == ("+442079460958", True)
            notes = set(session.scalars(select(ReferralRow.notes).where(ReferralRow.notes != "")))
            assert notes == {'=HYPERLINK("http://evil.example","x")', "line one\r\nline two"}
            names = set(session.scalars(select(Patient.family_name)))
            assert {'O\'Brien-Núñez, "Bo"'} <= names
            assert session.scalars(select(Patient.given_name).where(Patient.mrn == "3287b938-467")).one() == "李 小龙"

    def test_opens_one_task_for_each_case_with_a_doubt(self, importer: Importer, sqlite_database: Database) -> None:
        bring_in(importer, MESSY)
        with sqlite_database.reading() as session:
            tasks = session.scalars(select(StaffTask)).all()
            assert len(tasks) == len({task.case_id for task in tasks}) == len(DOUBTS)
            assert {(task.kind, task.owner_role, task.due_on) for task in tasks} == {
                ("import_doubts", "coordinator", date(2026, 11, 22))
            }
            assert {name for task in tasks for name in task.params} == {name for name, _ in DOUBTS.values()}


class TestAgain:
    def test_a_task_that_somebody_did_stays_done(self, importer: Importer, sqlite_database: Database) -> None:
        content = referral_file(line(phone="call mother"), line(mrn="M-2"))
        bring_in(importer, content)
        with sqlite_database.writing() as session:
            for task in session.scalars(select(StaffTask)):
                task.done_at, task.done_by, task.outcome = SUNDAY, importer.actor.user_id, "called"
        bring_in(importer, content)
        with sqlite_database.reading() as session:
            assert [task.done_at is not None for task in session.scalars(select(StaffTask))] == [True, True]


class TestAtTheSameTime:
    """Two people may import the same file at once: whoever comes second finds who is there by then."""

    def beaten(self, importer: Importer, database: Database, times: int) -> Importer:
        """An importer whose first transactions find at their end that somebody else was faster."""
        left = [IntegrityError("INSERT", None, Exception("unique")) for _ in range(times)]

        @contextmanager
        def writing() -> Iterator[Session]:
            with database.writing() as session:
                yield session
                if left:
                    raise left.pop()

        return replace(importer, writing=writing)

    def test_a_row_is_tried_once_more(self, importer: Importer, sqlite_database: Database) -> None:
        report = bring_in(self.beaten(importer, sqlite_database, 1), referral_file(line(phone="12")))
        assert (report.rows, report.imported, len(report.warnings)) == (1, 1, 1)
        with sqlite_database.reading() as session:
            assert len(session.scalars(select(Case)).all()) == 1

    def test_a_real_fault_is_not_hidden(self, importer: Importer, sqlite_database: Database) -> None:
        with pytest.raises(IntegrityError):
            bring_in(self.beaten(importer, sqlite_database, 2), referral_file(line()))


class TestWhoSomebodyIs:
    @pytest.mark.parametrize(
        "same",
        [
            {"mrn": " m-1 "},
            {"mrn": "M-1", "given_name": "ANA"},
            {"mrn": ""},
            {"mrn": "", "family_name": "Rúiz"},
            {"phone": "", "email": ""},
            {"received_on": "2026-05-02", "diagnosis_code": "G80.0", "payer": "Cigna"},
        ],
    )
    def test_the_same_person_is_already_there(self, importer: Importer, same: dict[str, str]) -> None:
        report = bring_in(importer, referral_file(line(), line(**same)))
        assert (report.imported, report.already_there, report.warnings) == (1, 1, [])

    @pytest.mark.parametrize(
        "other", [{"family_name": "Reyes"}, {"mrn": "m-1", "given_name": "Eva"}, {"birth_date": "1988-07-04"}]
    )
    def test_a_known_number_with_another_person_is_refused(self, importer: Importer, other: dict[str, str]) -> None:
        report = bring_in(importer, referral_file(line(), line(**other)))
        assert [(each.row, each.field) for each in report.refused] == [(3, "mrn")]

    def test_another_number_is_not_a_second_person_but_a_doubt(
        self, importer: Importer, sqlite_database: Database
    ) -> None:
        report = bring_in(importer, referral_file(line(), line(mrn="M-2")))
        assert (report.imported, report.already_there) == (1, 1)
        assert_says(report.warnings, {3: ("mrn", "another number, M-1")})
        with sqlite_database.reading() as session:
            assert len(session.scalars(select(StaffTask)).all()) == 1

    def test_a_namesake_born_on_another_day_is_another_person(self, importer: Importer) -> None:
        assert bring_in(importer, referral_file(line(), line(mrn="M-2", birth_date="1988-07-04"))).imported == 2


class TestOneRow:
    @pytest.mark.parametrize(
        ("cells", "field", "words"),
        [
            ({"received_on": ""}, "received_on", "missing"),
            ({"received_on": "soon"}, "received_on", "cannot be read"),
            ({"received_on": "1980-01-01"}, "received_on", "not born yet"),
            ({"birth_date": "1899-01-01"}, "birth_date", "120 years"),
            ({"birth_date": "2026-11-23"}, "birth_date", "in the future"),
            ({"given_name": "  "}, "given_name", "missing"),
            ({"given_name": "x" * 201}, "given_name", "200"),
            ({"given_name": "\ufdfa" * 200}, "given_name", "200"),  # one letter that folds into eighteen
            ({"mrn": "9" * 101}, "mrn", "100"),
            ({"indication": ""}, "indication", "neither"),
            ({"procedure": "ITB pumps"}, "procedure", "no pathway"),
            ({"notes": "\x00"}, None, "damaged"),
        ],
    )
    def test_is_refused(self, importer: Importer, cells: dict[str, str], field: str | None, words: str) -> None:
        report = bring_in(importer, referral_file(line(**cells)))
        assert report.imported == 0
        assert_says(report.refused, {2: (field, words)})

    def test_is_refused_once_with_every_reason(self, importer: Importer) -> None:
        refused = bring_in(importer, referral_file(line(birth_date="", procedure="SCS", given_name=""))).refused
        assert [each.field for each in refused] == ["procedure"]
        assert "Also birth_date: The date is missing. Also given_name: The name is missing." in refused[0].reason

    @pytest.mark.parametrize(
        ("cells", "field"),
        [
            ({"phone": "12"}, "phone"),
            ({"phone": "", "email": ""}, "phone"),
            ({"email": "ana@"}, "email"),
            ({"language": ""}, "language"),
            ({"language": "Spanish"}, "language"),
            ({"sex": "robot"}, "sex"),
            ({"payer": ""}, "payer"),
            ({"payer": "p" * 5000}, "payer"),
            ({"urgency": ""}, "urgency"),
            ({"diagnosis_code": ""}, "diagnosis_code"),
            ({"diagnosis_code": "G35"}, "diagnosis_code"),
            ({"spasticity_origin": "headache"}, "spasticity_origin"),
            ({"spasticity_origin": ""}, "spasticity_origin"),
        ],
    )
    def test_comes_in_with_a_doubt(self, importer: Importer, cells: dict[str, str], field: str) -> None:
        report = bring_in(importer, referral_file(line(**cells)))
        assert (report.imported, [each.field for each in report.warnings]) == (1, [field])

    @pytest.mark.parametrize(
        "cells",
        [
            {"received_on": "2019-03-04", "diagnosis_code": "G80.0"},
            {"received_on": "22 Nov 2026"},
            {"birth_date": "25/12/1960"},
            {"sex": "unknown"},
            {"sex": "FEMALE"},
            {"phone": ""},
            {"phone": "(303) 555-0142 ext. 7"},
            {"language": "ES"},
            {"procedure": "itb  PUMP"},
            {"indication": "pain", "spasticity_origin": ""},
            {"diagnosis_code": "g35.b0"},
            {"diagnosis_code": "G35", "received_on": "2025-09-30"},
        ],
    )
    def test_comes_in(self, importer: Importer, cells: dict[str, str]) -> None:
        report = bring_in(importer, referral_file(line(**cells)))
        assert (report.imported, report.refused, report.warnings) == (1, [], [])


class TestTheCase:
    def test_stands_where_a_referral_stands(self, importer: Importer, sqlite_database: Database) -> None:
        bring_in(importer, referral_file(line(urgency="urgent")))
        with sqlite_database.reading() as session:
            case = session.scalars(select(Case)).one()
        assert (case.stage, case.urgency, case.owner_role, case.next_step) == (
            "referred", "urgent", "coordinator", "evaluation_booked",
        )  # fmt: skip
        assert case.target_on is not None
        assert case.opened_at == datetime(2026, 11, 2, 5, 0, tzinfo=UTC)

    def test_is_not_made_by_somebody_who_may_not_import(self, importer: Importer) -> None:
        nurse = replace(importer.actor, roles=frozenset({Role.NURSE}))
        forbidden = replace(importer, actor=nurse)
        with pytest.raises(NotPermitted):
            import_referrals(forbidden, read_table(GOOD, COLUMNS))


_CELLS = {
    "mrn": st.sampled_from(["", "M-1", "m-1", "M-2"]),
    "given_name": st.sampled_from(["Ana", "ANA", "Eva", ""]),
    "birth_date": st.sampled_from(["1988-07-03", "1988-07-04", "03/07/1988"]),
    "phone": st.sampled_from(["303-555-0142", "call mother"]),
    "procedure": st.sampled_from(["ITB pump", "ITB pump", "ITB pump", "SCS"]),
}


class TestThePreview:
    def test_writes_nothing(self, importer: Importer, sqlite_database: Database) -> None:
        with sqlite_database.reading() as session:
            before = row_counts(session)
        look_at(importer, sqlite_database, MESSY)
        with sqlite_database.reading() as session:
            assert row_counts(session) == before

    @settings(max_examples=25, suppress_health_check=[HealthCheck.function_scoped_fixture])
    @given(rows=st.lists(st.fixed_dictionaries(_CELLS), min_size=1, max_size=6))
    def test_says_it_for_every_file(
        self, importer: Importer, sqlite_database: Database, rows: list[dict[str, str]]
    ) -> None:
        content = referral_file(*(line(**row) for row in rows))
        expected = look_at(importer, sqlite_database, content)
        report = bring_in(importer, content)
        assert report.document() == expected.document()
        assert_adds_up(report)


def test_both_engines_do_the_same(database: Database, clock: FixedClock, ids: SeededIds) -> None:
    clock.set(SUNDAY)
    importer = make_importer(database, clock, ids)
    report = bring_in(importer, (DATA / "referrals_messy.csv").read_bytes())
    assert (report.imported, report.already_there, len(report.refused), len(report.warnings)) == (30, 2, 11, 7)
    assert bring_in(importer, MESSY).already_there == 32
