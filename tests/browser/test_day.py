"""The day on a nurse's tablet, with fingers: it stays fresh, nothing moves under them, and everybody can use it."""

import re
from collections.abc import Iterator
from contextlib import ExitStack
from dataclasses import dataclass, field
from datetime import timedelta

import pytest
from playwright.sync_api import Browser, Locator, Page, ViewportSize, expect
from sqlalchemy import update

from tests.factories.facts import make
from tests.factories.listed import Listed
from tests.support.browser import DESKTOP, PHONE, TABLET, Window, ready, window
from tests.support.web import WebWorld
from tracker.domain.facts import Arrangement, VisitMoment
from tracker.domain.words import Role
from tracker.persistence.facts import insert_fact
from tracker.persistence.models import Case, Clinic, Room

QUIET_MS, ASKED_MS = 31_000, 16_000
#: Smaller is missed by a finger (WCAG 2.5.5, and what this project holds itself to).
FINGER_PX = 44
_HEIGHTS = """within => [...document.querySelectorAll(within)]
    .map(each => [each.textContent.trim(), each.getBoundingClientRect().height])
    .filter(([, height]) => height > 0)"""

_STEPS = ":is(.day-steps, .day-others) :is(button, a)"
#: Whatever a finger may aim at on the page, but what is seen by keyboards alone.
_ALL = ":is(.bar, .places, .main) :is(button, a, summary, select, input:not([type=hidden])):not(.sr)"


@dataclass
class Ward:
    """A clinic with some visits, served, and windows in which people have signed in."""

    world: WebWorld
    chromium: Browser
    address: str
    stack: ExitStack
    cases: list[Case] = field(default_factory=list)

    def opens(self, role: Role, path: str = "/day", *, viewport: ViewportSize = TABLET, scripts: bool = True) -> Window:
        """Somebody's window, on a page; its clock stands until the test lets it run."""
        opened = self.stack.enter_context(
            window(self.chromium, self.address, viewport=viewport, scripts=scripts, touch=True)
        )
        signed_in = self.world.sign_in(role).client
        name = self.world.app.session_interface.cookie_name
        cookie = signed_in.get_cookie(name)
        assert cookie is not None
        opened.page.context.add_cookies([{"name": name, "value": cookie.value, "url": self.address}])
        if scripts:
            opened.page.clock.install(time=self.world.clock.now())
        opened.open(path)
        return opened

    def beyond(self, case: Case) -> None:
        """Somebody else writes something that no row shows."""
        with self.world.database.writing() as session:
            session.execute(update(Case).where(Case.id == case.id).values(version=Case.version + 1))

    def add(self, family: str, hours: float, *, purpose: str = "trial", **values: object) -> Case:
        """One more visit of today, in the room."""
        with self.world.database.writing() as session:
            listed = Listed(session, self.world.clinic_id, self.world.clock.now(), self.world.ids)
            case = listed.case(listed.patient(family, language="es", allergies="latex"), "trial_day")
            listed.visit(case, purpose, hours=hours, room_id=1 if hours > 0 else None, **values)
            session.flush()
            session.expunge(case)
        self.cases.append(case)
        return case

    def arranges(self, case: Case) -> None:
        """Somebody else writes something that the row shows."""
        with self.world.database.writing() as session:
            now = self.world.clock.now()
            fact = make(Arrangement, 40, appointment=20, effective_at=now, recorded_at=now, turn_at=None)
            insert_fact(session, self.world.clinic_id, case.id, fact)
            session.execute(update(Case).where(Case.id == case.id).values(version=Case.version + 1))


@pytest.fixture
def ward(chromium: Browser, world: WebWorld, address: str) -> Iterator[Ward]:
    """Visits in every state, of whom two are still to come."""
    clock = world.clock
    with ExitStack() as stack:
        ward = Ward(world, chromium, address, stack)
        with world.database.writing() as session:
            session.add(Room(clinic_id=world.clinic_id, id=1, name="Procedure room", is_active=True, version=1))
            session.execute(update(Clinic).values(closes_at="17:00"))
        ward.add("Okafor", 1, arrive_at=clock.now() - timedelta(minutes=20))
        ward.add("Ruiz", 3, state="confirmed")
        for hours, kind in ((-1, "preparation"), (-2, "observation"), (-3, "ready"), (-4, "discharged")):
            case = ward.add(f"Patient{-hours}", hours, state="completed" if kind == "discharged" else "arrived")
            with world.database.writing() as session:
                moment = make(
                    VisitMoment, 30, appointment=20, kind=kind, effective_at=clock.now(), recorded_at=clock.now()
                )
                insert_fact(session, world.clinic_id, case.id, moment)
        yield ward


def row(page: Page, family: str) -> Locator:
    """The row of a patient."""
    return page.locator(".day-row").filter(has_text=family)


