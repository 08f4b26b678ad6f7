"""The page behind the link of a message, in the hands of a patient: on a phone, with and without scripts."""

from collections.abc import Iterator
from contextlib import contextmanager
from datetime import timedelta

import pytest
from playwright.sync_api import Browser, ViewportSize, expect
from sqlalchemy import select

from tests.factories.case_world import CaseWorld
from tests.factories.post import REPLIES_AT, Post
from tests.support.browser import DESKTOP, Window, served, window
from tests.support.fixed import FixedClock, SeededIds
from tests.support.web import WebWorld, lent_world
from tracker.persistence.database import Database
from tracker.persistence.models import AppointmentRow, ContactPoint, StaffTask, StageCount

PHONE: ViewportSize = {"width": 390, "height": 844}
WILL_COME, CANNOT, CALL = "I will come", "I can’t come", "Please call me"


class Reader:
    """A patient who was told of a visit by mail, and the clinic behind it."""

    def __init__(self, post: Post, web: WebWorld) -> None:
        self.post, self.app, self.database, self.clock = post, web.app, web.database, web.clock
        self.post.dispatch()

    @property
    def link(self) -> str:
        """What stands in the mail, below the host."""
        lines = self.post.mailer.sent[-1].body.splitlines()
        return next(each for each in lines if each.startswith(f"{REPLIES_AT}/r/")).removeprefix(REPLIES_AT).strip()

    def visit(self) -> str:
        with self.database.reading() as session:
            return session.scalars(select(AppointmentRow.state).where(AppointmentRow.superseded_by.is_(None))).one()

    def tasks(self) -> list[str]:
        with self.database.reading() as session:
            return list(session.scalars(select(StaffTask.kind).where(StaffTask.done_at.is_(None))))

    def is_stopped(self) -> bool:
        with self.database.reading() as session:
            return session.scalars(select(ContactPoint.opted_out_at)).one() is not None


@pytest.fixture
def reader(sqlite_database: Database, clock: FixedClock, ids: SeededIds) -> Iterator[Reader]:
    post = Post(CaseWorld(sqlite_database, clock, ids))
    with sqlite_database.writing() as session:
        session.add(StageCount(clinic_id=1, pathway="itb", stage="referred", owner_user_id=0, n=1))
    with lent_world(sqlite_database, clock, ids) as web:
        yield Reader(post, web)


@pytest.fixture(params=[True, False], ids=["scripts", "no-scripts"])
def scripts(request: pytest.FixtureRequest) -> bool:
    return bool(request.param)


@contextmanager
def opened(browser: Browser, reader: Reader, *, scripts: bool = True) -> Iterator[Window]:
    """The page of the link on a phone."""
    with served(reader.app) as address, window(browser, address, viewport=PHONE, scripts=scripts) as found:
        found.open(reader.link)
        yield found


def press(found: Window, button: str) -> None:
    """Press a button by its words."""
    with found.page.expect_navigation():
        found.page.get_by_role("button", name=button, exact=True).click()


def says(found: Window, *sentences: str) -> None:
    """Read the page."""
    for each in sentences:
        expect(found.page.get_by_role("main")).to_contain_text(each)


def is_offered(found: Window, button: str) -> bool:
    return found.page.get_by_role("button", name=button, exact=True).count() == 1


def fits(found: Window) -> None:
    """Nothing hangs over the edge, and axe has nothing to say."""
    assert found.page.evaluate("document.documentElement.scrollWidth <= window.innerWidth")
    assert found.accessibility_findings() == []


