"""Where a drug is given or a device put in, the page names another patient of that name today, as the Day does."""

from collections.abc import Callable
from datetime import date

import pytest

from tests.support.day import Today
from tests.support.journey import Journey
from tests.support.web import WebWorld
from tests.web.cases.scene import NURSE
from tests.web.cases.test_asked_back import text_of
from tracker.domain.facts import TrialDose

At = Callable[[str], tuple[WebWorld, Journey]]
PAGES = [
    ("trial_day", "give-dose"),
    ("maintained", "refill"),
    ("implant_day", "implant"),
    ("trial_observation", "observation"),
]


def head_of(world: WebWorld, journey: Journey, path: str) -> str:
    """What stands above the form."""
    if path == "observation":
        path = f"doses/{journey.look().snapshot.of(TrialDose)[-1].seq}"
    answer = world.sign_in(NURSE).get(f"/cases/{journey.public_id}/{path}")
    assert answer.status_code == 200
    return text_of(answer).partition("<h1")[0]


def other(world: WebWorld, family: str, hours: float = 0, **values: object) -> None:
    Today(world).visit(family, hours=hours, patient={"given": "Zoe", "birth_on": date(1931, 5, 4)}, **values)


@pytest.mark.parametrize(("stage", "path"), PAGES)
def test_are_named_at_the_head(at: At, stage: str, path: str) -> None:
    world, journey = at(stage)
    family = journey.look().head.patient.family_name
    other(world, "Somebody")
    assert "today: check birth date" not in head_of(world, journey, path)
    other(world, family)
    assert f"Another {family} today: check birth date" in head_of(world, journey, path)


@pytest.mark.parametrize("values", [{"hours": 48}, {"state": "cancelled"}])
def test_of_another_day_or_who_do_not_come_are_not(at: At, values: dict[str, object]) -> None:
    world, journey = at("implant_day")
    other(world, journey.look().head.patient.family_name, **values)
    assert "check birth date" not in head_of(world, journey, "implant")
