"""What a tablet kept of a form that was not sent is opened for whoever typed it; the tablet hears what was taken."""

import json
from datetime import timedelta
from typing import Any

import pytest

from tests.factories.listed import Listed
from tests.support.sealing import seal
from tests.support.web import Browser, WebWorld
from tracker.domain.words import Role

NUMBER = "5" * 32


def owner(world: WebWorld, role: Role = Role.NURSE, clinic: str = "main") -> str:
    clinic_id, people = world.clinics[clinic]
    return f"{clinic_id}.{people[role]}"


def opened(world: WebWorld, browser: Browser, **values: Any) -> Any:
    """What the server reads of a text that the nurse typed an hour ago."""
    kept_at = (world.clock.now() - timedelta(hours=1)).isoformat()
    said = {"owner": owner(world), "kept_at": kept_at, "fields": [{"name": "reason", "value": "no vein"}]} | values
    key = browser.get("/day/along").get_json()["server_key"]
    return browser.post("/day/typed", {"sealed": seal(key, json.dumps(said))}).get_json()["typed"]


@pytest.fixture
def nurse(world: WebWorld) -> Browser:
    browser = world.sign_in(Role.NURSE)
    browser.get("/day")
    return browser


@pytest.fixture
def checklist(world: WebWorld) -> str:
    with world.database.writing() as session:
        listed = Listed(session, world.clinic_id, world.clock.now(), world.ids)
        case = listed.case(listed.patient("Okafor", "James"), "trial_day")
        listed.visit(case, "trial", hours=0, state="arrived")
        return f"/day/visits/{case.public_id}/20"


class TestWhatWasTyped:
    def test_is_opened_for_whoever_typed_it_with_the_time(self, world: WebWorld, nurse: Browser) -> None:
        said = opened(world, nurse)
        assert said["fields"] == [{"name": "reason", "value": "no vein"}] and said["said_at"] == "08:00"

    def test_is_opened_for_nobody_else(self, world: WebWorld, nurse: Browser) -> None:
        world.add_clinic("north")
        assert opened(world, nurse, owner=owner(world, Role.PHYSICIAN)) is None
        assert opened(world, nurse, owner=owner(world, clinic="north")) is None
        assert opened(world, nurse, owner=None) is None

    @pytest.mark.parametrize(("hours", "is_opened"), [(11.9, True), (12, False), (-1, False)])
    def test_is_opened_for_twelve_hours(self, world: WebWorld, nurse: Browser, hours: float, is_opened: bool) -> None:
        kept_at = (world.clock.now() - timedelta(hours=hours)).isoformat()
        assert (opened(world, nurse, kept_at=kept_at) is not None) == is_opened

    @pytest.mark.parametrize("text", ["[]", "7", "no JSON", '{"kept_at": 7}', "[" * 50_000, "{}"])
    def test_and_is_none_is_not_opened(self, nurse: Browser, text: str) -> None:
        key = nurse.get("/day/along").get_json()["server_key"]
        for sealed in (seal(key, text), text, ""):
            response = nurse.post("/day/typed", {"sealed": sealed})
            assert (response.status_code, response.get_json()) == (200, {"typed": None})


class TestAForm:
    def test_that_is_taken_is_told_by_its_number(self, nurse: Browser, checklist: str) -> None:
        said = {"item": "xray", "state": "done", "value": "L2/L3", "seen": 0, "typed_here": NUMBER}
        cookie = nurse.post(checklist, said).headers["Set-Cookie"]
        assert cookie.startswith(f"tracker-taken={NUMBER};") and "SameSite=Strict" in cookie
        assert "HttpOnly" not in cookie

    @pytest.mark.parametrize(
        "values", [{"value": ""}, {"typed_here": "5"}, {"typed_here": "X" * 32}, {"typed_here": ""}, {"seen": 7}]
    )
    def test_that_is_not_taken_or_names_nothing_is_not_told(
        self, nurse: Browser, checklist: str, values: dict[str, Any]
    ) -> None:
        said = {"item": "xray", "state": "done", "value": "L2/L3", "seen": 0, "typed_here": NUMBER} | values
        assert "tracker-taken" not in nurse.post(checklist, said).headers.get("Set-Cookie", "")

    def test_that_came_back_says_which_one_it_is(self, nurse: Browser, checklist: str) -> None:
        said = {"item": "xray", "state": "done", "value": "", "seen": 0, "typed_here": NUMBER}
        assert f'data-came-back="{NUMBER}"' in nurse.post(checklist, said).get_data(as_text=True)
        assert "data-came-back" not in nurse.get(checklist).get_data(as_text=True)
