"""Reports made ahead: read by the page where they are what is asked for, and never where they are not."""

import re
from dataclasses import replace
from datetime import timedelta
from html import escape
from urllib.parse import parse_qsl

import pytest
from sqlalchemy import update

from tests.support.played_clinic import fill_played
from tests.support.statements import sent
from tests.support.stored_history import fill
from tests.support.web import Browser, WebWorld
from tracker.domain.forecast import forecast as method
from tracker.domain.report_sheets.catalogue import QUICK
from tracker.domain.report_sheets.forecast import forecast_sheet
from tracker.domain.report_sheets.usual import usual_filter
from tracker.domain.reporting.columns import Stays, Visits
from tracker.domain.reporting.filters import select
from tracker.domain.words import Role
from tracker.persistence.models import ClinicHistory
from tracker.queries.clinic_history.stored import read_history
from tracker.queries.report_lists import names_of
from tracker.queries.stored_sheets import find_slow
from tracker.services.report_requests import MOST_WAITING, ask_for
from tracker.services.report_sheets import make_sheets, make_slow_sheets
from tracker.web.reports.filters import read_filter
from tracker.web.reports.panels import versions


@pytest.fixture
def world(world: WebWorld) -> WebWorld:
    fill(world)
    return world


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
        paths = [f"/reports/{name}" for name in QUICK]
        before = [main_of(browser, path) for path in paths]
        assert make(world) == 1
        assert [main_of(browser, path) for path in paths] == before
        assert not [path for path in ("/reports", *paths) if reads_history(world, browser, path)]

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


class TestSheetsThatTakeLong:
    """Nobody waits for them, and no page counts them: the scheduler does, once a day for each filter asked for."""

    def make(self, world: WebWorld) -> int:
        return make_slow_sheets(world.database, world.clock, pause=lambda: None)

    @pytest.fixture
    def browser(self, world: WebWorld) -> Browser:
        return world.sign_in(Role.MANAGER)

    @pytest.mark.parametrize("query", [
        "", "?clinician=11", "?payer=31", "?diagnosis=stroke", "?indication=spasticity", "?version=1",
        "?payer=31&indication=pain",
    ])  # fmt: skip
    def test_are_made_for_who_asked(self, world: WebWorld, browser: Browser, query: str) -> None:
        path = f"/reports/forecast{query}"
        assert "is being made now" in main_of(browser, path)
        assert browser.get(f"/reports/forecast.csv{query}").location == path
        assert (self.make(world), self.make(world)) == (1, 0)
        with world.database.reading() as session:
            asked = read_filter(
                dict(parse_qsl(query[1:])),
                names_of(session, world.clinic_id),
                versions(),
                world.clock.now().date(),
                has_period=False,
            )
            names = names_of(session, world.clinic_id)
            history = read_history(session, world.clinic_id, Stays, Visits)
            counted = forecast_sheet(history, select(history, asked.wanted), names)
        page = main_of(browser, path)
        assert "is being made now" not in page
        assert all(escape(section.answer) in page for section in counted.sections)
        assert browser.get(f"/reports/forecast.csv{query}").status_code == 200

    def test_answer_on_the_first_page_too(self, world: WebWorld, browser: Browser) -> None:
        assert "open it, and it is there some minutes later" in main_of(browser, "/reports")
        self.make(world)
        assert "Too few patients to say how many trials are coming" in main_of(browser, "/reports")
        assert "open it, and it is there some minutes later" in main_of(browser, "/reports?payer=31")

    def test_stay_for_a_day_whatever_is_done_meanwhile(self, world: WebWorld, browser: Browser) -> None:
        browser.get("/reports/forecast?payer=31")
        self.make(world)
        with world.database.writing() as session:
            session.execute(update(ClinicHistory).where(ClinicHistory.part.not_like("sheet:%")).values(last_seq=99))
        assert self.make(world) == 0
        world.clock.advance(days=1)
        tomorrow = world.sign_in(Role.MANAGER)
        assert "is being made now" in main_of(tomorrow, "/reports/forecast")
        assert self.make(world) == 1
        with world.database.reading() as session:
            assert sorted(find_slow(session, world.clinic_id)) == [
                "sheet:forecast", "sheet:forecast:12 months", "sheet:forecast:3 months", "sheet:forecast:9 months",
            ]  # fmt: skip

    def test_are_asked_for_once_and_not_without_end(self, world: WebWorld) -> None:
        usual = usual_filter(world.clock.now().date())
        for number in [1, *range(1, MOST_WAITING + 5)]:
            with world.database.noting() as connection:
                ask_for(connection, world.clinic_id, "forecast", replace(usual, payer=number), world.clock.now())
        with world.database.reading() as session:
            assert len(find_slow(session, world.clinic_id)) == MOST_WAITING

    def test_of_the_forecast_are_there_for_each_horizon_with_groups(
        self, world: WebWorld, browser: Browser, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        monkeypatch.setattr(method, "MODELS", 2)
        fill_played(world)
        assert "is being made now" in main_of(browser, "/reports/forecast?months=12")
        assert self.make(world) == 1
        for months, weeks in (("3", 13), ("6", 26), ("9", 39), ("12", 52)):
            path = f"/reports/forecast?months={months}"
            body = main_of(browser, path)
            assert f"in the next {weeks} weeks" in body and "By payer" in body
            assert not reads_history(world, browser, path)
        path = "/reports/forecast?months=12&payer=31"
        assert "is being made now" in main_of(browser, path)
        assert (self.make(world), self.make(world)) == (1, 0)
        body = main_of(browser, path)
        assert "By payer" not in body and "is being made now" not in body
