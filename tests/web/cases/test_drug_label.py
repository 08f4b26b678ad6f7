"""The label of a drug, scanned into the form of a test dose or a refill, with and without scripts."""

import html
from collections.abc import Mapping

import pytest

from tests.support.journey import Journey
from tests.support.milestones import Milestones
from tests.support.web import WebWorld
from tests.web.cases.forms import dose
from tests.web.cases.scene import NURSE, Scene
from tracker.domain.facts import TrialDose

#: Of a vial: usable until 31 Mar 2027, lot T-12.
LABEL = "(01)00377702801014(17)270331(10)T-12"
EXPIRED = "(01)00377702801014(17)251231(10)T-12"


@pytest.fixture
def ready(milestones: Milestones) -> tuple[WebWorld, Journey]:
    world, journey = milestones.at("trial_day")
    journey.order()
    journey.tick(journey.visit_for("trial"), "before")
    return world, journey


def sent(world: WebWorld, journey: Journey, **changes: object) -> tuple[int, str]:
    typed: Mapping[str, object] = {**dose(Scene(world, journey)), "expected_version": journey.version, **changes}
    answer = world.sign_in(NURSE).submit(f"/cases/{journey.public_id}/give-dose", dict(typed))
    return answer.status_code, html.unescape(answer.get_data(as_text=True))


class TestSent:
    def test_fills_in_what_was_left_empty(self, ready: tuple[WebWorld, Journey]) -> None:
        status, _ = sent(*ready, drug_label=LABEL, lot="", expires_on="")
        assert status == 303
        [given] = ready[1].look().snapshot.of(TrialDose)
        assert (given.lot, str(given.expires_on)) == ("T-12", "2027-03-31")

    def test_is_held_against_what_was_typed(self, ready: tuple[WebWorld, Journey]) -> None:
        status, page = sent(*ready, drug_label=LABEL, lot="T-1", expires_on="2027-03-30")
        assert status == 422
        assert "The label says T-12. Read it again." in page and 'value="T-1"' in page
        assert "The label says Wed 31 Mar 2027. Read it again." in page and 'value="2027-03-30"' in page
        assert ready[1].look().snapshot.of(TrialDose) == ()

    def test_that_cannot_be_read_is_told_and_kept(self, ready: tuple[WebWorld, Journey]) -> None:
        status, page = sent(*ready, drug_label="T-12 maybe")
        assert (status, "This is neither a GS1 nor an HIBCC label." in page) == (422, True)
        assert "T-12 maybe" in page

    def test_out_of_date_stops_like_a_date_that_was_typed(self, ready: tuple[WebWorld, Journey]) -> None:
        status, page = sent(*ready, drug_label=EXPIRED, lot="", expires_on="", check="yes")
        assert status == 200 and "Stop: do not inject." in page


class TestRead:
    def read(self, world: WebWorld, journey: Journey, label: str) -> dict[str, object]:
        browser = world.sign_in(NURSE)
        answer = browser.submit(f"/cases/{journey.public_id}/read-label/drug", {"label": label})
        found: dict[str, object] = answer.get_json()
        return found

    def test_says_what_stands_on_it(self, ready: tuple[WebWorld, Journey]) -> None:
        found = self.read(*ready, LABEL)
        assert found["fields"] == {"lot": "T-12", "expires_on": "2027-03-31"}
        assert str(found["said"]).startswith("Read: lot T-12, to be used until Wed 31 Mar 2027.")
        assert (found["stops"], found["is_whole"]) == ([], True)

    def test_says_that_it_is_out_of_date(self, ready: tuple[WebWorld, Journey]) -> None:
        assert self.read(*ready, EXPIRED)["stops"] == ["Stop: this expired on Wed 31 Dec 2025."]

    @pytest.mark.parametrize(
        ("label", "said"),
        [
            ("", ""),
            ("rubbish", "This is neither a GS1 nor an HIBCC label."),
            ("(01)00377702801014", "It says neither lot nor expiry."),
        ],
    )
    def test_says_what_is_missing(self, ready: tuple[WebWorld, Journey], label: str, said: str) -> None:
        found = self.read(*ready, label)
        assert str(found["said"]).startswith(said) and found["fields"] == {} and not found["is_whole"]


@pytest.mark.parametrize(("stage", "path"), [("maintained", "refill"), ("implant_day", "implant")])
def test_is_asked_also_where_a_pump_is_filled(milestones: Milestones, stage: str, path: str) -> None:
    world, journey = milestones.at(stage)
    page = world.sign_in(NURSE).get(f"/cases/{journey.public_id}/{path}").get_data(as_text=True)
    assert 'data-label="drug"' in page and "labels.js" in page
