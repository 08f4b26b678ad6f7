"""The stored safety figures: those of ``tracker check``, per clinic, computed some cases at a time."""

from datetime import timedelta

import pytest
from sqlalchemy import event, update

from tests.factories.rows import a_clinic, a_member
from tests.support.fixed import FixedClock, SeededIds
from tests.support.journey import Journey, a_person
from tracker.domain.errors import NotPermitted
from tracker.domain.words import Role
from tracker.persistence.database import Database
from tracker.persistence.models import Case, ClinicJob, Event
from tracker.queries import case_pages
from tracker.queries.clinic_jobs import get_job
from tracker.queries.invariants import check_everything
from tracker.queries.safety import JOB, SafetyCheck, check_of
from tracker.services.clinic_jobs import CLAIM, ClaimLost, finish, renew, take
from tracker.services.escalating.scan import escalate_due
from tracker.services.safety import ask_for_check, check_clinics
from tracker.services.work import Work


@pytest.fixture
def journey(database: Database, clock: FixedClock, ids: SeededIds) -> Journey:
    """A clinic with everybody in it and two patients, and another clinic with nobody."""
    with database.writing() as session:
        clinic = a_clinic(session)
        a_clinic(session, 2)
        users = {role: a_member(session, clinic, number, role).id for number, role in enumerate(Role, start=1)}
        clinic_id = clinic.id
    journey = Journey(
        database=database, clock=clock, ids=ids, clinic_id=clinic_id, user_ids=users, zone="America/New_York"
    )
    journey.refer()
    journey.refer(a_person(2))
    return journey


def run(journey: Journey) -> int:
    return check_clinics(journey.database, journey.clock, journey.ids, pause=lambda: None).clinics


def stored(journey: Journey, clinic_id: int = 1) -> SafetyCheck:
    with journey.database.reading() as session:
        found = check_of(get_job(session, clinic_id, JOB))
    assert found is not None
    return found


def ask(journey: Journey, role: Role = Role.MANAGER) -> bool:
    with journey.database.writing() as session:
        return ask_for_check(Work(session, journey.actor(role), journey.ids, journey.clock.now()))


