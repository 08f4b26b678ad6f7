"""What is unusual and possible is asked back once at its field, with all that was typed; a yes saves it as typed."""

import html
from collections.abc import Callable, Mapping

import pytest

from tests.support.journey import Journey
from tests.support.web import Browser, WebWorld
from tests.web.cases.forms import filling, implant
from tests.web.cases.scene import NURSE, Scene
from tests.web.cases.test_patients import PUMP

At = Callable[[str], tuple[WebWorld, Journey]]
Typed = Callable[[Scene], Mapping[str, object]]

FORTY_THOUSAND = {"daily_dose_mcg": "40000"}
DOSES = {
    "refill": ("maintained", "refill", lambda scene: {"kind": "refill", **filling(scene), **FORTY_THOUSAND}),
    "implant": ("implant_day", "implant", lambda scene: {**implant(scene), "deviation_reason": "x", **FORTY_THOUSAND}),
    "reading": ("maintained", "interrogation", lambda _scene: {"cause": "dose", **FORTY_THOUSAND}),
}


def send(browser: Browser, journey: Journey, path: str, typed: Mapping[str, object]) -> tuple[int, str]:
    """The status and the page that a form of the case answers with."""
    values = {"expected_version": journey.version, **typed}
    answer = browser.submit(f"/cases/{journey.public_id}/{path}", values)
    return answer.status_code, html.unescape(answer.get_data(as_text=True))


@pytest.mark.parametrize("where", DOSES)
def test_a_daily_dose_above_the_drugs_limit(at: At, where: str) -> None:
    stage, path, typed = DOSES[where]
    world, journey = at(stage)
    browser, values = world.sign_in(NURSE), dict(typed(Scene(world, journey)))
    if where == "implant":
        journey.tick(journey.visit_for("implant"), "before")
    status, page = send(browser, journey, path, values)
    assert status == 422
    assert "40000 mcg a day is more than 1000" in page.partition("<form")[2]
    assert 'name="meant" value="daily_dose_mcg:40000"' in page
    assert 'value="40000"' in page
    assert journey.look().head.version == journey.version

    status, page = send(browser, journey, path, {**values, "meant": "daily_dose_mcg:4000"})
    assert status == 422, "a yes to another dose is none to this"

    status, page = send(browser, journey, path, {**values, "meant": "daily_dose_mcg:40000"})
    assert status == 303, page
    assert "40000" in str(journey.look().snapshot.facts)


def test_a_daily_dose_of_a_pump_that_is_taken_over(at: At) -> None:
    world, journey = at("referred")
    browser = world.sign_in(NURSE)
    values = {**PUMP, **FORTY_THOUSAND, **Scene(world, journey).second()}
    answer = browser.submit("/pumps/take-over", values)
    page = html.unescape(answer.get_data(as_text=True))
    assert answer.status_code == 422
    assert "40000 mcg a day is more than 1000" in page
    assert 'name="meant" value="daily_dose_mcg:40000"' in page
    assert browser.post("/pumps/take-over", {**values, "meant": "daily_dose_mcg:40000"}).status_code == 303
