"""Without scripts two answers to one item meet on a page that keeps the second one, and lets its giver decide."""

import html
import re

import pytest

from tests.support.web import Browser, WebWorld
from tests.web.test_checklist import a_visit
from tracker.domain.words import Role

WHY = "Somebody else answered this item meanwhile."


@pytest.fixture
def url(world: WebWorld) -> str:
    """The checklist of somebody who is here for a trial."""
    return a_visit(world, "trial")


@pytest.fixture
def nurse(world: WebWorld) -> Browser:
    browser = world.sign_in(Role.NURSE)
    browser.get("/day")
    return browser


@pytest.fixture
def physician(world: WebWorld) -> Browser:
    browser = world.sign_in(Role.PHYSICIAN)
    browser.get("/day")
    return browser


def send(browser: Browser, url: str, item: str, **values: object) -> tuple[int, str]:
    """Answer an item as a form without scripts does."""
    given = {"item": item, "state": "done", "seen": 0, "expected_version": 1, **values}
    response = browser.post(url, given)
    return response.status_code, html.unescape(response.get_data(as_text=True))


def choice(page: str) -> str:
    """The part of the page on which it is decided."""
    (found,) = re.findall(r'<div class="item-told">.*?</div>', page, re.DOTALL)
    return str(found)


def fields(page: str) -> dict[str, str]:
    """What "Record mine" sends."""
    return dict(re.findall(r'type="hidden" name="(\w+)" value="([^"]*)"', choice(page)))


def waiting(browser: Browser) -> bool:
    """Whether Today names two answers to one item."""
    return "Two answers to one item" in browser.get("/today").get_data(as_text=True)


class TestTheSecondAnswer:
    @pytest.mark.parametrize(
        "case",
        [
            ("xray", {"value": "L2/L3"}, {"value": "L4/L5"}, "Done · L4/L5"),
            ("anticoagulants", {"value": "held as ordered"}, {"value": "takes none"}, "Done · takes none"),
            ("gown", {}, {"state": "overridden", "reason": "no gown here"}, "Left out · no gown here"),
            ("gown", {"state": "overridden", "reason": "none"}, {}, "Done"),
        ],
    )
    def test_is_kept_beside_what_stands_until_it_is_recorded(
        self, nurse: Browser, physician: Browser, url: str, case: tuple[str, dict[str, str], dict[str, str], str]
    ) -> None:
        item, first, second, said = case
        assert send(physician, url, item, **first)[0] == 303
        status, page = send(nurse, url, item, **second)
        assert "1 answer was not taken" in page and "all saved" not in page
        assert status == 409 and WHY in choice(page) and f'href="#item-{item}">Decide below' in page
        assert f"<b>Your answer, not saved: </b>{said}</p>" in choice(page)
        assert re.search(r"<b>What stands: </b>[^<]*Physician Person", choice(page))
        assert "Record mine" in choice(page) and 'name="leave" value="1">Leave what stands' in choice(page)
        assert nurse.post(url, fields(page)).status_code == 303
        stands = html.unescape(nurse.get(url).get_data(as_text=True))
        (row,) = re.findall(rf'<li [^>]*id="item-{item}".*?</li>', stands, re.DOTALL)
        assert "Nurse Person" in row and "Physician Person" not in row.partition("<details")[0]
        assert "item-told" not in stands

    def test_is_let_go_by_leaving_what_stands(self, nurse: Browser, physician: Browser, url: str) -> None:
        send(physician, url, "xray", value="L2/L3")
        _, page = send(nurse, url, "xray", value="L4/L5")
        response = nurse.post(url, {**fields(page), "leave": "1"})
        assert response.status_code == 303 and response.headers["Location"].endswith("#item-xray")
        stands = nurse.get(url).get_data(as_text=True)
        assert "Done: L2/L3" in stands and "L4/L5" not in stands
        assert not waiting(nurse)

    def test_is_a_task_as_long_as_nobody_has_chosen(self, nurse: Browser, physician: Browser, url: str) -> None:
        send(physician, url, "xray", value="L2/L3")
        for _ in range(2):
            _, page = send(nurse, url, "xray", value="L4/L5")
        left = html.unescape(nurse.get(url).get_data(as_text=True))
        assert left.count("To be decided, a task for the nurses") == 1 and "done: L4/L5 (Nurse Person" in left
        assert waiting(nurse) and "1 to be decided" in left and "all saved" not in left
        assert nurse.post(url, fields(page)).status_code == 303
        assert "To be decided" not in nurse.get(url).get_data(as_text=True) and not waiting(nurse)

    def test_meets_a_third_one_too(self, nurse: Browser, physician: Browser, url: str) -> None:
        """What was decided holds for what was shown."""
        send(physician, url, "xray", value="L2/L3")
        _, page = send(nurse, url, "xray", value="L4/L5")
        seen = fields(page)["seen"]
        assert send(physician, url, "xray", value="L3/L4", seen=seen)[0] == 303
        response = nurse.post(url, fields(page))
        again = html.unescape(response.get_data(as_text=True))
        assert response.status_code == 409 and "L4/L5" in choice(again) and "L3/L4" in choice(again)
        assert fields(again)["seen"] != seen

    def test_to_an_answer_that_was_taken_back(self, world: WebWorld, nurse: Browser, url: str) -> None:
        _, page = send(nurse, url, "xray", value="L2/L3", seen=77)
        assert "<b>What stands: </b>nothing</p>" in choice(page) and "Do not record mine" in choice(page)

    def test_of_two_people_asks_for_the_pin_again_and_never_shows_it(
        self, world: WebWorld, nurse: Browser, physician: Browser, url: str
    ) -> None:
        pin, theirs = world.give_pin(Role.PHYSICIAN), world.user_ids[Role.PHYSICIAN]
        assert send(physician, url, "xray", value="L2")[0] == 303
        _, page = send(nurse, url, "xray", value="L3", second_by=theirs, pin=pin)
        assert f'"{pin}"' not in page and 'name="pin"' in choice(page)
        assert re.search(rf'value="{theirs}" checked', choice(page)), "who it was is kept"
        assert send(nurse, url, "xray", value="L3", **self.confirmed(page, pin))[0] == 303

    def confirmed(self, page: str, pin: str) -> dict[str, str]:
        kept = {name: value for name, value in fields(page).items() if name in {"seen", "expected_version"}}
        second = re.findall(r'name="second_by" value="(\d+)" checked', choice(page))[0]
        return {**kept, "second_by": second, "pin": pin}

    def test_from_paper_keeps_its_time(self, nurse: Browser, physician: Browser, url: str) -> None:
        send(physician, url, "xray", value="L2/L3")
        _, page = send(nurse, url, "xray", value="L4/L5", late="1", done_at="2026-03-17T07:30")
        assert "Done · L4/L5 · done at 2026-03-17 07:30" in choice(page)
        assert fields(page)["done_at"] == "2026-03-17T07:30" and fields(page)["late"] == "1"

    def test_is_decided_where_it_is_read_aloud_too(self, nurse: Browser, physician: Browser, url: str) -> None:
        checklist = nurse.get(url).get_data(as_text=True)
        section = re.findall(r'href="[^"]+/aloud/(\d+)"', checklist)[0]
        aloud = nurse.get(f"{url}/aloud/{section}").get_data(as_text=True)
        item = re.findall(r'name="item" value="(\w+)"', aloud)[0]
        send(physician, url, item)
        status, page = send(nurse, url, item, state="overridden", reason="said aloud", section=section)
        assert status == 409 and "Your answer, not saved: </b>Left out · said aloud" in choice(page)
        assert fields(page)["section"] == section