class TestChecking:
    def test_stores_for_each_clinic_what_tracker_check_computes(
        self, journey: Journey, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        monkeypatch.setattr(case_pages, "PAGE", 1)
        journey.take_over(a_person(2))
        with journey.database.writing() as session:
            session.execute(update(Case).values(is_ready=~Case.is_ready))
        assert run(journey) == 2
        with journey.database.reading() as session:
            live = check_everything(session, journey.clock.now())
        first, second = stored(journey), stored(journey, 2)
        summed = {name: first.counts[name] + second.counts[name] for name in live.counts}
        assert (summed, first.failing) == (live.counts, live.failing)
        assert first.failing["derived"] == 2 and second.failing == {}
        said = {(each.invariant, each.case, each.message) for each in first.findings}
        assert said == {(each.invariant, each.case, each.message) for each in live.violations}

    def test_holds_where_the_services_wrote_everything(self, journey: Journey) -> None:
        journey.take_over(a_person(2))
        escalate_due(journey.database, journey.clock, journey.ids, pause=lambda: None)
        run(journey)
        assert stored(journey).failing == {}
        assert (stored(journey).counts["pumps_in_place"], stored(journey).counts["pumps_unplanned"]) == (1, 0)

    def test_names_the_case_of_a_pump_that_nobody_planned(self, journey: Journey) -> None:
        journey.take_over(a_person(2))
        journey.clock.advance(days=200)
        run(journey)
        found = [each for each in stored(journey).findings if each.invariant == "unplanned"]
        assert [each.case for each in found] == [journey.public_id]

    def test_reads_a_page_of_cases_in_a_transaction_and_breathes_between(
        self, journey: Journey, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        monkeypatch.setattr(case_pages, "PAGE", 1)
        begun, breaths = [], []
        event.listen(journey.database.read, "begin", begun.append)

        def breathe() -> None:
            breaths.append(journey.database.read.pool.checkedout())

        check_clinics(journey.database, journey.clock, journey.ids, pause=breathe)
        assert breaths == [0, 0], "a read transaction was open while it breathed"
        assert len(begun) > 4

    def test_comes_again_after_five_minutes_and_not_before(self, journey: Journey) -> None:
        assert run(journey) == 2
        journey.clock.advance(minutes=4, seconds=59)
        assert run(journey) == 0
        journey.clock.advance(seconds=1)
        assert run(journey) == 2

    def test_of_a_large_clinic_comes_so_rarely_that_it_takes_a_twentieth_of_the_time(self, journey: Journey) -> None:
        run(journey)
        with journey.database.writing() as session:
            row = session.get_one(ClinicJob, (1, JOB))
            row.result = {**row.result, "seconds": 60}
        assert stored(journey).interval == timedelta(minutes=20)
        assert not stored(journey).is_stale(journey.clock.now() + timedelta(minutes=41))
        assert stored(journey).is_stale(journey.clock.now() + timedelta(minutes=41, seconds=1))

    def test_of_one_clinic_that_breaks_leaves_the_others_checked(
        self, journey: Journey, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        with journey.database.writing() as session:
            session.execute(update(Case).values(pathway_version=99))
        with pytest.raises(ExceptionGroup):
            run(journey)
        assert stored(journey, 2).counts["clinics"] == 1
        with journey.database.reading() as session:
            assert check_of(get_job(session, 1, JOB)) is None


class TestAsking:
    def test_has_it_done_before_its_time_and_once(self, journey: Journey) -> None:
        run(journey)
        assert ask(journey) and not ask(journey)
        assert run(journey) == 1
        assert run(journey) == 0

    def test_leaves_one_event_by_whoever_asked(self, journey: Journey) -> None:
        ask(journey)
        ask(journey)
        with journey.database.reading() as session:
            events = [(each.kind, each.actor_id) for each in session.query(Event) if each.kind.startswith("safety")]
        assert events == [("safety_check_asked_for", journey.user_ids[Role.MANAGER])]

    def test_while_a_check_goes_on_has_another_one_follow(self, journey: Journey) -> None:
        with journey.database.writing() as session:
            claim = take(session, clinic_id=1, name=JOB, token="a", now=journey.clock.now())
        journey.clock.advance(seconds=1)
        assert ask(journey)
        assert claim is not None
        with journey.database.writing() as session:
            finish(session, claim, now=journey.clock.now(), result={})
        with journey.database.reading() as session:
            assert get_job(session, 1, JOB).asked_at == journey.clock.now()

    def test_is_refused_to_whoever_does_not_see_the_figures(self, journey: Journey) -> None:
        with pytest.raises(NotPermitted):
            ask(journey, Role.NURSE)


class TestAClaim:
    def test_keeps_others_out_while_it_is_renewed(self, journey: Journey) -> None:
        with journey.database.writing() as session:
            claim = take(session, clinic_id=1, name=JOB, token="a", now=journey.clock.now())
        assert claim is not None
        journey.clock.advance(minutes=4)
        with journey.database.writing() as session:
            renew(session, claim, journey.clock.now())
        journey.clock.advance(minutes=4)
        assert run(journey) == 1  # the other clinic

    def test_of_a_process_that_died_is_taken_over_and_cannot_write_any_more(self, journey: Journey) -> None:
        with journey.database.writing() as session:
            claim = take(session, clinic_id=1, name=JOB, token="a", now=journey.clock.now())
        assert claim is not None
        journey.clock.set(journey.clock.now() + CLAIM)
        assert run(journey) == 2
        with pytest.raises(ClaimLost), journey.database.writing() as session:
            finish(session, claim, now=journey.clock.now(), result={"counts": {}})
        assert stored(journey).counts["cases"] == 2
