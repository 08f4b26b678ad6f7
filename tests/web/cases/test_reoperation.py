"""A reoperation on the pages: begun from the pump's case, told apart from it everywhere, and recorded by its forms."""

import html
import re
from collections.abc import Callable

import pytest

from tests.support.journey import Journey
from tests.support.reoperating import anew, begun, booked, replaced
from tests.support.web import WebWorld
from tests.web.cases.device_forms import new_catheter
from tests.web.cases.forms import filling
from tests.web.cases.scene import COORDINATOR, DESK, NURSE, PHYSICIAN, Scene
from tests.web.test_ended_pumps import die
from tracker.domain.words import Role

At = Callable[[str], tuple[WebWorld, Journey]]
OperatingDay = Callable[[str], tuple[WebWorld, Journey, Journey]]

PUMP = {"pump_model": "SynchroMed III", "pump_serial": "NGV1", "pump_reservoir_ml": "20",
        "pump_expires_on": "2070-12-31"}  # fmt: skip


def page_of(world: WebWorld, role: Role, path: str) -> str:
    answer = world.sign_in(role).get(path)
    assert answer.status_code == 200, path
    return html.unescape(answer.get_data(as_text=True))


def test_is_begun_from_the_case_of_the_pump_and_opened(at: At) -> None:
    world, pump = at("maintained")
    browser = world.sign_in(PHYSICIAN)
    assert f"/cases/{pump.public_id}/reoperation" in page_of(world, COORDINATOR, f"/cases/{pump.public_id}")
    typed = {"kind": "replacement", "reason": "battery", "expected_version": pump.version}
    answer = browser.submit(f"/cases/{pump.public_id}/reoperation", typed)
    assert answer.status_code == 303
    own = html.unescape(browser.get(answer.headers["Location"]).get_data(as_text=True))
    assert "Reoperation of a baclofen pump" in own and "Prior auth for reoperation" in own
    assert f'href="/cases/{pump.public_id}">Case of the pump: Active pump<' in own
    assert "Replacement of the pump: Prior auth for reoperation" in page_of(world, NURSE, f"/cases/{pump.public_id}")


@pytest.mark.parametrize(("typed", "sentence"), [({}, "Choose what is to be done."), ({"kind": "explant"}, "Say why.")])
def test_says_what_is_missing_to_begin_one(at: At, typed: dict[str, object], sentence: str) -> None:
    world, pump = at("maintained")
    answer = world.sign_in(PHYSICIAN).submit(
        f"/cases/{pump.public_id}/reoperation", {**typed, "expected_version": pump.version}
    )
    assert answer.status_code == 422 and sentence in answer.get_data(as_text=True)


def test_records_a_replacement_and_leads_to_the_case_of_the_pump(operating_day: OperatingDay) -> None:
    world, pump, beside = operating_day("replacement")
    browser = world.sign_in(NURSE)
    path = f"/cases/{beside.public_id}/replaced"
    assert "SynchroMed II, serial NGP123" in page_of(world, NURSE, path), "to compare with"
    typed = {**PUMP, **filling(Scene(world, beside)), "note": "as planned", "expected_version": beside.version}

    wrong = browser.submit(path, {**typed, "alarm_on_again": beside.today.isoformat()})
    assert wrong.status_code == 422 and 'value="SynchroMed III"' in wrong.get_data(as_text=True)
    answer = browser.submit(path, typed)
    assert answer.status_code == 303, answer.get_data(as_text=True)
    told = html.unescape(browser.get(answer.headers["Location"]).get_data(as_text=True))
    assert "Done: replacement of the pump: as planned" in told and f'/cases/{pump.public_id}">Open it' in told
    page = page_of(world, NURSE, f"/cases/{pump.public_id}")
    assert "NGV1" in page and "Active pump" in page


def test_asks_why_where_something_is_missing(at: At) -> None:
    world, pump = at("maintained")
    beside = begun(pump, kind="pocket_revision")
    path = f"/cases/{beside.public_id}/pocket-revised"
    browser, typed = world.sign_in(NURSE), {"note": "seroma", "expected_version": beside.version}
    refused = browser.submit(path, typed)
    assert refused.status_code == 422
    text = refused.get_data(as_text=True)
    assert "Nothing is saved yet" in text and text.count("Something is missing. Say why") == 2, "above and at the field"
    seen = re.search(r'name="deviation_seen" value="([^"]*)"', text)
    assert seen is not None and "consent_missing" in seen[1]
    why = {"deviation_reason": "at night", "deviation_seen": seen[1]}
    assert browser.submit(path, {**typed, **why}).status_code == 303


