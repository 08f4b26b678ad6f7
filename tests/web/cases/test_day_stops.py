"""What stops a procedure whose patient is here is said in red on its checklist and on the day, and asked back."""

import html
import re
from collections.abc import Callable

import pytest

from tests.support.checklists import answer_part
from tests.support.journey import Journey
from tests.support.web import Browser, WebWorld
from tests.web.cases.scene import NURSE, PHYSICIAN
from tracker.domain.facts import VisitMoment
from tracker.services import checklists, consents
from tracker.services.checklists import Answer

At = Callable[[str], tuple[WebWorld, Journey]]


def red_bars(world: WebWorld, journey: Journey, purpose: str) -> str:
    """The red bars of the checklist, as they are read."""
    url = f"/day/visits/{journey.public_id}/{journey.visit_for(purpose)}"
    body = world.sign_in(NURSE).get(url).get_data(as_text=True)
    return html.unescape(" ".join(re.findall(r'<p class="hard-stop">.*?</p>', body, re.DOTALL)))


def red_on_the_day(world: WebWorld) -> list[str]:
    """What stops somebody, in the rows of the day."""
    body = world.sign_in(NURSE).get("/day").get_data(as_text=True)
    return [html.unescape(each) for each in re.findall(r'class="day-missing is-stopped">([^<]+)<', body)]


def take_consent_back(journey: Journey) -> None:
    """The patient changes their mind in preparation."""
    journey.do(NURSE, lambda w, r: consents.withdraw_consent(w, r, purpose="trial", reason="afraid"))


def answer(journey: Journey, item: str, value: str) -> None:
    """The nurse answers an item of the implant again."""
    given = Answer(item=item, value=value, second_by=journey.user_ids[PHYSICIAN])
    visit = journey.visit_for("implant")
    journey.do(NURSE, lambda w, r: checklists.answer_item(w, r, appointment=visit, answer=given))


def test_a_consent_that_was_taken_back_is_red_on_both(at: At) -> None:
    world, journey = at("trial_day")
    journey.order()
    assert red_on_the_day(world) == []
    take_consent_back(journey)
    assert "withdr" in red_bars(world, journey, "trial")
    [stop] = red_on_the_day(world)
    assert stop.startswith("Stop: ") and "withdr" in stop


def test_an_expired_drug_and_an_early_incision_are_red_on_both(at: At) -> None:
    world, journey = at("implant_day")
    about = {"appointment": journey.visit_for("implant"), "part": "before"}
    journey.do(NURSE, lambda w, r: answer_part(w, r, **about, second_by=journey.user_ids[PHYSICIAN]))
    assert (red_bars(world, journey, "implant"), red_on_the_day(world)) == ("", [])
    answer(journey, "drug_expiry", "2020-01")
    answer(journey, "antibiotic", "08:30")
    answer(journey, "incision", "08:00")
    assert "Out of date since" in red_bars(world, journey, "implant")
    assert "(+1)" in red_bars(world, journey, "implant")
    [stop] = red_on_the_day(world)
    assert stop.startswith("Stop: Out of date since") and stop.endswith("(+1)")
    journey.implant(deviation_reason="nobody looked")
    assert red_on_the_day(world) == [], "what was done all the same stops nothing any more"


class TestTheProcedureBegins:
    def press(self, browser: Browser, journey: Journey, **typed: object) -> tuple[int, str]:
        url = f"/cases/{journey.public_id}/visit/{journey.visit_for('trial')}/stands"
        data = {"kind": "procedure", "expected_version": journey.version, **typed}
        sent = browser.submit(url, data)
        return sent.status_code, html.unescape(sent.get_data(as_text=True))

    def test_unasked_while_only_items_are_open(self, at: At) -> None:
        world, journey = at("trial_day")
        journey.score("3", "baseline")
        journey.order()
        assert self.press(world.sign_in(NURSE), journey)[0] == 303

    def test_once_somebody_says_that_it_is_meant(self, at: At) -> None:
        world, journey = at("trial_day")
        journey.order()
        take_consent_back(journey)
        browser = world.sign_in(NURSE)
        status, page = self.press(browser, journey)
        assert status == 422 and "Something stops this procedure: " in page
        assert journey.look().snapshot.of(VisitMoment) == ()
        [meant] = re.findall(r'name="meant" value="([^"]+)"', page)
        assert self.press(browser, journey, meant=meant)[0] == 303
        assert [each.kind for each in journey.look().snapshot.of(VisitMoment)] == ["procedure"]


@pytest.mark.parametrize("stage", ["trial_day", "implant_day"])
def test_open_items_alone_are_no_red_row(at: At, stage: str) -> None:
    world, journey = at(stage)
    if stage == "trial_day":
        journey.order()
    assert red_on_the_day(world) == []
    assert "to be answered before the procedure begins" in red_bars(world, journey, stage.removesuffix("_day"))
