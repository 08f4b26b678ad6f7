"""Every field for a number says what to type instead of one with a comma, and keeps what was typed."""

import html
import re
from collections.abc import Callable

import pytest

from tests.support.journey import Journey
from tests.support.milestones import Milestones
from tests.support.source import ROOT
from tests.support.web import WebWorld
from tests.web.cases.forms import filling
from tests.web.cases.scene import NURSE, Scene
from tracker.domain.words import Role

At = Callable[[str], tuple[WebWorld, Journey]]


@pytest.fixture
def at(milestones: Milestones) -> At:
    return milestones.at


@pytest.mark.parametrize(
    ("field", "typed", "said"),
    [
        ("daily_dose_mcg", "1,200", "Type 1200 without the comma, or 1.200 with a point for decimals."),
        ("volume_ml", "19,5", "Use a point for decimals: type 19.5."),
        ("daily_dose_mcg", "100 mcg", "Type the number alone, without “mcg”."),
    ],
)
def test_of_a_refill(at: At, field: str, typed: str, said: str) -> None:
    world, journey = at("maintained")
    values = {"kind": "refill", **filling(Scene(world, journey)), "expected_version": journey.version, field: typed}
    answer = world.sign_in(NURSE).submit(f"/cases/{journey.public_id}/refill", values)
    page = html.unescape(answer.get_data(as_text=True))
    assert answer.status_code == 422 and said in page and f'value="{typed}"' in page


@pytest.mark.parametrize(
    ("typed", "said"),
    [("1,200", "Type 1200 without the comma."), ("45 min", "without “min”"), ("soon", "Type a whole")],
)
def test_of_a_visit(at: At, typed: str, said: str) -> None:
    world, journey = at("referred")
    values = {"purpose": "evaluation", "starts": journey.in_days(2).isoformat(), "minutes": typed}
    browser = world.sign_in(Role.COORDINATOR)
    path = f"/cases/{journey.public_id}/book-visit"
    answer = browser.submit(path, {**values, "expected_version": journey.version})
    page = html.unescape(answer.get_data(as_text=True))
    assert answer.status_code == 422 and said in page
    assert re.search(rf'<input[^>]*name="minutes"[^>]*type="text"[^>]*value="{typed}"', page), "kept, in any browser"


def test_of_the_clinic(at: At) -> None:
    world, _ = at("referred")
    values = {"refills_per_day": "1,000", "arrive_minutes_before": "30", "zone": "America/Denver"}
    answer = world.sign_in(Role.MANAGER).submit("/admin/clinic", values)
    assert "Type 1000 without the comma." in html.unescape(answer.get_data(as_text=True))


def test_no_form_reads_numbers_in_another_way() -> None:
    """The published number fields word it badly, and their widget loses what was typed."""
    found = [
        path.name
        for path in sorted((ROOT / "tracker" / "web").rglob("*.py"))
        if re.search(r"\b(IntegerField|DecimalField|FloatField|NumberInput)\b", path.read_text(encoding="utf-8"))
    ]
    assert found == []
