"""The page of what-if: a plain form that changes nothing by being read, and more pairs of years by a button."""

import csv
import html
import io
import re

import pytest
from openpyxl import load_workbook
from sqlalchemy import func, select

from tests.support.played_clinic import fill_played
from tests.support.statements import sent
from tests.support.web import Browser, WebWorld
from tracker.domain.words import Role
from tracker.persistence.models import WhatIfQuestion
from tracker.services import what_if
from tracker.services.what_if import play_questions
from tracker.web.reports import what_if as telling
from tracker.web.reports import what_if_page, what_if_routes

PAGE = "/reports/what-if"
ASKED = "trial-weekdays=0&trial-weekdays=1&implant-slots=2"
#: What cannot be, and what is said of it.
WRONG = (
    ("trial-slots=0", "Write a whole number from 1 to 50."),
    ("trial-slots=51", "Write a whole number from 1 to 50."),
    ("implant-slots=two", "Write a whole number from 1 to 50."),
    ("trial-turnaround=366", "Write a whole number from 0 to 365."),
    ("trial-turnaround=-1", "Write a whole number from 0 to 365."),
    ("trial-lost=91", "Write a whole number from 0 to 90."),
    ("trial-lost=8.5", "Write a whole number from 0 to 90."),
    ("trial-notice=٣", "Write a whole number from 0 to 180."),
    ("trial-notice=<b>", "Write a whole number from 0 to 180."),
    ("trial-slots=" + "9" * 400, "Write a whole number from 1 to 50."),
    ("trial-weekdays=", "Choose at least one weekday."),
    ("trial-weekdays=7", "“7” is no weekday."),
    ("trial-weekdays=<i>", "“&lt;i&gt;” is no weekday."),
)


@pytest.fixture(autouse=True)
def _few_pairs(monkeypatch: pytest.MonkeyPatch) -> None:
    """What more of them say is the simulation's matter."""
    monkeypatch.setattr(what_if, "PAIRS", 12)
    monkeypatch.setattr(what_if_page, "PAIRS", 12)
    monkeypatch.setattr(what_if_routes, "REPLICATIONS", 10)


def body_of(browser: Browser, path: str) -> str:
    response = browser.get(path)
    assert response.status_code == 200, path
    return response.get_data(as_text=True)


def stored(world: WebWorld) -> int:
    with world.database.reading() as session:
        return session.scalars(select(func.count()).select_from(WhatIfQuestion)).one()


def values(body: str) -> dict[str, str]:
    """The text fields of the form."""
    return dict(re.findall(r'inputmode="numeric" id="lever-[^"]+" name="([^"]+)" value="([^"]*)"', body))


def chosen(body: str, name: str) -> list[str]:
    return re.findall(rf'name="{name}" value="(\d)" checked', body)