def test_shows_all_that_is_missing_before_the_first_try(at: At) -> None:
    world, pump = at("maintained")
    beside = begun(pump, kind="pocket_revision")
    path, browser = f"/cases/{beside.public_id}/pocket-revised", world.sign_in(NURSE)
    page = browser.get(path).get_data(as_text=True)
    assert "not marked as arrived" in page
    seen = re.search(r'name="deviation_seen" value="([^"]*)"', page)
    assert seen is not None
    typed = {"note": "seroma", "expected_version": beside.version, "deviation_reason": "at night"}
    more = browser.submit(path, {**typed, "deviation_seen": seen[1].split()[0]})
    assert more.status_code == 422 and "More is missing than was shown." in more.get_data(as_text=True)
    assert browser.submit(path, {**typed, "deviation_seen": seen[1]}).status_code == 303


def test_records_an_explant_of_what_is_ticked(operating_day: OperatingDay) -> None:
    world, pump, beside = operating_day("explant")
    parts = [each.device for each in pump.look().snapshot.devices_in_place]
    browser, scene = world.sign_in(NURSE), Scene(world, beside)
    path, typed = f"/cases/{beside.public_id}/explanted", {"devices": parts, "expected_version": beside.version}
    assert "A second person or a document must confirm it." in browser.submit(path, typed).get_data(as_text=True)
    assert browser.submit(path, {**typed, **scene.second()}).status_code == 303
    ended = page_of(world, PHYSICIAN, "/refills/ended")
    assert "Taken out" in ended and "Physician Person" in ended


def correct_it(world: WebWorld, beside: Journey, path: str, typed: dict[str, object]) -> str:
    """Something is recorded, and the banner's link followed; gives the address of the form that strikes it out."""
    browser = world.sign_in(NURSE)
    answer = browser.submit(f"/cases/{beside.public_id}/{path}", {**typed, "expected_version": beside.version})
    assert answer.status_code == 303, answer.get_data(as_text=True)
    told = html.unescape(browser.get(answer.headers["Location"]).get_data(as_text=True))
    link = re.search(r'href="([^"]+)">Correct it<', told)
    assert link is not None
    assert "the refill is due as before" in page_of(world, NURSE, link[1])
    return link[1]


def test_an_explant_of_another_patient_is_corrected_from_its_banner(operating_day: OperatingDay) -> None:
    world, pump, beside = operating_day("explant")
    parts = [each.device for each in pump.look().snapshot.devices_in_place]
    link = correct_it(world, beside, "explanted", {"devices": parts, **Scene(world, beside).second()})
    assert pump.public_id not in page_of(world, NURSE, "/refills")

    typed = {"reason": "another patient", "expected_version": anew(beside).version}
    assert world.sign_in(NURSE).submit(link, typed).status_code == 303
    assert pump.public_id in page_of(world, NURSE, "/refills")
    assert pump.public_id not in page_of(world, PHYSICIAN, "/refills/ended")
    assert "Struck out: Pump" in page_of(world, NURSE, f"/cases/{pump.public_id}")


def test_a_replacement_of_another_patient_is_corrected_where_two_say_so(operating_day: OperatingDay) -> None:
    world, pump, beside = operating_day("replacement")
    link = correct_it(world, beside, "replaced", {**PUMP, **filling(Scene(world, beside)), "note": "as planned"})
    browser = world.sign_in(NURSE)
    typed = {"reason": "another patient", "expected_version": anew(beside).version}
    alone = browser.submit(link, typed)
    assert alone.status_code == 422 and "a second person or a document must confirm it" in alone.get_data(as_text=True)
    assert browser.submit(link, {**typed, **Scene(world, beside).second()}).status_code == 303
    pumps = [each.serial for each in pump.look().snapshot.devices_in_place if each.kind == "pump"]
    assert pumps == ["NGP123"] and pump.public_id in page_of(world, NURSE, "/refills")


def test_a_catheter_revision_is_recorded(operating_day: OperatingDay) -> None:
    world, _, beside = operating_day("catheter_revision")
    typed = {**new_catheter(Scene(world, beside)), "catheter_model": "Ascenda 8782", "expected_version": beside.version}
    assert world.sign_in(NURSE).submit(f"/cases/{beside.public_id}/catheter-revised", typed).status_code == 303


