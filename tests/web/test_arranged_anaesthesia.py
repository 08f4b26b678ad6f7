"""An arranged anaesthesia and another one in the checklist: named in words until somebody puts one of them right."""

import html

import pytest

from tests.support.day import CLINICAL, Today, page, words_of
from tests.support.web import WebWorld
from tracker.domain.facts import Arrangement
from tracker.domain.words import Role

NURSE, DESK = Role.NURSE, Role.FRONT_DESK
SAID = "Anaesthesia planned: sedation was arranged, local only is answered; put one right"


class Here:
    """Somebody who is here for an implant, with sedation arranged."""

    def __init__(self, world: WebWorld, arranged: str = "sedation") -> None:
        self.world, today = world, Today(world)
        case, _ = today.visit("Okafor", "implant", stage="implant_day", state="arrived", hours=0)
        today.fact(case, Arrangement, 30, anaesthesia=arranged)
        self.case, self.url = case.public_id, f"/day/visits/{case.public_id}/20"
        self.browser = world.sign_in(NURSE)

    def read(self, where: str = "") -> str:
        """A page of the checklist."""
        return html.unescape(self.browser.get(f"{self.url}{where}").get_data(as_text=True))

    def hidden(self, name: str, after: str = "") -> str:
        """What a form of the list hands back."""
        _, _, rest = self.read().partition(after) if after else ("", "", self.read())
        return rest.partition(f'name="{name}" value="')[2].partition('"')[0]

    def answers(self, value: str) -> None:
        """Answer the item."""
        self.browser.get("/day")
        given = {"item": "anaesthesia", "state": "done", "seen": 0, "expected_version": 1, "value": value}
        assert self.browser.post(self.url, given).status_code == 303


@pytest.fixture
def here(world: WebWorld) -> Here:
    return Here(world)


class TestWhatDiffers:
    def test_is_named_at_the_item_on_paper_and_on_the_day(self, here: Here) -> None:
        assert SAID not in here.read() and "Anaesthesia: sedation" in page(here.world)
        here.answers("local only")
        for where in ("", "/paper"):
            assert SAID in here.read(where)
        assert SAID in page(here.world) and "Anaesthesia: sedation" not in page(here.world)

    def test_stops_nothing(self, here: Here) -> None:
        here.answers("local only")
        assert f"Stop: {SAID}" not in here.read()

    def test_is_not_told_to_the_front_desk(self, here: Here) -> None:
        here.answers("local only")
        assert not CLINICAL.search(words_of(page(here.world, DESK)))

    def test_is_settled_by_what_is_arranged(self, here: Here) -> None:
        here.answers("local only")
        form = f"/cases/{here.case}/visit/20/arrange?back={here.url}"
        assert form in here.read().replace("%2F", "/")
        arranged = {"anaesthesia": "local", "expected_version": here.hidden("expected_version")}
        response = here.browser.submit(form, arranged)
        assert response.headers["Location"] == here.url
        assert SAID not in here.read() and SAID not in page(here.world)

    def test_is_settled_by_another_answer(self, here: Here) -> None:
        here.answers("local only")
        seen = here.hidden("seen", after='value="anaesthesia"')
        here.browser.submit(here.url, {"item": "anaesthesia", "state": "done", "seen": seen, "value": "sedation"})
        assert SAID not in here.read() and "Anaesthesia: sedation" in page(here.world)

    def test_is_nothing_where_both_say_the_same(self, here: Here) -> None:
        here.answers("sedation")
        assert "put one right" not in here.read() and "put one right" not in page(here.world)

    def test_can_be_told_by_a_tablet_without_network(self, here: Here) -> None:
        here.answers("local only")
        here.world.give_pin(NURSE)
        (visit,) = here.browser.get("/day/along").get_json()["visits"]
        assert visit["arranged"] == {"anaesthesia": "sedation"}
