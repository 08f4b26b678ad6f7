"""A call is taken from every page: who it is about, the numbers and the words first, and nobody is sent away."""

import html
from collections.abc import Callable

import pytest
from sqlalchemy import select

from tests.support.journey import Journey
from tests.support.milestones import Milestones
from tests.support.web import WebWorld
from tracker.domain.words import Role
from tracker.persistence.models import AccessEntry, Obligation, StaffTask

ANSWERS = (Role.COORDINATOR, Role.LEAD_COORDINATOR, Role.NURSE, Role.PHYSICIAN, Role.THERAPIST, Role.FRONT_DESK)
At = Callable[[str], tuple[WebWorld, Journey]]


@pytest.fixture
def at(milestones: Milestones) -> At:
    return milestones.at


class TestTheLink:
    @pytest.mark.parametrize("role", ANSWERS)
    def test_stands_on_every_page_of_those_who_answer(self, world: WebWorld, role: Role) -> None:
        browser = world.sign_in(role)
        assert 'href="/pump-call"' in browser.get("/account/password").text
        assert 'href="/pump-call"' in browser.get("/nowhere").text

    def test_is_not_offered_to_those_who_may_not(self, world: WebWorld) -> None:
        assert "/pump-call" not in world.sign_in(Role.ADMINISTRATOR).get("/account/password").text


class TestTheForm:
    def test_is_found_from_there_with_numbers_and_words_before_any_question(self, at: At) -> None:
        world, journey = at("maintained")
        browser = world.sign_in(Role.FRONT_DESK)
        found = browser.get(world.search("/pump-call?q=okafor")).text
        assert f"/cases/{journey.public_id}/pump-call" in found
        page = html.unescape(browser.get(f"/cases/{journey.public_id}/pump-call").text)
        before = page.partition("<form")[2].partition('name="tone"')[0]
        for said in ("Phones on record", "Physicians of the clinic", "not approved by a clinician yet", "911",
                     "This is not an emergency service"):  # fmt: skip
            assert said in before
        assert " checked" not in page
        assert "allergy" not in page and "SynchroMed" not in page, "the front desk sees no clinical detail"

    def test_leads_to_a_line_on_today_that_closes_it(self, at: At) -> None:
        world, journey = at("maintained")
        url = f"/cases/{journey.public_id}/pump-call"
        values = {"expected_version": journey.version, "tone": "two", "drowsy": "y", "caller": "the mother"}
        assert world.sign_in(Role.FRONT_DESK).submit(url, values).status_code == 303
        browser = world.sign_in(Role.PHYSICIAN)
        text = html.unescape(browser.get("/today").text)
        assert "Pump call from the mother: two tones" in text
        assert "settle-pump-call" in text
        case = html.unescape(browser.get(f"/cases/{journey.public_id}").text)
        assert "Pump call: two tones; drowsy; called by the mother" in case

    def test_of_another_clinics_patient_is_not_there(self, at: At) -> None:
        world, journey = at("maintained")
        stranger = world.sign_in(Role.NURSE, "north")
        assert "Nobody here matches" in stranger.get(world.search("/pump-call?q=okafor")).text
        assert stranger.get(f"/cases/{journey.public_id}/pump-call").status_code == 404


class TestSomebodyUnknown:
    def test_becomes_a_task_that_today_shows_with_the_number(self, world: WebWorld) -> None:
        values = {"phone": "303 555 0199", "caller": "a neighbour", "words": "a man on Elm Street"}
        assert world.sign_in(Role.FRONT_DESK).submit("/pump-call", values).status_code == 303
        text = world.sign_in(Role.PHYSICIAN).get("/today").text
        assert "Pump call of somebody who was not found" in text
        assert "303 555 0199" in text

    def test_keeps_what_was_typed(self, world: WebWorld) -> None:
        answer = world.sign_in(Role.NURSE).submit("/pump-call", {"phone": "", "caller": "a neighbour"})
        assert answer.status_code == 422
        assert "Write down the number, or what the caller said." in answer.text
        assert "a neighbour" in answer.text
        with world.database.reading() as session:
            assert session.scalars(select(StaffTask)).all() == []
            assert session.scalars(select(Obligation)).all() == []

    def test_who_looked_is_on_the_record(self, at: At) -> None:
        world, _ = at("referred")
        world.sign_in(Role.NURSE).get(world.search("/pump-call?q=okafor"))
        with world.database.reading() as session:
            assert "pump_calls.index" in session.scalars(select(AccessEntry.page)).all()
