"""``tracker check`` finds nothing in what the services made, and everything in what was made behind their back."""

import json
from collections.abc import Iterator
from dataclasses import replace
from datetime import UTC, datetime, timedelta

import pytest
from sqlalchemy import event

from tests.factories.rows import a_clinic, a_member
from tests.support.databases import SqliteDatabases, SqliteFile
from tests.support.fixed import FixedClock, SeededIds
from tests.support.journey import Journey, a_person
from tests.support.milestones import Kept, Milestones
from tests.support.reoperating import replaced
from tracker.domain.access import Actor
from tracker.domain.words import Role
from tracker.persistence.database import Database
from tracker.queries.invariants import Report, check_everything
from tracker.queries.today import TodayFilter, get_today
from tracker.services.escalating.scan import escalate_due
from tracker.services.reconcile import reconcile_all

NOW = datetime(2026, 3, 17, 15, 0, tzinfo=UTC)


def a_journey(database: Database) -> Journey:
    """A clinic with everybody in it, and a patient who is about to be referred."""
    with database.writing() as session:
        clinic = a_clinic(session)
        users = {role: a_member(session, clinic, number, role).id for number, role in enumerate(Role, start=1)}
        clinic_id = clinic.id
    return Journey(
        database=database,
        clock=FixedClock(NOW),
        ids=SeededIds(),
        clinic_id=clinic_id,
        user_ids=users,
        zone="America/New_York",
    )


def checked(journey: Journey) -> Report:
    with journey.database.reading() as session:
        return check_everything(session, journey.clock.now())


@pytest.fixture(scope="module")
def played(sqlite_databases: SqliteDatabases) -> Kept:
    """A patient from referral to the first refill, and another one on the way."""
    with sqlite_databases.lent() as file:
        journey = a_journey(file.database).go("maintained")
        journey.refer(a_person(2))
        journey.go("trial_day")
        escalate_due(journey.database, journey.clock, journey.ids, pause=lambda: None)
        return Kept(file.rows(), journey.clock.now(), journey.ids, (journey,))


@pytest.fixture
def file(sqlite_databases: SqliteDatabases, played: Kept) -> Iterator[SqliteFile]:
    """The same, in this test's own database."""
    with sqlite_databases.lent() as file:
        file.put(played.rows)
        yield file


@pytest.fixture
def journey(file: SqliteFile, played: Kept) -> Journey:
    """The second patient's way there."""
    (way,) = played.ways
    return replace(way, database=file.database, clock=FixedClock(played.now), ids=SeededIds(2), zone="UTC")


