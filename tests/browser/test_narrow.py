"""The day on a telephone: whatever is opened, and whatever somebody is called, nothing runs over the right edge."""

from collections.abc import Iterator
from contextlib import ExitStack
from dataclasses import dataclass
from typing import Any

import pytest
from playwright.sync_api import Browser, Page, ViewportSize
from sqlalchemy import update

from tests.factories.facts import make
from tests.factories.listed import Listed
from tests.support.browser import Window, served, window
from tests.support.fixed import FixedClock, SeededIds
from tests.support.web import WebWorld, make_world
from tracker.domain.facts import Arrangement, ChecklistItem
from tracker.domain.words import Role
from tracker.persistence.database import Database
from tracker.persistence.facts import insert_fact
from tracker.persistence.models import User

NARROW: ViewportSize = {"width": 390, "height": 844}
LONG = "Dr Maximiliane-Alexandra Wolfeschlegelsteinhausenbergerdorff-Montgomery y Rodríguez"
#: What can be seen and ends beyond the window.
_BEYOND = """() => [...document.querySelectorAll("main *")]
    .filter((each) => each.checkVisibility() && !each.closest(".sr"))
    .map((each) => [each.tagName, each.className.toString(), Math.round(each.getBoundingClientRect().right)])
    .filter(([, , right]) => right > document.documentElement.clientWidth)"""
_SMALL = """() => [...document.querySelectorAll("main :is(button, a, summary, select, input:not([type=hidden]))")]
    .filter((each) => each.checkVisibility() && !each.closest(".sr"))
    .map((each) => [each.textContent.trim(), (each.closest("label.choice") ?? each).getBoundingClientRect()])
    .filter(([, box]) => box.height > 0 && (box.height < 44 || box.width < 44))
    .map(([text, box]) => [text, box.width, box.height])"""


@dataclass
class Phone:
    """A nurse's telephone in a clinic where people have long names, and the case of somebody who is here."""

    window: Window
    case: str

    @property
    def page(self) -> Page:
        return self.window.page

    def opens(self, path: str) -> None:
        """A page, with everything on it unfolded."""
        self.window.open(path)
        self.page.evaluate("() => document.querySelectorAll('main details').forEach((each) => { each.open = true; })")

    def fits(self) -> None:
        """Nothing is beyond the edge, and every target is for a finger."""
        assert self.page.evaluate("document.documentElement.scrollWidth") == NARROW["width"]
        assert self.page.evaluate(_BEYOND) == []
        assert self.page.evaluate(_SMALL) == []


def fill(world: WebWorld, purpose: str) -> str:
    """Somebody is here, with an answer that differs from what was arranged; returns the case."""
    now = world.clock.now()
    with world.database.writing() as session:
        session.execute(update(User).values(name=LONG))
        listed = Listed(session, world.clinic_id, now, world.ids)
        patient = listed.patient("Wolfeschlegelsteinhausenbergerdorff", LONG, allergies="latex, chlorhexidine, iodine")
        case = listed.case(patient, f"{purpose}_day")
        listed.visit(case, purpose, hours=0, state="arrived", effective_at=now)
        facts: tuple[Any, ...] = (
            make(Arrangement, 30, appointment=20, anaesthesia="sedation"),
            make(ChecklistItem, 31, appointment=20, checklist=purpose, item="anaesthesia", value="local only",
                 effective_at=now, recorded_at=now, recorded_by=world.user_ids[Role.NURSE]),
        )  # fmt: skip
        for fact in facts:
            insert_fact(session, world.clinic_id, case.id, fact)
        return str(case.public_id)


@pytest.fixture(params=["trial", "implant"])
def phone(
    request: pytest.FixtureRequest, sqlite_database: Database, clock: FixedClock, ids: SeededIds, chromium: Browser
) -> Iterator[Phone]:
    world = make_world(sqlite_database, clock, ids)
    case = fill(world, request.param)
    with ExitStack() as stack:
        address = stack.enter_context(served(world.app))
        opened = stack.enter_context(window(chromium, address, viewport=NARROW, touch=True))
        cookie = world.sign_in(Role.NURSE).client.get_cookie("tracker")
        assert cookie is not None
        opened.page.context.add_cookies([{"name": "tracker", "value": cookie.value, "url": address}])
        yield Phone(opened, case)


@pytest.mark.parametrize("path", ["/day", "/day/visits/{}/20", "/day/visits/{}/20/more", "/cases/{}/visit/20/cancel"])
def test_fits_a_telephone_whoever_it_is_about(phone: Phone, path: str) -> None:
    phone.opens(path.format(phone.case))
    phone.fits()
    assert phone.window.accessibility_findings() == []
