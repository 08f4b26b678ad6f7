"""The page everybody sees first: usable without scripts, on a phone, in the dark, and by everybody."""

import pytest
from playwright.sync_api import Browser, ViewportSize

from tests.support.browser import DESKTOP, PHONE, window
from tests.support.web import PASSWORD, email_of
from tracker.domain.words import Role


class TestSignIn:
    @pytest.mark.parametrize(("viewport", "dark"), [(DESKTOP, False), (PHONE, True)], ids=["desktop", "dark phone"])
    def test_meets_the_accessibility_standard(
        self, chromium: Browser, address: str, viewport: ViewportSize, *, dark: bool
    ) -> None:
        with window(chromium, address, viewport=viewport, dark=dark) as opened:
            opened.open("/sign-in")
            assert opened.accessibility_findings() == []

    def test_needs_no_scripts(self, chromium: Browser, address: str) -> None:
        with window(chromium, address, scripts=False) as opened:
            opened.open("/sign-in")
            opened.page.fill("input[name=email]", email_of(Role.NURSE))
            opened.page.fill("input[name=password]", PASSWORD)
            opened.page.click("button[type=submit]")
            opened.page.wait_for_url(lambda url: "/sign-in" not in url)
