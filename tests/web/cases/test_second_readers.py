"""Who is offered as the second person: those who may do it themselves, and never the front desk."""

import re
from collections.abc import Callable

import pytest

from tests.support.journey import Journey
from tests.support.web import WebWorld
from tests.web.cases.scene import NURSE, Scene
from tracker.domain.facts import ChecklistItem
from tracker.domain.words import Role
from tracker.services import checklists

At = Callable[[str], tuple[WebWorld, Journey]]


def offered(page: str) -> set[str]:
    """The people of the field: in a list, or side by side where they are few."""
    field = re.search(r'(?s)<select[^>]*name="second_by".*?</select>', page)
    return set(re.findall(r'name="second_by" value="(\d+)"', page)) | set(
        re.findall(r'<option[^>]*value="(\d+)"', field[0] if field else "")
    )


@pytest.mark.parametrize(
    ("stage", "path"), [("trial_day", "give-dose"), ("implant_day", "implant"), ("maintained", "refill")]
)
def test_who_treats_is_offered_as_second_reader(at: At, stage: str, path: str) -> None:
    world, journey = at(stage)
    page = world.sign_in(NURSE).get(f"/cases/{journey.public_id}/{path}").get_data(as_text=True)
    assert offered(page) == {str(world.user_ids[Role.PHYSICIAN])}


def test_who_answers_checklists_is_offered_there(at: At) -> None:
    world, journey = at("implant_day")
    url = f"/day/visits/{journey.public_id}/{journey.visit_for('implant')}"
    page = world.sign_in(NURSE).get(url).get_data(as_text=True)
    assert offered(page) == {str(world.user_ids[Role.PHYSICIAN])}


def test_an_answer_without_which_a_rule_is_met_is_struck_out_by_two_at_one_screen(at: At) -> None:
    world, journey = at("implant_day")
    visit = journey.visit_for("implant")
    for item, time in (("antibiotic", "07:00"), ("incision", "09:00")):
        given = checklists.Answer(item=item, value=time)
        journey.do(NURSE, lambda w, r, a=given: checklists.answer_item(w, r, appointment=visit, answer=a))
    answers = {each.item: each.seq for each in journey.look().snapshot.of(ChecklistItem)}
    browser = world.sign_in(NURSE)
    url = f"/cases/{journey.public_id}/correct-clinical/{answers['antibiotic']}"
    assert offered(browser.get(url).get_data(as_text=True)) == {str(world.user_ids[Role.PHYSICIAN])}
    typed = {"reason": "typo", "expected_version": journey.version, **Scene(world, journey).second()}
    refused = browser.submit(url, typed)
    assert refused.status_code == 422 and "The second person types their own PIN." in refused.get_data(as_text=True)
    assert browser.submit(url, {**typed, **Scene(world, journey).reader()}).status_code == 303


def test_what_two_read_for_the_checklist_stands_in_the_form_and_the_pin_is_asked_again(at: At) -> None:
    world, journey = at("implant_day")
    visit, physician = journey.visit_for("implant"), world.user_ids[Role.PHYSICIAN]
    given = (
        checklists.Answer(item="drug_check", value="L-77", second_by=physician),
        checklists.Answer(item="drug_expiry", value="2031-05"),
    )
    browser, url = world.sign_in(NURSE), f"/cases/{journey.public_id}/implant"
    assert 'name="lot" required type="text" value=""' in browser.get(url).get_data(as_text=True)
    for each in given:
        journey.do(NURSE, lambda w, r, a=each: checklists.answer_item(w, r, appointment=visit, answer=a))
    page = browser.get(url).get_data(as_text=True)
    assert 'name="lot" required type="text" value="L-77"' in page and "As two read it for the checklist, 09:00." in page
    assert 'name="expires_on" type="date" value=""' in page, "one person read it"
    assert f'<option selected value="{physician}">' in page
    assert re.search(r'name="pin"[^>]*value=""', page)
    read = checklists.Answer(item="drug_expiry", value="2031-05", second_by=physician)
    journey.do(NURSE, lambda w, r: checklists.answer_item(w, r, appointment=visit, answer=read))
    assert 'name="expires_on" type="date" value="2031-05-31"' in browser.get(url).get_data(as_text=True)
