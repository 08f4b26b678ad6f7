"""Who is offered as the second person: those who may do it themselves, and never the front desk."""

import re
from collections.abc import Callable

import pytest

from tests.support.journey import Journey
from tests.support.web import WebWorld
from tests.web.cases.scene import NURSE
from tracker.domain.words import Role

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
