"""The time of a visit on the page: provisional or final, marked with one press, asked for while booking and moving; and
the visit to sign a consent, offered with the procedure."""

import html
from collections.abc import Callable

import pytest

from tests.support.journey import Journey
from tests.support.web import WebWorld
from tests.web.cases.scene import COORDINATOR, DESK, NURSE
from tracker.domain.facts import Appointment
from tracker.domain.final_times import is_provisional
from tracker.domain.words import Role

At = Callable[[str], tuple[WebWorld, Journey]]
#: A Monday; the clinic's patients come half an hour before.
STARTS = "2026-09-14T09:00"


def page(world: WebWorld, journey: Journey, role: Role = COORDINATOR) -> str:
    return html.unescape(world.sign_in(role).get(f"/cases/{journey.public_id}").get_data(as_text=True))


def is_final(journey: Journey, purpose: str) -> bool:
    case = journey.look()
    visit = case.snapshot.booked(purpose)
    assert visit is not None
    return not is_provisional(case.pathway, case.snapshot, visit)


def booking(journey: Journey, purpose: str = "implant", **values: object) -> dict[str, object]:
    usual = {"purpose": purpose, "starts": STARTS, "minutes": "60", "expected_version": journey.version}
    return {**usual, **values}


@pytest.mark.parametrize("role", [COORDINATOR, NURSE])
def test_one_press_at_the_visit_says_that_its_time_is_final(at: At, role: Role) -> None:
    world, journey = at("implant_booked")
    assert "arrive 09:00, not final" in page(world, journey, role)
    url = f"/cases/{journey.public_id}/visit/{journey.visit_for('implant')}/time-final"
    answer = world.sign_in(role).submit(url, {"expected_version": journey.version})
    assert answer.status_code == 303
    shown = page(world, journey, role)
    assert "arrive 09:00, final" in shown and "not final" not in shown
    assert "09:00 is final" not in shown, "it is not offered twice"


def test_a_press_on_a_page_that_is_older_changes_nothing(at: At) -> None:
    world, journey = at("implant_booked")
    url = f"/cases/{journey.public_id}/visit/{journey.visit_for('implant')}/time-final"
    answer = world.sign_in(COORDINATOR).submit(url, {"expected_version": journey.version - 1})
    assert answer.status_code == 409
    assert not is_final(journey, "implant")


def test_the_front_desk_sees_it_and_says_nothing(at: At) -> None:
    world, journey = at("implant_booked")
    shown = page(world, journey, DESK)
    assert "09:00, not final" in shown and "is final" not in shown


@pytest.mark.parametrize("ticked", [{}, {"is_final": "y"}])
def test_it_can_be_said_while_booking_and_moving(at: At, ticked: dict[str, object]) -> None:
    world, journey = at("implant_to_book")
    browser, case = world.sign_in(COORDINATOR), f"/cases/{journey.public_id}"
    assert browser.submit(f"{case}/book-visit", booking(journey, **ticked)).status_code == 303
    assert is_final(journey, "implant") is bool(ticked)
    visit = journey.look().snapshot.booked("implant")
    assert visit is not None
    values = {"starts": "2026-09-15T09:00", "minutes": "60", "expected_version": journey.look().head.version}
    assert browser.submit(f"{case}/visit/{visit.appointment}/move", {**values, **ticked}).status_code == 303
    assert is_final(journey, "implant") is bool(ticked)


def test_it_is_not_asked_where_no_time_is_provisional(at: At) -> None:
    world, journey = at("evaluating")
    browser = world.sign_in(COORDINATOR)
    visit = journey.book("follow_up", journey.in_days(3))
    shown = browser.get(f"/cases/{journey.public_id}/visit/{visit}/move").get_data(as_text=True)
    assert "is_final" not in shown
    assert "is_final" in browser.get(f"/cases/{journey.public_id}/book-visit").get_data(as_text=True)


class TestTheVisitToSign:
    def test_is_offered_with_the_procedure_in_the_same_go(self, at: At) -> None:
        world, journey = at("implant_to_book")
        browser, case = world.sign_in(COORDINATOR), f"/cases/{journey.public_id}"
        browser.submit(f"{case}/book-visit", booking(journey))
        after = browser.get(case).get_data(as_text=True)
        assert "No visit is booked to sign the consent for the implant." in html.unescape(after)
        assert f"{case}/book-visit?purpose=consent" in after
        form = browser.get(f"{case}/book-visit?purpose=consent").get_data(as_text=True)
        assert "Book the consent visit" in form
        values = booking(journey, "consent", starts="2026-09-08T09:00", expected_version=journey.look().head.version)
        browser.submit(f"{case}/book-visit", values)
        shown = html.unescape(browser.get(case).get_data(as_text=True))
        assert "No visit is booked to sign" not in shown
        assert any(each.purpose == "consent" for each in journey.look().snapshot.of(Appointment))

    def test_is_not_offered_where_the_consent_is_valid_on_that_day(self, at: At) -> None:
        world, journey = at("implant_to_book")
        journey.sign("implant")
        browser, case = world.sign_in(COORDINATOR), f"/cases/{journey.public_id}"
        starts = journey.in_days(16).isoformat(timespec="minutes")
        browser.submit(f"{case}/book-visit", booking(journey, starts=starts))
        assert journey.stage == "implant_booked"
        assert "No visit is booked to sign" not in html.unescape(browser.get(case).get_data(as_text=True))
