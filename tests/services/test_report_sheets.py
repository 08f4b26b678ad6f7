"""Reports made ahead: read by the page where they are what is asked for, and never where they are not."""

import re
from datetime import timedelta

import pytest
from sqlalchemy import update

from tests.support.fixed import FixedClock, SeededIds
from tests.support.played_clinic import fill_played
from tests.support.statements import sent
from tests.support.stored_history import fill
from tests.support.web import Browser, WebWorld, make_world
from tracker.domain.forecast import forecast as method
from tracker.domain.report_sheets.catalogue import PANELS
from tracker.domain.words import Role
from tracker.persistence.database import Database
from tracker.persistence.models import ClinicHistory
from tracker.services.report_sheets import make_sheets


@pytest.fixture
def world(database: Database, clock: FixedClock, ids: SeededIds) -> WebWorld:
    world = make_world(database, clock, ids)
    fill(world)
    return world


_GROUPS = re.compile(
    r'<section class="section report" aria-labelledby="by-(?:payer|diagnosis|indication)">.*?</section>\s*', re.DOTALL
)


def make(world: WebWorld) -> int:
    return make_sheets(world.database, world.clock, pause=lambda: None)


def main_of(browser: Browser, path: str) -> str:
    """What a page says, without what differs each time."""
    body = browser.get(path).get_data(as_text=True).partition("<main")[2]
    return " ".join(re.sub(r'name="csrf_token"[^>]*>', "", body).split())


def reads_history(world: WebWorld, browser: Browser, path: str) -> bool:
    """Whether a page counts for itself: it reads more of the stored than the words and the sheets."""
    with sent(world.database.read) as said:
        assert browser.get(path).status_code == 200
    return sum("clinic_histories" in statement for statement in said) > 1


class TestSheetsMadeAhead:
    def test_say_what_the_page_would_count(self, world: WebWorld) -> None:
        browser = world.sign_in(Role.MANAGER)
        paths = [f"/reports/{name}" for name in PANELS]
        before = [main_of(browser, path) for path in paths]
        assert make(world) == 1
        # What is coming of groups is drawn ahead alone.
        assert [_GROUPS.sub("", main_of(browser, path)) for path in paths] == before
        assert not [path for path in ("/reports", *paths) if reads_history(world, browser, path)]

    def test_answer_the_slow_question_on_the_first_page_too(self, world: WebWorld) -> None:
        browser = world.sign_in(Role.MANAGER)
        assert "This is drawn when it is opened" in main_of(browser, "/reports")
        make(world)
        assert "Too few patients to say how many trials are coming" in main_of(browser, "/reports")
        assert "This is drawn when it is opened" in main_of(browser, "/reports?payer=31")

    def test_of_the_forecast_are_there_for_each_horizon_with_groups(
        self, world: WebWorld, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        monkeypatch.setattr(method, "MODELS", 2)
        fill_played(world)
        browser = world.sign_in(Role.MANAGER)
        assert "By payer" not in main_of(browser, "/reports/forecast"), "nobody waits for the groups"
        make(world)
        for months, weeks in (("3", 13), ("6", 26), ("9", 39), ("12", 52)):
            path = f"/reports/forecast?months={months}"
            body = main_of(browser, path)
            assert f"in the next {weeks} weeks" in body and "By payer" in body
            assert not reads_history(world, browser, path)
        assert reads_history(world, browser, "/reports/forecast?months=12&payer=31")

    def test_are_made_once_for_each_history(self, world: WebWorld) -> None:
        assert (make(world), make(world)) == (1, 0)
        with world.database.writing() as session:
            session.execute(
                update(ClinicHistory)
                .where(ClinicHistory.part.not_like("sheet:%"))
                .values(as_of=world.clock.now() + timedelta(minutes=20))
            )
        browser = world.sign_in(Role.MANAGER)
        assert reads_history(world, browser, "/reports/flow")
        assert make(world) == 1
        assert not reads_history(world, browser, "/reports/flow")

    def test_are_not_read_for_another_filter_another_day_or_a_list(self, world: WebWorld) -> None:
        make(world)
        browser = world.sign_in(Role.MANAGER)
        for path in ("/reports/flow?payer=31", "/reports/flow?from=2025-09-01"):
            assert reads_history(world, browser, path), path
        page = browser.get("/reports/flow/patients?of=funnel.referred.reached").get_data(as_text=True)
        assert page.count('class="person"') == 40
        world.clock.advance(days=1)
        assert reads_history(world, world.sign_in(Role.MANAGER), "/reports/flow")
