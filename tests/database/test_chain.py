"""The chain of events shows every change that was made behind the program's back."""

from collections.abc import Callable
from datetime import date
from decimal import Decimal
from threading import Barrier, Thread

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from sqlalchemy import func, select, text
from sqlalchemy.orm import Session

from tests.factories.facts import HAPPENED, WRITTEN
from tests.factories.rows import a_clinic
from tracker.persistence.chain import GENESIS, append_event, link, verify_chain
from tracker.persistence.database import Database
from tracker.persistence.models import Case, Event

UNGUARD = {
    "sqlite": ("DROP TRIGGER events_not_updated", "DROP TRIGGER events_not_deleted"),
    "postgresql": ("DROP TRIGGER events_not_changed ON events",),
}


def append(session: Session, case: Case, **body: object) -> int:
    """An event of the case."""
    return append_event(
        session,
        clinic_id=case.clinic_id,
        case_id=case.id,
        case_version=1,
        kind="noted",
        actor_id=None,
        effective_at=HAPPENED,
        recorded_at=WRITTEN,
        body=body,
    )


@pytest.fixture
def chained(database: Database, engine_name: str, case: Case) -> Database:
    """Six events whose triggers were dropped."""
    with database.writing() as session:
        for number in range(6):
            append(session, case, number=number, text="naïve", on=date(2026, 3, 17), at=HAPPENED, mcg=Decimal("50.0"))
    with database.migrating() as connection:
        for statement in UNGUARD[engine_name]:
            connection.exec_driver_sql(statement)
    return database


class TestChain:
    def test_is_whole_as_it_was_written(self, chained: Database) -> None:
        with chained.reading() as session:
            report = verify_chain(session, 1)
            last = session.get_one(Event, (1, 6))

        assert report.is_whole
        assert (report.events, report.head) == (6, last.hash)

    def test_is_whole_when_nothing_happened(self, database: Database, case: Case) -> None:
        with database.reading() as session:
            report = verify_chain(session, case.clinic_id)

        assert (report.is_whole, report.events, report.head) == (True, 0, GENESIS)

    @pytest.mark.parametrize(
        ("tampering", "fault"),
        [
            ("UPDATE events SET body = replace(body, 'ï', 'i') WHERE seq = 3", "event 3 was changed"),
            ("UPDATE events SET body = '[]' WHERE seq = 3", "event 3 was changed"),
            ("UPDATE events SET kind = 'other' WHERE seq = 3", "event 3 shows another kind than was hashed"),
            ("UPDATE events SET case_version = 2 WHERE seq = 3", "event 3 shows another case_version than was hashed"),
            ("UPDATE events SET case_id = NULL WHERE seq = 3", "event 3 shows another case_id than was hashed"),
            (
                "UPDATE events SET recorded_at = effective_at WHERE seq = 3",
                "event 3 shows another recorded_at than was hashed",
            ),
            ("DELETE FROM events WHERE seq = 3", "between 2 and 4 events are missing"),
            ("DELETE FROM events WHERE seq = 1", "between 0 and 2 events are missing"),
            ("DELETE FROM events WHERE seq > 4", "the chain does not end with event 4"),
            ("DELETE FROM events", "the chain does not end with event 0"),
            ("UPDATE events SET seq = CASE seq WHEN 3 THEN 9 ELSE seq END", "between 2 and 4 events are missing"),
            ("UPDATE event_chains SET last_seq = 7", "the chain does not end with event 6"),
        ],
    )
    def test_shows_what_was_changed(self, chained: Database, tampering: str, fault: str) -> None:
        with chained.migrating() as connection:
            connection.exec_driver_sql(tampering)

        with chained.reading() as session:
            assert fault in verify_chain(session, 1).faults

    def test_shows_an_event_that_was_rewritten_with_its_hash(self, chained: Database) -> None:
        with chained.writing() as session:
            event = session.get_one(Event, (1, 3))
            event.body = event.body.replace("50.0", "75.0")
            event.hash = link(event.previous_hash, event.body)

        with chained.reading() as session:
            assert verify_chain(session, 1).faults == ("event 4 does not follow the one before it",)

    def test_of_one_clinic_says_nothing_of_another(self, chained: Database) -> None:
        with chained.writing() as session:
            a_clinic(session, 2)
            session.execute(text("UPDATE events SET kind = 'other'"))

        with chained.reading() as session:
            assert verify_chain(session, 2).is_whole
            assert not verify_chain(session, 1).is_whole

    @settings(max_examples=60, suppress_health_check=[HealthCheck.function_scoped_fixture], deadline=None)
    @given(
        seq=st.integers(1, 6),
        column=st.sampled_from(["kind", "effective_at", "recorded_at", "body", "previous_hash", "hash"]),
        place=st.integers(0, 400),
        other=st.characters(codec="ascii", min_codepoint=33, exclude_characters="'\\"),
    )
    def test_shows_any_changed_character(
        self, sqlite_chained: Database, seq: int, column: str, place: int, other: str
    ) -> None:
        with sqlite_chained.writing() as session:
            stored = session.scalar(text(f"SELECT {column} FROM events WHERE seq = {seq}"))
            assert isinstance(stored, str)
            at = place % len(stored)
            changed = stored[:at] + other + stored[at + 1 :]
            session.execute(text(f"UPDATE events SET {column} = :v WHERE seq = {seq}"), {"v": changed})
            found = verify_chain(session, 1)
            session.execute(text(f"UPDATE events SET {column} = :v WHERE seq = {seq}"), {"v": stored})

        assert found.is_whole == (changed == stored)


