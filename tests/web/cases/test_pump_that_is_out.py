"""A pump's case after the pump is out: what makes no sense without one is not offered, and a mistake is put right."""

from collections.abc import Callable
from dataclasses import replace

import pytest

from tests.services.use_cases.test_refills_of_a_pump_that_is_out import GONE, by_explant, by_removal
from tests.services.use_cases.test_reoperations_struck import in_place
from tests.support.journey import Journey
from tests.support.reoperating import anew
from tests.support.web import WebWorld
from tests.web.cases.scene import COORDINATOR, NURSE, PHYSICIAN, Scene
from tests.web.cases.test_asked_back import send, text_of
from tests.web.cases.test_patients import PUMP
from tests.web.cases.test_reoperation import page_of
from tracker.domain.facts import Device
from tracker.domain.words import Role
from tracker.services import steps

At = Callable[[str], tuple[WebWorld, Journey]]
OperatingDay = Callable[[str], tuple[WebWorld, Journey, Journey]]
AGAIN = "Its refill is due again and not booked."


def case_page(world: WebWorld, journey: Journey, role: Role = PHYSICIAN) -> str:
    return page_of(world, role, f"/cases/{journey.public_id}").partition('id="main"')[2]


def of_next(page: str) -> str:
    """What is next, what stands in the way and the to-dos: all above the other steps."""
    return page.partition("Other steps")[0]


@pytest.mark.parametrize("way", GONE)
@pytest.mark.parametrize("role", [PHYSICIAN, NURSE, COORDINATOR])
def test_offers_neither_an_implant_nor_a_refill(at: At, way: str, role: Role) -> None:
    world, journey = at("maintained")
    GONE[way](journey)
    page = case_page(world, journey, role)
    assert [each for each in ("Record implant", "Record refill", "Book refill", "/refill") if each in page] == []
    assert "Watch for withdrawal, then close or plan a new implant" in of_next(page)
    assert ("Close the watch" in of_next(page)) is (role == PHYSICIAN)


def test_leaves_a_pump_that_was_put_in_again_to_be_recorded(at: At) -> None:
    world, journey = at("maintained")
    by_removal(journey)
    page = case_page(world, journey)
    assert f"/cases/{journey.public_id}/implant" in page.partition("Record something else")[2]


def test_offers_the_end_of_the_case_once_the_watch_is_closed(at: At) -> None:
    world, journey = at("maintained")
    by_explant(journey)
    journey.do(PHYSICIAN, lambda w, r: steps.close_withdrawal_watch(w, r, reason="no signs"))
    page = of_next(case_page(world, journey))
    assert "take-step?step=device_removed" in page and "take-step?step=replacement_needed" in page
    assert page.index("step=device_removed") < page.index("step=replacement_needed")


def test_says_that_the_refill_visit_went_with_the_pump(at: At) -> None:
    world, journey = at("maintained")
    pump, browser = journey.look().snapshot.pump, world.sign_in(NURSE)
    assert pump is not None
    typed = Scene(world, journey).second()
    status, page = send(browser, journey, f"device/{pump.device}/remove", typed)
    assert status == 303, page
    page = text_of(browser.get(f"/cases/{journey.public_id}"))
    assert "The refill visit of" in page and "is cancelled with it. Tell the patient." in page


def test_says_so_in_the_case_of_the_reoperation_too(operating_day: OperatingDay) -> None:
    world, pump, beside = operating_day("explant")
    typed = {"devices": [str(device) for _, device in in_place(pump)], **Scene(world, beside).second()}
    browser = world.sign_in(NURSE)
    status, page = send(browser, beside, "explanted", typed)
    assert status == 303, page
    page = text_of(browser.get(f"/cases/{beside.public_id}"))
    assert "The refill visit of" in page and "is cancelled with it. Tell the patient." in page


@pytest.mark.parametrize("of_explant", [True, False])
def test_struck_out_leads_to_the_refill_that_is_to_be_booked(operating_day: OperatingDay, *, of_explant: bool) -> None:
    world, pump, beside = operating_day("explant")
    typed = {"devices": [str(device) for _, device in in_place(pump)], **Scene(world, beside).second()}
    browser = world.sign_in(NURSE)
    assert send(browser, beside, "explanted", typed)[0] == 303
    for journey in (pump, beside):
        journey.version = journey.look().head.version
    if of_explant:
        done = beside.look().snapshot.determination("reoperation_done")
        assert done is not None
        struck, seq = beside, done.seq
    else:
        struck = pump
        seq = next(each.seq for each in pump.look().snapshot.of(Device) if each.kind == "pump")
    browser.get("/account/password")  # what was said before is read
    status, page = send(browser, struck, f"correct-clinical/{seq}", {"reason": "another patient's"})
    assert status == 303, page
    page = text_of(browser.get(f"/cases/{struck.public_id}"))
    assert AGAIN in page and f"/cases/{pump.public_id}/book-visit?purpose=refill" in page
    assert "latest date" in case_page(world, pump) and "not booked" in case_page(world, pump)


def test_of_a_pump_that_was_taken_over_the_referral_is_no_news(at: At) -> None:
    """Nobody evaluated the patient here; what the pump's way says matters more."""
    world, journey = at("referred")
    browser = world.sign_in(NURSE)
    values = {**PUMP, "mrn": "009001", **Scene(world, journey).reader()}
    answer = browser.submit("/pumps/take-over", values)
    assert answer.status_code == 303, text_of(answer)
    taken_over = replace(journey, public_id=answer.headers["Location"].rpartition("/")[2])
    by_removal(anew(taken_over))
    page = case_page(world, taken_over)
    assert page.index(">Next<") < page.index(">Referral</h2>")
