"""What is offered for a visit: once the patient has come there is nothing to move."""

from collections.abc import Callable

from tests.support.journey import Journey
from tests.support.web import WebWorld
from tracker.domain.words import Role

At = Callable[[str], tuple[WebWorld, Journey]]


def page(world: WebWorld, journey: Journey) -> str:
    """The page of the case as a nurse sees it, who books and treats."""
    return world.sign_in(Role.NURSE).get(f"/cases/{journey.public_id}").get_data(as_text=True)


def test_a_visit_to_come_can_be_moved(at: At) -> None:
    assert "Reschedule" in page(*at("implant_booked"))


def test_a_visit_that_the_patient_came_to_cannot(at: At) -> None:
    shown = page(*at("implant_day"))
    assert "Reschedule" not in shown
    assert "/move" not in shown
