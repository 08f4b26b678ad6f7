"""The refill form: what arithmetic says stands beside the field, and what follows from a refill is said afterwards."""

import html
from collections.abc import Callable
from datetime import timedelta

import pytest

from tests.support.journey import Journey
from tests.support.web import WebWorld
from tests.web.cases.forms import filling
from tests.web.cases.scene import NURSE, Scene
from tracker.domain.facts import Document

At = Callable[[str], tuple[WebWorld, Journey]]


def record(at: At, **typed: object) -> tuple[str, Journey]:
    """The page after a refill, which was recorded."""
    world, journey = at("maintained")
    world.clock.advance(minutes=11)  # filled at this moment: the same once more would be asked back
    browser = world.sign_in(NURSE)
    values = {"kind": "refill", **filling(Scene(world, journey)), "expected_version": journey.version, **typed}
    answer = browser.submit(f"/cases/{journey.public_id}/refill", values)
    assert answer.status_code == 303, answer.get_data(as_text=True)
    return html.unescape(browser.get(answer.headers["Location"]).get_data(as_text=True)), journey


def test_shows_what_arithmetic_says_and_fills_nothing_in(at: At) -> None:
    world, journey = at("maintained")
    world.clock.set(world.clock.now() + timedelta(days=10))  # filled today: 20 mL at 500 mcg/mL, 100 mcg a day
    page = world.sign_in(NURSE).get(f"/cases/{journey.public_id}/refill").get_data(as_text=True)
    assert "Arithmetic says about 18.0 mL today" in page
    field = page.partition('name="residual_expected_ml"')[2].partition(">")[0]
    assert 'value=""' in field
    assert "Flex dosing: the average over the week." in page


@pytest.mark.parametrize(("taken", "must_look"), [("2.0", False), ("3.0", False), ("3.1", True), ("0.5", True)])
def test_says_that_a_physician_must_look_at_what_differs(at: At, taken: str, must_look: bool) -> None:
    page, journey = record(at, residual_expected_ml="2", residual_aspirated_ml=taken)
    assert ("a physician must look at it" in page) is must_look
    fill = journey.look().snapshot.last_fill
    assert fill is not None
    assert str(fill.residual_aspirated_ml) == taken


def test_asks_for_the_print_out_of_a_refill_elsewhere(at: At) -> None:
    page, _journey = record(at, kind="elsewhere")
    assert "is not among the documents yet" in page
    assert "kind=programmer_printout" in page


def test_keeps_where_the_print_out_is(at: At) -> None:
    page, journey = record(at, kind="elsewhere", printout="chart, scanned 12 Mar")
    (paper,) = journey.look().snapshot.of(Document)[-1:]
    assert (paper.kind, paper.reference) == ("programmer_printout", "chart, scanned 12 Mar")
    assert "is not among the documents yet" not in page


def test_asks_for_no_print_out_of_a_refill_here(at: At) -> None:
    page, journey = record(at, printout="chart")
    assert "is not among the documents yet" not in page
    assert "chart" not in [paper.reference for paper in journey.look().snapshot.of(Document)]