class TestAClinicThatWorks:
    def test_holds_on_either_engine_after_every_step_to_the_first_refill(self, database: Database) -> None:
        journey = a_journey(database)
        journey.go("maintained")
        escalate_due(database, journey.clock, journey.ids, pause=lambda: None)
        report = checked(journey)
        assert report.violations == []
        counts = report.counts
        assert (counts["cases"], counts["cases_open"], counts["pumps_in_place"], counts["pumps_unplanned"]) == (
            1,
            1,
            1,
            0,
        )
        assert counts["events"] > 30

    def test_holds_while_it_is_still_to_be_reconciled(self, journey: Journey) -> None:
        before = checked(journey)
        assert (before.is_ok, before.counts["cases"]) == (True, 2)

    def test_counts_a_pump_whose_refill_nobody_planned(self, journey: Journey) -> None:
        # The day of the booked refill passes: what planned it plans it no more.
        assert checked(journey).unplanned == []
        journey.clock.advance(days=200)
        report = checked(journey)
        assert (report.counts["pumps_unplanned"], report.counts["pumps_unplanned_red"]) == (1, 1)
        assert [each.message[-10:] for each in report.unplanned] == [", critical"]
        assert journey.public_id != report.unplanned[0].case  # the first patient's, not the last one's

    def test_takes_no_message_for_a_plan(self, file: SqliteFile, journey: Journey) -> None:
        file.tamper("UPDATE appointments SET state = 'cancelled' WHERE purpose = 'refill' AND superseded_by IS NULL")
        with journey.database.reading() as session:
            waiting = "SELECT count(*) FROM reminders WHERE state = 'planned' AND kind = 'refill'"
            assert session.connection().exec_driver_sql(waiting).scalar_one() > 0
        assert checked(journey).counts["pumps_unplanned"] == 1

    def test_counts_the_same_pumps_as_today(self, journey: Journey) -> None:
        viewer = Actor(1, journey.clinic_id, frozenset({Role.COORDINATOR}), "Cora")
        for days, unplanned in ((0, 0), (200, 1)):
            journey.clock.advance(days=days)
            reconcile_all(journey.database, journey.clock, journey.ids, clinic_id=journey.clinic_id, pause=lambda: None)
            with journey.database.reading() as session:
                found = get_today(session, viewer, TodayFilter(), journey.today)
            assert (checked(journey).counts["pumps_unplanned"], found.pumps_unplanned) == (unplanned, unplanned)

    def test_says_when_the_reconciler_sleeps(self, journey: Journey) -> None:
        journey.clock.advance(days=200)
        assert {each.invariant for each in checked(journey).violations} == {"I2"}

    def test_is_one_document_for_scripts(self, journey: Journey) -> None:
        document = json.loads(json.dumps(checked(journey).document()))
        assert set(document) == {"ok", "counts", "violations"}
        assert {"cases_open", "pumps_in_place", "pumps_unplanned", "cases_without_next_step", "events"} <= set(
            document["counts"]
        )

    def test_is_read_a_page_of_cases_at_a_time(self, journey: Journey) -> None:
        statements: list[str] = []
        event.listen(journey.database.read, "before_cursor_execute", lambda *args: statements.append(args[2]))
        checked(journey)
        assert sum("FROM appointments" in each for each in statements) == 1


TAMPERED = [
    ("I1", "UPDATE obligations SET is_open = 0, closed_at = opened_at, closed_by = 'nobody' WHERE kind = 'refill'"),
    ("I1", "DELETE FROM pump_watch"),
    ("I11", "UPDATE obligations SET critical_on = NULL WHERE kind = 'refill' AND is_open"),
    ("I11", "UPDATE obligations SET critical_on = date(critical_on, '+1 day') WHERE kind = 'refill' AND is_open"),
    ("I11", "UPDATE obligations SET closed_by = 'message:9' WHERE kind = 'refill' AND NOT is_open"),
    ("I11", "UPDATE obligations SET closed_by = 'fill:999' WHERE kind = 'refill' AND NOT is_open"),
    ("I2", "DELETE FROM obligations WHERE kind = 'next_step'"),
    ("I2", "UPDATE obligations SET due_on = '2031-01-01' WHERE kind = 'refill' AND is_open"),
    ("I2", "UPDATE obligations SET planned_seq = NULL WHERE kind = 'refill' AND is_open"),
    ("derived", "UPDATE cases SET is_ready = 1 - is_ready"),
    ("derived", "UPDATE cases SET target_on = NULL"),
    ("derived", "DELETE FROM blocker_intervals WHERE until_at IS NULL"),
    ("next_step", "UPDATE cases SET owner_role = ''"),
    ("I6", "UPDATE cases SET stage = 'implant_to_book', phase = 'implant' WHERE stage = 'trial_day'"),
    ("I6", "UPDATE cases SET trial_attempt = 2"),
    ("I6", "UPDATE events SET body = replace(body, 'trial_day', 'implant_day')"),
    ("I6", "UPDATE events SET actor_id = NULL WHERE seq = 7"),
    ("I6", "DELETE FROM events WHERE seq = 9"),
    ("I6", "DELETE FROM events WHERE seq = (SELECT max(seq) FROM events)"),
    ("I6", "UPDATE stage_visits SET stage = 'referred' WHERE left_at IS NULL"),
    ("counts", "UPDATE stage_counts SET n = n + 1"),
    ("I5", "UPDATE determinations SET value = 'equivocal' WHERE kind = 'outcome'"),
    ("I5", "UPDATE consents SET valid_to = '2026-03-01' WHERE purpose = 'implant'"),
    ("I5", "UPDATE authorizations SET state = 'denied' WHERE stage = 'implant'"),
    ("I5", "UPDATE devices SET consent_seq = NULL WHERE kind = 'pump'"),
    ("I17", "DELETE FROM escalations"),
    ("I17", "UPDATE escalations SET rung = rung + 7, ended_at = NULL"),
    ("I17", "UPDATE escalations SET ended_at = opened_at"),
    ("I15", "DELETE FROM reminders WHERE state = 'planned'"),
    ("I15", "UPDATE reminders SET contact_key = contact_key || 'x' WHERE state = 'planned'"),
    ("I10", "UPDATE reminders SET state = 'unknown', next_action_at = NULL WHERE state = 'planned'"),
    ("I10", "UPDATE reminders SET state = 'claimed', lease_until = '2026-01-01T00:00:00.000000Z'"),
    ("I10", "UPDATE reminders SET state = 'tasked', next_action_at = NULL WHERE state = 'planned'"),
    ("I12", "UPDATE cases SET patient_id = 77 WHERE stage = 'trial_day'"),
    ("I12", "UPDATE reminders SET contact_point_id = 77"),
]