class TestTheDay:
    def test_says_what_changed_and_moves_nothing_until_it_is_pressed(self, ward: Ward) -> None:
        page = ward.opens(Role.NURSE).page
        before = row(page, "Ruiz").bounding_box()
        ward.arranges(ward.cases[1])
        page.get_by_role("heading", level=1).tap()
        page.clock.run_for(ASKED_MS)
        expect(page.locator(".day-live-said")).to_have_text("1 change")
        expect(row(page, "Ruiz")).to_contain_text("has changed")
        expect(row(page, "Ruiz")).not_to_contain_text("the daughter")
        after = row(page, "Ruiz").bounding_box()
        assert before is not None and after is not None and abs(after["y"] - before["y"]) < 1
        page.locator(".day-live button").tap()
        expect(row(page, "Ruiz")).to_contain_text("Escort: the daughter")
        expect(row(page, "Ruiz").locator(".day-news")).to_have_text("changed")

    def test_renews_itself_once_nobody_touches_it_or_types(self, ward: Ward) -> None:
        page = ward.opens(Role.NURSE).page
        page.get_by_text("Another day, order, rooms").tap()
        page.get_by_label("Go to").focus()
        ward.arranges(ward.cases[1])
        page.clock.run_for(QUIET_MS + ASKED_MS)
        expect(page.locator(".day-live-said")).to_have_text("1 change")
        expect(row(page, "Ruiz")).not_to_contain_text("the daughter")
        page.get_by_label("Go to").blur()
        page.clock.run_for(QUIET_MS + ASKED_MS)
        expect(row(page, "Ruiz")).to_contain_text("Escort: the daughter")

    def test_says_when_it_may_be_old_and_only_then(self, ward: Ward) -> None:
        page = ward.opens(Role.NURSE).page
        said, made_at = page.locator(".day-live-said"), page.locator("[data-day-made-at]")
        page.evaluate("navigator.serviceWorker.ready.then(() => true)")
        page.context.set_offline(True)
        page.clock.run_for(ASKED_MS)
        expect(said).to_contain_text("No connection: this list may be out of date.")
        page.context.set_offline(False)
        ward.world.clock.advance(minutes=1)
        page.clock.run_for(ASKED_MS)
        expect(said).to_be_empty()
        expect(made_at).to_have_text("09:01")
        ward.world.clock.advance(minutes=16)
        page.clock.run_for(ASKED_MS)
        expect(said).to_contain_text("You are signed out")
        expect(made_at).to_have_text("09:01")

    def test_keeps_the_buttons_of_a_row_that_says_the_same_usable(self, ward: Ward) -> None:
        """The case was written to meanwhile, and nothing of it shows: the press must not meet an old version."""
        page = ward.opens(Role.FRONT_DESK).page
        ward.beyond(ward.cases[0])
        page.clock.run_for(ASKED_MS)
        version = str(ward.cases[0].version + 1)
        expect(row(page, "Okafor").locator("input[name=expected_version]").first).to_have_value(version)
        row(page, "Okafor").get_by_role("button", name="Arrived").tap()
        expect(page.get_by_role("status").filter(has_text="Marked as arrived.")).to_be_visible()

    def test_needs_no_scripts(self, ward: Ward) -> None:
        page = ward.opens(Role.NURSE, scripts=False).page
        ward.arranges(ward.cases[1])
        page.get_by_role("link", name="Load again").click()
        expect(row(page, "Ruiz")).to_contain_text("Escort: the daughter")

    def test_is_for_everybody_and_for_fingers(self, ward: Ward) -> None:
        for role, viewport in ((Role.NURSE, TABLET), (Role.NURSE, PHONE), (Role.FRONT_DESK, DESKTOP)):
            opened = ward.opens(role, viewport=viewport)
            heights = opened.page.evaluate(_HEIGHTS, _STEPS if viewport is DESKTOP else _ALL)
            assert len(heights) >= (8 if viewport is DESKTOP else 20)
            assert [each for each in heights if each[1] < FINGER_PX] == []
            assert opened.accessibility_findings() == [], (role, viewport)
            assert opened.page.evaluate("document.documentElement.scrollWidth <= innerWidth")

    def test_has_pages_of_a_visit_that_are_too(self, ward: Ward) -> None:
        case = ward.cases[0].public_id
        opened = ward.opens(Role.NURSE)
        row(opened.page, "Okafor").get_by_role("link", name="More…").tap()
        expect(opened.page.get_by_role("heading", name="Trial · 10:00")).to_be_visible()
        ready(opened.page)
        heights = opened.page.evaluate(_HEIGHTS, _STEPS)
        assert len(heights) == 6 and [each for each in heights if each[1] < FINGER_PX] == []
        assert opened.accessibility_findings() == []
        opened.page.get_by_role("button", name="Later in the room").tap()
        expect(opened.page).to_have_url(re.compile("/day\\?on="))
        ready(opened.page)
        assert opened.page.locator(".person-family").all_inner_texts()[:2] == ["Ruiz", "Okafor"]
        for path in (
            f"/cases/{case}/visit/20/stands",
            f"/cases/{case}/visit/20/arrange",
            f"/cases/{case}/visit/20/no-show",
            f"/cases/{case}/walk-in",
            "/day/walk-in",
        ):
            opened.open(path)
            assert opened.accessibility_findings() == [], path
        opened.open(f"/cases/{case}")
        heights = opened.page.evaluate(_HEIGHTS, _ALL)
        assert len(heights) > 20 and [each for each in heights if each[1] < FINGER_PX] == []


class TestTheWall:
    def test_renews_itself_meets_the_standard_and_goes_dark(self, ward: Ward) -> None:
        manager = ward.opens(Role.MANAGER, "/admin/clinic")
        manager.page.get_by_role("button", name="Make the address").click()
        address = manager.page.get_by_label("Open this address on the screen").input_value()
        opened = ward.stack.enter_context(window(ward.chromium, ward.address))
        page = opened.page
        page.clock.install(time=ward.world.clock.now())
        page.goto(address.replace("http://localhost", ward.address))
        main = page.get_by_role("main")
        expect(main).to_contain_text("Late since 08:40")
        assert opened.accessibility_findings() == []
        page.set_viewport_size(PHONE)
        assert opened.accessibility_findings() == []
        ward.add("Late", 5)
        page.clock.run_for(21_000)
        expect(main).to_contain_text("14:00")
        page.context.set_offline(True)
        page.clock.run_for(21_000)
        expect(page.get_by_role("status")).to_contain_text("No connection. This is how it was at")
        page.context.set_offline(False)
        with manager.page.expect_navigation():
            manager.page.get_by_role("button", name="Make a new address").click()
        page.clock.run_for(21_000)
        expect(main).to_be_empty()
