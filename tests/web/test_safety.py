"""The safety page: stored figures as sentences, whose cases they are, how old they are, a button that never waits."""

from datetime import timedelta

import pytest
from sqlalchemy import update

from tests.support.journey import Journey, journey_in
from tests.support.web import WebWorld
from tracker.domain.words import Role
from tracker.persistence.models import AccessEntry, Case, ClinicJob
from tracker.queries.accounts import TICKING_JOBS
from tracker.queries.invariants import Report, Violation
from tracker.queries.safety import JOB, MOST_KEPT, kept
from tracker.services.heartbeats import beat
from tracker.services.safety import check_clinics


@pytest.fixture
def journey(world: WebWorld) -> Journey:
    """A patient at the clinic."""
    journey = journey_in(world)
    journey.refer()
    return journey


def check(world: WebWorld) -> None:
    with world.database.writing() as session:
        for name in TICKING_JOBS:
            beat(session, name=name, at=world.clock.now())
    check_clinics(world.database, world.clock, world.ids, pause=lambda: None)


def text(world: WebWorld, role: Role = Role.MANAGER) -> str:
    return str(world.sign_in(role).get("/safety").get_data(as_text=True)).partition("<main")[2]


def tamper(world: WebWorld) -> None:
    """Somebody changes what lists show of the case, past the services."""
    with world.database.writing() as session:
        session.execute(update(Case).values(is_ready=~Case.is_ready))


class TestThePage:
    def test_says_so_before_the_first_check(self, world: WebWorld) -> None:
        body = text(world)
        assert "Not checked yet" in body and "scheduler silent" in body

    def test_says_each_figure_as_a_sentence(self, world: WebWorld, journey: Journey) -> None:
        check(world)
        world.clock.advance(seconds=40)
        body = text(world)
        for said in (
            "0 of 0 pumps unplanned",
            "0 of 1 case without owner and dated next step",
            "scheduler alive, last beat 40 s ago",
            "checked 40 s ago",
            "Everything holds",
        ):
            assert said in body

    def test_leads_to_each_case_that_breaks_one(self, world: WebWorld, journey: Journey) -> None:
        tamper(world)
        check(world)
        body = text(world)
        assert "1 of 1 case that lists show otherwise" in body
        assert "Okafor" in body and f'href="/cases/{journey.public_id}"' in body
        assert "1 thing does not hold" in body

    def test_is_red_when_the_check_is_older_than_it_should_be(self, world: WebWorld, journey: Journey) -> None:
        check(world)
        world.clock.advance(minutes=10)
        assert "too old" not in text(world)
        world.clock.advance(seconds=1)
        assert "too old, since Tue 17 Mar 2026 09:00, and due every 5 minutes" in text(world)

    def test_shows_figures_but_nobody_to_who_sees_no_patients(self, world: WebWorld, journey: Journey) -> None:
        tamper(world)
        check(world)
        body = text(world, Role.ADMINISTRATOR)
        assert (
            "1 of 1 case that lists show otherwise" in body and "Okafor" not in body and journey.public_id not in body
        )

    def test_shows_nobody_of_another_clinic(self, world: WebWorld, journey: Journey) -> None:
        world.add_clinic("north")
        tamper(world)
        check(world)
        body = str(world.sign_in(Role.MANAGER, "north").get("/safety").get_data(as_text=True))
        assert "0 of 0 cases without owner" in body and "Okafor" not in body
        # Not even where somebody wrote a foreign case into this clinic's result.
        with world.database.writing() as session:
            stored = session.query(ClinicJob).filter(ClinicJob.clinic_id == world.clinic_id).one().result
            session.execute(update(ClinicJob).values(result=stored))
        assert "Okafor" not in str(world.sign_in(Role.MANAGER, "north").get("/safety").get_data(as_text=True))

    def test_is_recorded_as_seen_with_the_number_of_patients(self, world: WebWorld, journey: Journey) -> None:
        tamper(world)
        check(world)
        text(world)
        with world.database.reading() as session:
            entries = session.query(AccessEntry).filter(AccessEntry.page == "safety.index").all()
        assert [entry.row_count for entry in entries] == [1]

    def test_lists_a_hundred_no_longer_than_a_screen_can_take(self) -> None:
        report = Report(violations=[Violation("I1", f"{number:032x}", "x") for number in range(100)])
        assert len(kept(report, timedelta(0))["findings"]) == MOST_KEPT


class TestCheckNow:
    def test_is_queued_and_never_waits(self, world: WebWorld, journey: Journey) -> None:
        browser = world.sign_in(Role.PHYSICIAN)
        browser.get("/safety")
        answer = browser.post("/safety/check")
        assert (answer.status_code, answer.headers["Location"]) == (303, "/safety")
        body = browser.get("/safety").get_data(as_text=True)
        assert "begins within two minutes" in body and "Not checked yet" in body
        check(world)
        assert "Everything holds" in browser.get("/safety").get_data(as_text=True)
        with world.database.reading() as session:
            assert session.get_one(ClinicJob, (world.clinic_id, JOB)).asked_at is None

    def test_pressed_twice_is_asked_once(self, world: WebWorld) -> None:
        browser = world.sign_in(Role.MANAGER)
        browser.get("/safety")
        browser.post("/safety/check")
        browser.post("/safety/check")
        assert "Somebody has asked already" in browser.get("/safety").get_data(as_text=True)


class TestToday:
    def test_leads_there_from_its_figure_for_who_may_see_it(self, world: WebWorld) -> None:
        assert '<a href="/safety"><span class="badge' in world.sign_in(Role.MANAGER).get("/today").get_data(
            as_text=True
        )
        assert "/safety" not in world.sign_in(Role.NURSE).get("/today").get_data(as_text=True)