class TestTheForm:
    def test_shows_each_rule_beside_what_is_observed(self, world: WebWorld) -> None:
        fill_played(world)
        body = body_of(world.sign_in(Role.MANAGER), PAGE)
        assert values(body) == {
            "trial-turnaround": "12", "trial-slots": "3", "trial-lost": "10", "trial-notice": "10",
            "implant-turnaround": "15", "implant-slots": "1", "implant-lost": "0", "implant-notice": "12",
        }  # fmt: skip
        assert (chosen(body, "trial-weekdays"), chosen(body, "implant-weekdays")) == (["1"], ["2"])
        assert "now: 12 days" in body and "now: Tue" in body
        assert "Nothing is changed yet" in body and "Refine" not in body

    def test_sent_back_unchanged_asks_nothing(self, world: WebWorld) -> None:
        fill_played(world)
        browser = world.sign_in(Role.MANAGER)
        typed = "&".join(f"{name}={value}" for name, value in values(body_of(browser, PAGE)).items())
        days = "trial-weekdays=&trial-weekdays=1&implant-weekdays=&implant-weekdays=2"
        assert "Nothing is changed yet" in body_of(browser, f"{PAGE}?{typed}&{days}")

    def test_says_at_the_field_what_is_wrong_and_keeps_what_was_typed(self, world: WebWorld) -> None:
        fill_played(world)
        browser = world.sign_in(Role.MANAGER)
        for query, sentence in WRONG:
            body = body_of(browser, f"{PAGE}?{query}&implant-notice=3")
            name, _, typed = query.partition("=")
            assert sentence in body and f'id="error-{name}"' in body and f" error-{name}" in body, query
            assert "Nothing is played until what is wrong is put right." in body and '<p class="answer">' not in body
            assert values(body)["implant-notice"] == "3", "what was right stays too"
            if not name.endswith("weekdays"):
                assert html.unescape(values(body)[name]) == typed
            assert browser.get(f"{PAGE}.csv?{query}").status_code == 400

    def test_takes_the_ends_of_what_can_be_typed(self, world: WebWorld) -> None:
        fill_played(world)
        browser = world.sign_in(Role.MANAGER)
        for ends in ("trial-slots=1&trial-turnaround=0&trial-lost=0&trial-notice=0", "trial-lost=90&trial-slots=30"):
            assert '<p class="answer">With ' in body_of(browser, f"{PAGE}?{ends}")

    def test_is_not_there_for_too_few(self, world: WebWorld) -> None:
        fill_played(world, weeks=20)
        browser = world.sign_in(Role.MANAGER)
        body = body_of(browser, f"{PAGE}?trial-slots=1")
        assert "Too few patients to say what would change: 20 of 26 weeks of history." in body
        assert 'class="levers' not in body and "Nobody to count" not in body
        browser.get(f"{PAGE}?trial-slots=1")
        assert browser.post(f"{PAGE}/refine?trial-slots=1").status_code == 400


