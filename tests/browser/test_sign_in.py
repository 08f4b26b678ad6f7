"""The page everybody sees first: usable without scripts, on a phone, in the dark, and by everybody."""

import pytest
from playwright.sync_api import Browser, ViewportSize

from tests.support.browser import DESKTOP, PHONE, served, window
from tests.support.fixed import FixedClock, SeededIds
from tests.support.web import PASSWORD, email_of, make_world
from tracker.domain.words import Role
from tracker.persistence.database import Database


class TestSignIn:
    @pytest.mark.parametrize(("viewport", "dark"), [(DESKTOP, False), (PHONE, True)], ids=["desktop", "dark phone"])
    def test_meets_the_accessibility_standard(
        self,
        chromium: Browser,
        sqlite_database: Database,
        clock: FixedClock,
        ids: SeededIds,
        viewport: ViewportSize,
        *,
        dark: bool,
    ) -> None:
        world = make_world(sqlite_database, clock, ids)
        with served(world.app) as address, window(chromium, address, viewport=viewport, dark=dark) as opened:
            opened.open("/sign-in")
            assert opened.accessibility_findings() == []

    def test_needs_no_scripts(
        self, chromium: Browser, sqlite_database: Database, clock: FixedClock, ids: SeededIds
    ) -> None:
        world = make_world(sqlite_database, clock, ids)
        with served(world.app) as address, window(chromium, address, scripts=False) as opened:
            opened.open("/sign-in")
            opened.page.fill("input[name=email]", email_of(Role.NURSE))
            opened.page.fill("input[name=password]", PASSWORD)
            opened.page.click("button[type=submit]")
            opened.page.wait_for_url(lambda url: "/sign-in" not in url)