def test_every_link_of_its_page_opens(at: At) -> None:
    world, pump = at("maintained")
    beside = begun(pump)
    booked(beside)
    for role in (COORDINATOR, NURSE, PHYSICIAN, DESK):
        page = page_of(world, role, f"/cases/{beside.public_id}")
        for link in sorted(set(re.findall(rf'href="(/cases/{beside.public_id}/[^"#]+)"', page))):
            page_of(world, role, link)


@pytest.mark.parametrize(
    "rest", ["implant", "give-dose", "refill", "death", "outcome", "evaluation", "transfer", "pump-call", "scan"]
)
def test_what_belongs_to_the_pump_is_not_found_there(at: At, rest: str) -> None:
    world, pump = at("maintained")
    beside = begun(pump)
    browser = world.sign_in(PHYSICIAN)
    assert browser.get(f"/cases/{beside.public_id}/{rest}").status_code in {200, 404}
    posted = browser.submit(f"/cases/{beside.public_id}/{rest}", {"expected_version": beside.version})
    assert posted.status_code in {404, 422}


def test_every_form_of_a_case_opens_there_or_is_not_there(at: At) -> None:
    world, pump = at("maintained")
    beside = begun(pump)
    own = [rule.rule for rule in world.app.url_map.iter_rules() if rule.arguments == {"public_id"}]
    forms = [rule.replace("<string(length=32):public_id>", beside.public_id) for rule in own if "/cases/" in rule]
    assert len(forms) > 30
    browser = world.sign_in(PHYSICIAN)
    assert {browser.get(path).status_code for path in forms} <= {200, 403, 404, 405}


def test_says_which_operation_the_papers_are_for(at: At) -> None:
    world, pump = at("maintained")
    beside = begun(pump)
    assert "asked for before the reoperation." in page_of(world, NURSE, f"/cases/{beside.public_id}")
    assert "asked for before the implant." not in page_of(world, NURSE, f"/cases/{beside.public_id}")


def test_that_ends_with_a_death_says_so_with_one_full_stop(at: At) -> None:
    world, pump = at("maintained")
    beside = begun(pump)
    booked(beside)
    die(anew(pump))
    page = page_of(world, PHYSICIAN, f"/cases/{beside.public_id}")
    assert "The patient has died." in page
    assert ".." not in page


def test_a_replaced_pump_is_shown_as_replaced(operating_day: OperatingDay) -> None:
    world, _, beside = operating_day("replacement")
    replaced(beside)
    assert "Replaced " in page_of(world, PHYSICIAN, "/refills/ended")


def test_the_to_do_to_replace_it_is_in_progress_while_a_day_is_booked(at: At) -> None:
    world, pump = at("maintained")
    booked(begun(pump))
    assert "in progress: reoperation booked" in page_of(world, NURSE, f"/cases/{anew(pump).public_id}")


def test_stands_on_a_board_of_its_own(at: At) -> None:
    world, pump = at("maintained")
    beside = begun(pump)
    first = page_of(world, COORDINATOR, "/board")
    assert f"/cases/{beside.public_id}" not in first and "pathway=itb_reoperation" in first
    for path in ("/board", "/board/table"):
        assert f"/cases/{beside.public_id}" in page_of(world, COORDINATOR, f"{path}?pathway=itb_reoperation")


def test_is_found_with_the_case_of_the_pump(at: At) -> None:
    world, pump = at("maintained")
    beside = begun(pump)
    browser = world.sign_in(COORDINATOR)
    answer = browser.get(browser.submit("/find", {"q": "okafor"}).headers["Location"])
    page = html.unescape(answer.get_data(as_text=True))
    assert f'href="/cases/{pump.public_id}"' in page
    assert f'href="/cases/{beside.public_id}"' in page and "Prior auth for reoperation" in page


def test_today_says_which_case_a_to_do_is_of(at: At) -> None:
    world, pump = at("maintained")
    begun(pump)
    world.clock.advance(days=15)
    assert "Reoperation of a baclofen pump" in page_of(world, COORDINATOR, "/today")


def test_the_day_shows_the_visit_and_its_checklist(operating_day: OperatingDay) -> None:
    world, _, beside = operating_day("replacement")
    page = page_of(world, NURSE, "/day")
    visit = beside.visit_for("reoperation")
    assert "Reoperation" in page and f"/cases/{beside.public_id}" in page
    checklist = f"/day/visits/{beside.public_id}/{visit}"
    assert f'href="{checklist}"' in page
    assert "Pump in place read with the programmer" in page_of(world, NURSE, checklist)
