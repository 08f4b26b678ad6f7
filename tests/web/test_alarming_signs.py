"""Alarming vital signs in a checklist: asked back at the item, and red at it, above the list and on the Day."""

from tests.support.web import WebWorld
from tests.web.test_checklist import a_visit, answer, text_of
from tracker.domain.words import Role

SAID = "Pressure, pulse, saturation, breaths: saturation 40 %; a physician must look now"


def test_are_asked_back_and_stand_red(world: WebWorld) -> None:
    nurse = world.sign_in(Role.NURSE)
    nurse.get("/day")
    url, typed = a_visit(world, "trial"), {"value": "120/80, 72, 40, 14"}
    status, body = answer(nurse, url, "vital_signs", **typed)
    assert status == 422 and 'value="120/80, 72, 40, 14"' in body
    assert "Saturation 40 %: read it again. If it is so, call the physician now" in body
    assert "<label>What is done <input" in body
    status, body = answer(nurse, url, "vital_signs", **typed, reason="physician called")
    assert status == 303 and f"Stop: {SAID}" in body
    item = body.partition('id="item-vital_signs"')[2].partition("</li>")[0]
    assert f"{SAID}</span>" in item.partition('class="item-fault"')[2]
    assert SAID in text_of(nurse, "/day")
