"""A checklist with one open item: each act and each discharge is refused by the server, whatever the request says."""

import html
from collections.abc import Callable

import pytest

from tests.support.checklists import answer_part
from tests.support.journey import Journey
from tests.support.web import WebWorld
from tests.web.cases.forms import dose, filling, implant
from tests.web.cases.scene import NURSE, PHYSICIAN, Scene
from tracker.domain.facts import Fill, TrialDose

At = Callable[[str], tuple[WebWorld, Journey]]
#: What a form sends that claims to have seen everything, to mean it, and to be no deviation.
CLAIMS = {"meant": "checklist_open", "part": "all", "done": "1"}


def leave(journey: Journey, purpose: str, part: str, item: str) -> None:
    """Answer a part of a checklist, but for one item."""
    visit, second = journey.visit_for(purpose), journey.user_ids[PHYSICIAN]
    about = {"appointment": visit, "part": part, "second_by": second, "leave": {item}}
    journey.do(NURSE, lambda w, r: answer_part(w, r, **about))


def refused(world: WebWorld, journey: Journey, path: str, typed: dict[str, object], said: str) -> None:
    """A crafted request is answered with what is open, and nothing is written."""
    before = (journey.stage, len(journey.look().snapshot.facts))
    data = {**typed, **CLAIMS, "expected_version": journey.version}
    answer = world.sign_in(NURSE).submit(f"/cases/{journey.public_id}/{path}", data)
    assert answer.status_code in (409, 422)
    assert said in html.unescape(answer.get_data(as_text=True))
    assert (journey.stage, len(journey.look().snapshot.facts)) == before


@pytest.mark.parametrize("item", ["identity", "anticoagulants", "resuscitation", "time_out"])
def test_no_dose_while_an_item_before_it_is_open(at: At, item: str) -> None:
    world, journey = at("trial_day")
    journey.order()
    leave(journey, "trial", "before", item)
    refused(world, journey, "give-dose", dose(Scene(world, journey)), "has 1 open item, first")
    assert journey.look().snapshot.of(TrialDose) == ()


@pytest.mark.parametrize("item", ["site", "antibiotic", "drug_check", "incision"])
def test_no_implant_while_an_item_before_it_is_open(at: At, item: str) -> None:
    world, journey = at("implant_day")
    leave(journey, "implant", "before", item)
    refused(world, journey, "implant", implant(Scene(world, journey)), "has 1 open item, first")
    assert journey.look().snapshot.pump is None


@pytest.mark.parametrize("item", ["reservoir_port", "residual", "drug_check"])
def test_no_refill_while_an_item_before_it_is_open(at: At, item: str) -> None:
    world, journey = at("maintained")
    visit = journey.look().snapshot.booked("refill")
    assert visit is not None
    journey.come(visit.appointment)
    about = {"appointment": visit.appointment, "part": "before", "second_by": journey.user_ids[PHYSICIAN]}
    journey.do(NURSE, lambda w, r: answer_part(w, r, **about, leave={item}))
    fills = len(journey.look().snapshot.of(Fill))
    typed = {"kind": "refill", "appointment": visit.appointment, **filling(Scene(world, journey))}
    refused(world, journey, "refill", typed, "has 1 open item, first")
    assert len(journey.look().snapshot.of(Fill)) == fills


@pytest.mark.parametrize("item", ["discharge", "advice"])
def test_no_end_of_the_observation_while_an_item_after_the_dose_is_open(at: At, item: str) -> None:
    world, journey = at("trial_observation")
    leave(journey, "trial", "after", item)
    journey.clock.advance(hours=4)
    journey.score("1", "after_dose")
    journey.ask_after_dose()
    refused(world, journey, "take-step?step=observation_closed", {}, "has 1 open item, first")
    journey.tick(journey.visit_for("trial"), "after")
    journey.step("observation_closed", NURSE)


@pytest.mark.parametrize("item", ["closure", "contact_number"])
def test_no_discharge_after_an_implant_while_an_item_is_open(at: At, item: str) -> None:
    world, journey = at("implant_day")
    journey.tick(journey.visit_for("implant"), "before")
    journey.implant()
    leave(journey, "implant", "after", item)
    journey.book("refill", journey.in_days(76))
    refused(world, journey, "take-step?step=implant_discharged", {}, "has 1 open item, first")