class TestWhatWasChangedBehindTheTrackersBack:
    @pytest.mark.parametrize(("invariant", "statement"), TAMPERED, ids=[each[1][:70] for each in TAMPERED])
    def test_is_found(self, file: SqliteFile, journey: Journey, invariant: str, statement: str) -> None:
        file.tamper(statement)
        report = checked(journey)
        assert invariant in {each.invariant for each in report.violations}
        assert not report.is_ok

    def test_that_wrote_too_often_to_one_patient_is_found(self, file: SqliteFile, journey: Journey) -> None:
        values = "'2026-03-01T00:00:00.000000Z', NULL, '', '', '', '', '', 0, ''"
        copies = [f"SELECT clinic_id, id, {number}, {values} FROM reminders" for number in (91, 92, 93)]
        file.tamper(f"INSERT INTO delivery_attempts {' UNION ALL '.join(copies)}")
        assert "I8" in {each.invariant for each in checked(journey).violations}

    def test_is_told_without_the_name_of_a_patient(self, file: SqliteFile, journey: Journey) -> None:
        file.tamper("DELETE FROM obligations", "DELETE FROM reminders", "UPDATE cases SET is_ready = 1 - is_ready")
        said = json.dumps(checked(journey).document())
        assert "Okafor" not in said and "James" not in said and "004401" not in said

    def test_everywhere_is_listed_up_to_a_limit_and_then_counted(self) -> None:
        report = Report()
        for _ in range(1001):
            report.add(("I1", "", "x"))  # type: ignore[arg-type]  # only counted here
        assert (len(report.violations), report.unlisted, report.is_ok) == (1000, 1, False)


def test_a_lag_is_forgiven_for_a_quarter_of_an_hour(journey: Journey) -> None:
    with journey.database.reading() as session:
        due = session.connection().exec_driver_sql("SELECT min(reconcile_at) FROM cases").scalar_one()
    journey.clock.set(datetime.fromisoformat(str(due)) + timedelta(minutes=15))
    assert checked(journey).is_ok
    journey.clock.advance(seconds=1)
    assert {each.invariant for each in checked(journey).violations} == {"I2"}


def test_a_reoperation_without_its_papers_is_found(milestones: Milestones) -> None:
    _, pump, beside = milestones.operating_day("replacement")
    replaced(beside)
    assert "I5" not in {each.invariant for each in checked(pump).violations}
    milestones.file.tamper(
        "UPDATE consents SET valid_to = '2026-01-01' WHERE purpose = 'reoperation'",
        "UPDATE authorizations SET state = 'denied' WHERE stage = 'reoperation'",
    )
    said = [each.message for each in checked(pump).violations if each.invariant == "I5"]
    assert said == ["the replacement was done without consent", "the replacement was done without authorization"]
