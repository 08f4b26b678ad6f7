"""The words of a message while they are typed, with scripts and without; and a letter that goes to the printer."""

import pytest
from playwright.sync_api import Browser, ViewportSize, expect
from sqlalchemy import update

from tests.support.browser import DESKTOP, PHONE, Window, window
from tests.support.journey import a_person, journey_in
from tests.support.web import PASSWORD, WebWorld, email_of
from tracker.domain.words import Role
from tracker.persistence.models import Patient

WORDS = "/admin/messages/words"


def signs_in(opened: Window, role: Role) -> None:
    opened.open("/sign-in")
    opened.page.fill("input[name=email]", email_of(role))
    opened.page.fill("input[name=password]", PASSWORD)
    opened.page.click("button[type=submit]")
    opened.page.wait_for_url(lambda url: "/sign-in" not in url)


class TestTheWords:
    def test_read_as_they_are_typed_and_are_saved(self, chromium: Browser, address: str) -> None:
        with window(chromium, address) as opened:
            signs_in(opened, Role.MANAGER)
            opened.open(f"{WORDS}/arrival/en/email")
            body, preview = opened.page.get_by_label("Words", exact=False).last, opened.page.locator("#preview")
            typed = body.input_value()
            body.fill(typed.replace("Hello", "Your pump,"))
            expect(preview).to_contain_text("Your pump, Maria,")
            expect(preview).to_contain_text("“pump” may not stand in a message")
            body.fill(typed.replace("Hello", "Good day"))
            expect(preview).to_contain_text("These words may be sent.")
            opened.page.get_by_role("button", name="Save these words").click()
            expect(opened.page.locator("main")).to_contain_text("Saved: own words, version 1.")

    def test_read_at_the_press_of_a_button_without_scripts(self, chromium: Browser, address: str) -> None:
        with window(chromium, address, scripts=False) as opened:
            signs_in(opened, Role.MANAGER)
            opened.open(f"{WORDS}/arrival/en/sms")
            opened.page.fill("#body", "Half $first")
            opened.page.get_by_role("button", name="Show how it reads").click()
            expect(opened.page.locator("#preview")).to_contain_text("There is no field $first.")
            expect(opened.page.locator("#body")).to_have_value("Half $first")

    @pytest.mark.parametrize(("viewport", "dark"), [(DESKTOP, False), (PHONE, True)], ids=["desktop", "dark phone"])
    def test_meet_the_accessibility_standard(
        self, chromium: Browser, address: str, viewport: ViewportSize, *, dark: bool
    ) -> None:
        with window(chromium, address, viewport=viewport, dark=dark) as opened:
            signs_in(opened, Role.MANAGER)
            for path in (WORDS, f"{WORDS}/arrival/en/email", f"{WORDS}/refill/es/sms"):
                opened.open(path)
                assert opened.accessibility_findings() == []
                assert opened.page.evaluate("document.documentElement.scrollWidth <= window.innerWidth")


class TestALetter:
    def test_goes_to_the_printer_once_and_closes_its_call_when_it_is_posted(
        self, world: WebWorld, chromium: Browser, address: str
    ) -> None:
        journey = journey_in(world)
        journey.refer(a_person(prefers="letter", reach=()))
        with world.database.writing() as session:
            session.execute(update(Patient).values(postal_address="12 Main Street"))
        journey.book("evaluation", journey.in_days(9))
        with window(chromium, address) as opened:
            signs_in(opened, Role.COORDINATOR)
            page = opened.page
            page.add_init_script("window.printed = 0; window.print = () => { window.printed += 1; };")
            opened.open("/reminders?state=unreached")
            with page.expect_navigation():
                page.get_by_role("link", name="Letter").first.click()
            assert opened.accessibility_findings() == []
            page.get_by_role("button", name="Record as printed").click()
            expect(page.locator("body")).to_contain_text("Recorded as printed.")
            page.wait_for_function("window.printed === 1")
            page.reload()
            assert page.evaluate("window.printed") == 0
            with page.expect_navigation():
                page.get_by_role("link", name="Back to the task").click()
            assert opened.accessibility_findings() == []
            page.fill("#posted_on", "2026-03-17")
            page.get_by_role("button", name="It is posted").click()
            expect(page.locator("main")).to_contain_text("Recorded. The task is done.")
