"""Above what is read aloud stands what the room compares: procedure, order, side and allergies."""

import html
import re
from collections.abc import Callable

from tests.support.journey import Journey
from tests.support.web import WebWorld
from tests.web.cases.scene import NURSE, PHYSICIAN
from tracker.services import checklists, device_orders
from tracker.services.checklists import Answer

At = Callable[[str], tuple[WebWorld, Journey]]


def said(world: WebWorld, journey: Journey, purpose: str) -> dict[str, str]:
    """What stands above the first item of the first section that is read aloud."""
    browser, url = world.sign_in(NURSE), f"/day/visits/{journey.public_id}/{journey.visit_for(purpose)}"
    link = re.findall(rf'href="({url}/aloud/\d+)"', browser.get(url).get_data(as_text=True))[0]
    body = html.unescape(browser.get(link).get_data(as_text=True))
    return dict(re.findall(r"<dt>([^<]+)</dt><dd>([^<]+)</dd>", body))


def test_a_trial_says_the_ordered_dose_and_drug(at: At) -> None:
    world, journey = at("trial_day")
    assert said(world, journey, "trial")["Ordered"] == "not ordered"
    journey.order("75")
    assert said(world, journey, "trial") == {"Procedure": "Trial", "Ordered": "75 mcg baclofen", "Allergies": "latex"}


def test_an_implant_says_the_ordered_devices_and_the_side(at: At) -> None:
    world, journey = at("implant_day")
    assert said(world, journey, "implant")["Side"] == "not marked yet"
    ordered = {"pump": "SynchroMed II", "catheter": "Ascenda"}
    journey.do(PHYSICIAN, lambda w, r: device_orders.order_devices(w, r, **ordered))
    visit, given = journey.visit_for("implant"), Answer(item="site", value="left")
    journey.do(NURSE, lambda w, r: checklists.answer_item(w, r, appointment=visit, answer=given))
    found = said(world, journey, "implant")
    assert "SynchroMed II" in found.pop("Pump ordered") and "Ascenda" in found.pop("Catheter ordered")
    assert found == {"Procedure": "Implant", "Side": "left", "Allergies": "latex"}