@pytest.fixture
def sqlite_chained(sqlite_database: Database) -> Database:
    """Six unguarded events of a clinic without cases, on SQLite."""
    with sqlite_database.writing() as session:
        clinic = a_clinic(session)
        for number in range(6):
            append_event(
                session,
                clinic_id=clinic.id,
                kind="noted",
                actor_id=None,
                effective_at=HAPPENED,
                recorded_at=WRITTEN,
                body={"number": number},
            )
    with sqlite_database.migrating() as connection:
        for statement in UNGUARD["sqlite"]:
            connection.exec_driver_sql(statement)
    return sqlite_database


class TestAppending:
    def test_numbers_events_one_after_the_other(self, database: Database, case: Case) -> None:
        with database.writing() as session:
            assert [append(session, case) for _ in range(3)] == [1, 2, 3]

    def test_leaves_nothing_behind_when_it_is_rolled_back(self, database: Database, case: Case) -> None:
        with pytest.raises(ZeroDivisionError), database.writing() as session:
            append(session, case, number=1 // (append(session, case) - 1))

        with database.reading() as session:
            assert verify_chain(session, case.clinic_id).events == 0

    def test_needs_a_chain(self, database: Database, case: Case) -> None:
        with database.writing() as session:
            session.execute(text("DELETE FROM event_chains"))
            with pytest.raises(LookupError):
                append(session, case)

    @pytest.mark.parametrize("value", [object(), {1, 2}, b"bytes"])
    def test_refuses_what_has_no_text(self, database: Database, case: Case, value: object) -> None:
        with database.writing() as session, pytest.raises(TypeError):
            append(session, case, value=value)

    def test_lets_many_writers_through_one_at_a_time(self, database: Database, case: Case) -> None:
        start, failures = Barrier(4), list[BaseException]()

        def write_ten() -> None:
            start.wait()
            for _ in range(10):
                with database.writing() as session:
                    append(session, case)

        self.run_at_once(4, write_ten, failures)

        assert failures == []
        with database.reading() as session:
            assert verify_chain(session, case.clinic_id).is_whole
            assert session.scalar(select(func.count()).select_from(Event)) == 40

    def run_at_once(self, times: int, work: Callable[[], None], failures: list[BaseException]) -> None:
        def keeping_failures() -> None:
            try:
                work()
            except Exception as failure:  # noqa: BLE001  # shown by the test itself
                failures.append(failure)

        threads = [Thread(target=keeping_failures) for _ in range(times)]
        for thread in threads:
            thread.start()
        for thread in threads:
            thread.join()