class TestAPatient:
    def test_says_that_they_come(self, chromium: Browser, reader: Reader, *, scripts: bool) -> None:
        with opened(chromium, reader, scripts=scripts) as found:
            says(found, "Ada, your visit", "Thursday, March 26, 2026", "not read for emergencies")
            press(found, WILL_COME)
            says(found, "Thank you. Your visit is confirmed.")
            assert not is_offered(found, WILL_COME)
        assert (reader.visit(), reader.tasks()) == ("confirmed", [])

    def test_says_that_they_cannot_come_and_nothing_is_cancelled(
        self, chromium: Browser, reader: Reader, *, scripts: bool
    ) -> None:
        with opened(chromium, reader, scripts=scripts) as found:
            press(found, CANNOT)
            says(found, "Nothing is cancelled yet: we will call you.")
        assert (reader.visit(), reader.tasks()) == ("booked", ["reply_cannot"])

    def test_reads_it_in_another_language(self, chromium: Browser, reader: Reader, *, scripts: bool) -> None:
        with opened(chromium, reader, scripts=scripts) as found:
            press(found, "Español")
            says(found, "Desde ahora le escribimos en español.", "Ada, su cita", "jueves, 26 de marzo de 2026")
            expect(found.page.locator("html")).to_have_attribute("lang", "es")
            press(found, "Voy a ir")
            says(found, "Su cita está confirmada.")
        assert reader.visit() == "confirmed"

    def test_ends_messages_and_takes_it_back(self, chromium: Browser, reader: Reader, *, scripts: bool) -> None:
        with opened(chromium, reader, scripts=scripts) as found:
            press(found, "No more messages")
            says(found, "No more messages will come here. We will call or write a letter.")
            assert reader.is_stopped()
            press(found, "Send me messages again")
            says(found, "Messages will come here again.")
        assert not reader.is_stopped()

    def test_goes_back_and_thinks_better_of_it(self, chromium: Browser, reader: Reader, *, scripts: bool) -> None:
        """The page of before is shown again or asked for anew: either way the second answer counts too."""
        with opened(chromium, reader, scripts=scripts) as found:
            press(found, WILL_COME)
            found.page.go_back()
            press(found, CANNOT)
            says(found, "Nothing is cancelled yet: we will call you.")
        # That they said yes before stands, and somebody calls.
        assert (reader.visit(), reader.tasks()) == ("confirmed", ["reply_cannot"])

    def test_uses_the_link_again_the_next_day(self, chromium: Browser, reader: Reader) -> None:
        with opened(chromium, reader) as found:
            press(found, WILL_COME)
        reader.clock.advance(hours=24)
        with opened(chromium, reader) as found:
            says(found, "You said that you will come.")
            assert not is_offered(found, WILL_COME)
            press(found, CALL)
            says(found, "Thank you. We will call you.")
        assert (reader.visit(), reader.tasks()) == ("confirmed", ["reply_call"])

    def test_whose_link_is_over_is_told_whom_to_call(self, chromium: Browser, reader: Reader, *, scripts: bool) -> None:
        reader.clock.set(reader.post.visit.starts_at + timedelta(days=1))
        with opened(chromium, reader, scripts=scripts) as found:
            says(found, "This link no longer works", "Riverside Clinic", "Call us: 555-0100")
            assert found.page.get_by_role("button").count() == 0


class TestThePage:
    @pytest.mark.parametrize(("viewport", "dark"), [(PHONE, True), (DESKTOP, False)])
    def test_meets_the_accessibility_standard_in_every_state(
        self, chromium: Browser, reader: Reader, viewport: ViewportSize, *, dark: bool
    ) -> None:
        with served(reader.app) as address, window(chromium, address, viewport=viewport, dark=dark) as found:
            found.open(reader.link)
            fits(found)
            for button in (CANNOT, WILL_COME, "No more messages", "Español"):
                press(found, button)
                fits(found)
            reader.clock.set(reader.post.visit.starts_at)
            found.open(reader.link)
            says(found, "La hora de esta cita ya pasó.")
            fits(found)
            reader.clock.advance(days=1)
            found.open(reader.link)
            fits(found)

    def test_can_be_used_by_keys_alone(self, chromium: Browser, reader: Reader) -> None:
        with opened(chromium, reader) as found:
            for _ in range(9):
                found.page.keyboard.press("Tab")
                if found.page.locator(":focus").inner_text() == CANNOT:
                    break
            with found.page.expect_navigation():
                found.page.keyboard.press("Enter")
            says(found, "Nothing is cancelled yet")
        assert reader.tasks() == ["reply_cannot"]