class TestTheAnswer:
    def test_is_a_sentence_two_charts_and_tables(self, world: WebWorld) -> None:
        fill_played(world)
        body = body_of(world.sign_in(Role.MANAGER), f"{PAGE}?{ASKED}")
        answer = re.search(r'<p class="answer">([^<]+)</p>', body)
        assert answer is not None
        assert answer[1].startswith(
            "With trials on two weekdays instead of one and 2 implant slots a day instead of 1, the median wait from "
            "referral to trial falls by "
        )
        assert body.count('class="bars"') == 2 and "10 pairs of years." in body
        assert "as of Tue 17 Mar 2026 09:00" in body and "simulation&#39;s own error" in body
        assert (chosen(body, "trial-weekdays"), values(body)["implant-slots"]) == (["0", "1"], "2")

    def test_is_the_same_each_time_and_in_files(self, world: WebWorld) -> None:
        fill_played(world)
        browser = world.sign_in(Role.MANAGER)
        one, again = (csv_of(browser, f"{PAGE}.csv?{ASKED}") for _ in "ab")
        assert one == again and ["Filter", "Trial: on: Mon, Tue instead of Tue"] in one
        body = body_of(browser, f"{PAGE}?{ASKED}")
        assert f"{PAGE}.xlsx?{html.escape('trial-weekdays=0&trial-weekdays=1&implant-slots=2')}" in body
        book = load_workbook(io.BytesIO(browser.get(f"{PAGE}.xlsx?{ASKED}").data))
        sheet = book.worksheets[0]
        assert [cell.value for cell in sheet[1]][1:] == ["Now", "Changed", "Difference", "95 % interval from", "to"]
        waits = next(row for row in one if row and row[0] == "Referral to trial, median")
        assert [cell.value for cell in sheet[2]][1:] == pytest.approx([float(text) for text in waits[1:]])
        assert waits[1] != waits[2]

    def test_of_a_large_clinic_is_played_in_the_background_alone(
        self, world: WebWorld, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        fill_played(world)
        monkeypatch.setattr(telling, "MOST_REFERRALS", 50)
        browser = world.sign_in(Role.MANAGER)
        body = body_of(browser, f"{PAGE}?{ASKED}")
        assert "So large a clinic is played in the background" in body and '<p class="answer">' not in body
        assert browser.get(f"{PAGE}.csv?{ASKED}").status_code == 404
        browser.post(f"{PAGE}/refine?{ASKED}")
        play_questions(world.database, world.clock, world.ids, pause=lambda: None)
        assert '<p class="answer">With ' in body_of(browser, f"{PAGE}?{ASKED}")

    def test_takes_few_statements(self, world: WebWorld) -> None:
        fill_played(world)
        browser = world.sign_in(Role.MANAGER)
        with sent(world.database.read) as said:
            body_of(browser, f"{PAGE}?{ASKED}")
        assert len(said) <= 8, said


class TestMorePairs:
    def test_are_asked_for_by_a_button_and_shown_when_they_were_played(self, world: WebWorld) -> None:
        fill_played(world)
        browser = world.sign_in(Role.MANAGER)
        assert "Refine with 12 pairs" in body_of(browser, f"{PAGE}?{ASKED}")
        response = browser.post(f"{PAGE}/refine?{ASKED}")
        assert (response.status_code, response.headers["Location"]) == (303, f"{PAGE}?{ASKED}")
        body = body_of(browser, f"{PAGE}?{ASKED}")
        assert "It is being played with 12" in body and "Refine with" not in body and '<p class="answer">' in body
        world.clock.advance(minutes=5)
        assert play_questions(world.database, world.clock, world.ids, pause=lambda: None) == 1
        body = body_of(world.sign_in(Role.NURSE), f"{PAGE}?{ASKED}")
        assert "Refined: 12 pairs of years, played Tue 17 Mar 2026 09:05." in body
        assert "12 pairs of years. The interval" in body and "Play it again with the present history" in body

    def test_are_of_one_question_on_one_day(self, world: WebWorld) -> None:
        fill_played(world)
        browser = world.sign_in(Role.MANAGER)
        browser.get(f"{PAGE}?{ASKED}")
        browser.post(f"{PAGE}/refine?{ASKED}")
        play_questions(world.database, world.clock, world.ids, pause=lambda: None)
        assert "Refined" not in body_of(browser, f"{PAGE}?{ASKED}&trial-slots=1")
        assert "Refined" in body_of(browser, f"{PAGE}?implant-slots=2&trial-weekdays=1&trial-weekdays=0&trial-slots=3")

    def test_are_not_asked_for_by_reading(self, world: WebWorld) -> None:
        fill_played(world)
        browser = world.sign_in(Role.MANAGER)
        for path in (PAGE, f"{PAGE}?{ASKED}", f"{PAGE}.csv?{ASKED}"):
            assert browser.get(path).status_code == 200
        assert browser.get(f"{PAGE}/refine?{ASKED}").status_code == 405
        assert stored(world) == 0

    def test_need_the_forms_own_token_and_a_question(self, world: WebWorld) -> None:
        fill_played(world)
        browser = world.sign_in(Role.MANAGER)
        browser.get(f"{PAGE}?{ASKED}")
        assert browser.post(f"{PAGE}/refine?{ASKED}", {"csrf_token": "another"}).status_code == 400
        for query in ("", "?trial-slots=0", "?trial-slots=3"):
            assert browser.post(f"{PAGE}/refine{query}").status_code == 400
        assert stored(world) == 0

    def test_of_another_clinic_are_not_shown(self, world: WebWorld) -> None:
        fill_played(world)
        world.add_clinic("other")
        browser = world.sign_in(Role.MANAGER)
        browser.get(f"{PAGE}?{ASKED}")
        browser.post(f"{PAGE}/refine?{ASKED}")
        play_questions(world.database, world.clock, world.ids, pause=lambda: None)
        stranger = world.sign_in(Role.MANAGER, "other")
        assert "Nothing is counted yet" in body_of(stranger, f"{PAGE}?{ASKED}")


def csv_of(browser: Browser, path: str) -> list[list[str]]:
    return list(csv.reader(io.StringIO(browser.get(path).get_data(as_text=True)[1:])))
