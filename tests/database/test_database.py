"""Readers cannot write, writers do not lose what they read, and SQLite is set up so that a power cut costs nothing."""

from threading import Event as Signal
from threading import Thread

import pytest
from sqlalchemy import insert, text
from sqlalchemy.exc import DBAPIError, IntegrityError, OperationalError

from tests.factories.rows import BEGAN, a_clinic
from tracker.persistence.database import Database, journal_pragmas
from tracker.persistence.models import Case, Clinic, Heartbeat


class TestDatabase:
    @pytest.mark.parametrize("url", ["sqlite://", "sqlite:///:memory:", "mysql://localhost/x", "postgresql://h/x"])
    def test_refuses_what_it_was_not_tried_on(self, url: str) -> None:
        with pytest.raises(ValueError, match="cannot use a database"):
            Database(url)

    def test_keeps_all_of_a_transaction_or_nothing(self, database: Database) -> None:
        with database.writing() as session:
            a_clinic(session, 2)

        with pytest.raises(IntegrityError), database.writing() as session:
            session.add_all([a_clinic(session), a_clinic(session, 2)])

        with database.reading() as session:
            assert session.get(Clinic, 1) is None

    def test_does_not_write_through_a_reading_session(self, database: Database) -> None:
        with database.reading() as session:
            session.add(Heartbeat(name="tick", beat_at=BEGAN))
            with pytest.raises(DBAPIError, match=r"readonly|read-only"):
                session.flush()

    def test_shows_a_reader_one_state_while_others_write(self, database: Database, case: Case) -> None:
        with database.reading() as reader:
            before = reader.scalar(text("SELECT count(*) FROM clinics"))
            with database.writing() as session:
                a_clinic(session, 2)
            assert reader.scalar(text("SELECT count(*) FROM clinics")) == before

        with database.reading() as reader:
            assert reader.scalar(text("SELECT count(*) FROM clinics")) == 2

    def test_lets_a_second_writer_wait_and_see_what_the_first_wrote(self, database: Database, case: Case) -> None:
        reads, holds = Signal(), Signal()
        add_one = text("UPDATE cases SET version = :v WHERE id = :id")
        read = text("SELECT version FROM cases WHERE id = :id" + ("" if database.is_sqlite else " FOR UPDATE"))

        def second() -> None:
            holds.wait(5)
            with database.writing() as session:
                reads.set()
                version = session.execute(read, {"id": case.id}).scalar_one()
                session.execute(add_one, {"id": case.id, "v": version + 1})

        waiting = Thread(target=second)
        waiting.start()
        with database.writing() as session:
            version = session.execute(read, {"id": case.id}).scalar_one()
            holds.set()
            reads.wait(5)
            session.execute(add_one, {"id": case.id, "v": version + 1})
        waiting.join()

        with database.reading() as session:
            assert session.get_one(Case, (case.clinic_id, case.id)).version == 3


class TestSqlite:
    def test_writes_without_risk(self, sqlite_database: Database) -> None:
        with sqlite_database.write.connect() as connection:
            found = {
                name: connection.exec_driver_sql(f"PRAGMA {name}").scalar_one()
                for name in ("journal_mode", "synchronous", "foreign_keys", "busy_timeout", "query_only")
            }

        assert found == {
            "journal_mode": "wal",
            "synchronous": 2,
            "foreign_keys": 1,
            "busy_timeout": 5000,
            "query_only": 0,
        }

    @pytest.mark.parametrize(
        ("version", "mode"),
        [((3, 40, 1), "TRUNCATE"), ((3, 51, 2), "TRUNCATE"), ((3, 51, 3), "WAL"), ((3, 54, 0), "WAL")],
    )
    def test_keeps_a_write_ahead_log_only_where_that_is_safe(self, version: tuple[int, ...], mode: str) -> None:
        assert journal_pragmas(version)[0] == f"PRAGMA journal_mode={mode}"

    def test_takes_the_write_lock_with_the_first_statement(
        self, sqlite_database: Database, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        monkeypatch.setattr("tracker.persistence.database.WAIT_MS", 0)
        impatient = Database(str(sqlite_database.url))
        with sqlite_database.writing() as session:
            session.execute(text("SELECT 1"))
            with impatient.write.connect() as connection, pytest.raises(OperationalError, match="locked"):
                connection.exec_driver_sql("SELECT 1")
        impatient.dispose()


class TestPostgresql:
    def test_waits_for_the_disk_but_with_what_is_noted(self, postgresql_database: Database) -> None:
        asked = text("SELECT source FROM pg_settings WHERE name = 'synchronous_commit'")
        with postgresql_database.noting() as note, postgresql_database.writing() as session:
            sources = [each.execute(asked).scalar_one() for each in (note, session)]
            assert note.execute(text("SHOW synchronous_commit")).scalar_one() == "off"
        assert sources[0] == "session"
        assert sources[1] != "session"

    def test_keeps_what_is_noted_at_once(self, postgresql_database: Database) -> None:
        with postgresql_database.noting() as note:
            note.execute(insert(Heartbeat), {"name": "tick", "beat_at": BEGAN})
            with postgresql_database.reading() as session:
                assert session.get(Heartbeat, "tick") is not None

    def test_plans_what_pages_ask_again_and_again_once(self, postgresql_database: Database) -> None:
        asked = text("SELECT name FROM clinics WHERE id = :id")
        prepared = text("SELECT count(*) FROM pg_prepared_statements WHERE statement LIKE 'SELECT name FROM clinics%'")
        for number in range(8):
            with postgresql_database.reading() as session:
                session.execute(asked, {"id": number})
        with postgresql_database.reading() as session:
            assert session.execute(prepared).scalar_one() == 1
            assert session.execute(text("SHOW plan_cache_mode")).scalar_one() == "force_generic_plan"

    def test_reads_on_after_a_statement_failed(self, postgresql_database: Database) -> None:
        with postgresql_database.reading() as session, pytest.raises(DBAPIError):
            session.execute(text("SELECT 1 / 0"))
        with postgresql_database.reading() as session:
            assert session.execute(text("SELECT 1")).scalar_one() == 1

    def test_says_that_the_server_went_away(self, postgresql_database: Database) -> None:
        def reads_on() -> None:
            with postgresql_database.reading() as session, postgresql_database.writing() as other:
                mine = session.execute(text("SELECT pg_backend_pid()")).scalar_one()
                other.execute(text("SELECT pg_terminate_backend(:mine, 5000)"), {"mine": mine})
                session.execute(text("SELECT 1"))

        with pytest.raises(OperationalError):
            reads_on()
        with postgresql_database.reading() as session:
            assert session.execute(text("SELECT 1")).scalar_one() == 1
