"""A death, and a death that was struck out: what the pages say became of the visits, and who is led where."""

from collections.abc import Callable

import pytest

from tests.support.journey import COORDINATOR, NURSE, PHYSICIAN, Journey
from tests.support.web import WebWorld
from tests.web.cases.scene import Scene
from tests.web.cases.test_asked_back import send, text_of
from tests.web.cases.test_pump_that_is_out import case_page
from tracker.domain.words import DeterminationKind
from tracker.services import corrections, steps

At = Callable[[str], tuple[WebWorld, Journey]]


def struck_out(journey: Journey) -> None:
    second, day = journey.user_ids[NURSE], journey.today
    journey.do(PHYSICIAN, lambda w, r: steps.record_death(w, r, died_on=day, source="her son", second_by=second))
    death = journey.look().snapshot.determination(DeterminationKind.DEATH)
    assert death is not None
    journey.do(PHYSICIAN, lambda w, r: corrections.strike(w, r, seq=death.seq, reason="other patient"))


def test_says_which_visits_are_cancelled(at: At) -> None:
    world, journey = at("maintained")
    browser = world.sign_in(COORDINATOR)
    typed = {"died_on": journey.today.isoformat(), "source": "her son", **Scene(world, journey).second()}
    status, page = send(browser, journey, "death", typed)
    assert status == 303, page
    page = text_of(browser.get(f"/cases/{journey.public_id}"))
    assert "The refill visit of" in page and "is cancelled." in page


@pytest.mark.parametrize(("stage", "step"), [("implant_booked", "reopened"), ("maintained", "returned")])
def test_struck_out_leads_to_the_step_that_opens_the_case(at: At, stage: str, step: str) -> None:
    world, journey = at(stage)
    struck_out(journey)
    page = case_page(world, journey, PHYSICIAN)
    todos = page.partition('id="todos"')[2].partition("</section>")[0]
    assert "The death was struck out: open the case again" in todos
    assert f"take-step?step={step}" in todos
    today = text_of(world.sign_in(PHYSICIAN).get("/today"))
    assert "The death was struck out: open the case again" in today and f"take-step?step={step}" in today


def test_struck_out_lets_the_refill_be_booked_from_its_to_do(at: At) -> None:
    world, journey = at("maintained")
    struck_out(journey)
    todos = case_page(world, journey, COORDINATOR).partition('id="todos"')[2].partition("</section>")[0]
    assert "book-visit?purpose=refill" in todos


def test_a_step_that_was_taken_in_another_tab_is_a_stale_page(at: At) -> None:
    world, journey = at("maintained")
    struck_out(journey)
    browser = world.sign_in(PHYSICIAN)
    typed = {"reason": "closed by mistake", "expected_version": str(journey.version)}
    assert send(browser, journey, "take-step?step=returned", typed)[0] == 303
    status, page = send(browser, journey, "take-step?step=returned", typed)
    assert status == 409
    assert "Somebody changed this case meanwhile" in page
