"""The form of a pump that was read: what is wrong of it is said in one round."""

from collections.abc import Callable

from tests.support.journey import Journey
from tests.support.web import WebWorld
from tests.web.cases.scene import NURSE
from tests.web.cases.test_asked_back import send

At = Callable[[str], tuple[WebWorld, Journey]]


def test_names_all_that_is_wrong_at_once(at: At) -> None:
    world, journey = at("maintained")
    typed = {"cause": "", "daily_dose_mcg": "much", "reservoir_ml": "99", "alarm_volume_ml": "21",
             "battery_months": "500", "alarm_on": "soon", "alarm_on_again": "2026-12-04"}  # fmt: skip
    status, page = send(world.sign_in(NURSE), journey, "interrogation", typed)
    assert status == 422
    assert "Choose why the pump was read." in page and "Type a number" in page
    assert page.count("The reservoir holds 20 mL.") >= 2
    assert "No battery of a pump lasts that long" in page
    assert "The two dates differ" not in page


def test_says_what_is_asked_back_beside_what_cannot_be(at: At) -> None:
    world, journey = at("maintained")
    typed = {"cause": "dose", "battery_months": "0", "reservoir_ml": "3"}
    status, page = send(world.sign_in(NURSE), journey, "interrogation", typed)
    assert status == 422
    assert "Type what it was changed to." in page
    assert "Arithmetic says about" in page and "the replacement indicator is not ticked" in page
