"""A nurse's tablet whose browser can be killed and started again with what it had stored."""

import os
import signal
import subprocess
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass, field
from pathlib import Path

from flask import Flask
from playwright.sync_api import Browser, BrowserContext, Locator, Page, expect

from tests.support.browser import PATIENCE_MS, TABLET, Window, server_of, serving
from tests.support.chromium import ARGUMENTS, chromium_path
from tests.support.web import PASSWORD, WebWorld, email_of
from tracker.domain.words import Role

#: How high a finger needs it, in CSS pixels.
FINGER = 44


class Network:
    """The way to the application: while it is gone nothing answers, neither pages nor what a worker asks for."""

    def __init__(self, app: Flask) -> None:
        self._app, self._port, self._server = app, 0, ExitStack()

    @property
    def address(self) -> str:
        """Where the application is, whenever it is."""
        return f"http://127.0.0.1:{self._port}"

    def comes(self) -> None:
        """Let it be there."""
        server = server_of(self._app, self._port)
        self._port = server.server_port
        self._server.enter_context(serving(server))

    def goes(self) -> None:
        """Let it be gone."""
        self._server.close()


@dataclass
class Tablet:
    """One tablet with a profile of its own. ``complaints``: script errors on its pages."""

    browser: Browser
    network: Network
    profile: Path
    complaints: list[str] = field(default_factory=list)
    _context: BrowserContext | None = None

    @property
    def address(self) -> str:
        """Where the application is."""
        return self.network.address

    @property
    def context(self) -> BrowserContext:
        """The running browser."""
        if self._context is None:
            self._context = self.browser.browser_type.launch_persistent_context(
                str(self.profile), executable_path=chromium_path(), args=list(ARGUMENTS), headless=True,
                viewport=TABLET, has_touch=True, reduced_motion="reduce",
            )  # fmt: skip
            self._context.set_default_timeout(PATIENCE_MS)
            self.page.on("pageerror", lambda error: self.complaints.append(f"script error: {error}"))
        return self._context

    @property
    def page(self) -> Page:
        """Its one page."""
        return self.context.pages[0]

    @property
    def bar(self) -> Locator:
        """What the bottom bar says of what is saved."""
        return self.page.locator("[data-saved]")

    def opens(self, path: str) -> None:
        """Go to a page of the application, or to what stands in for it."""
        self.page.goto(self.address + path)

    def signs_in(self, role: Role, *, wanted: str = "/day") -> None:
        """Give the password."""
        self.opens(f"/sign-in?next={wanted}")
        self.page.get_by_label("E-mail").fill(email_of(role))
        self.page.get_by_label("Password").fill(PASSWORD)
        self.page.get_by_role("button", name="Sign in").tap()
        self.page.wait_for_url(self.address + wanted)

    def is_signed_in(self, world: WebWorld, role: Role) -> None:
        """Have the password given already."""
        cookie = world.sign_in(role).client.get_cookie("tracker")
        assert cookie is not None
        self.context.add_cookies([{"name": "tracker", "value": cookie.value, "url": self.address}])

    def takes_the_day_along(self, pin: str) -> None:
        """Type the PIN once on the page of the day, and wait until everything is there that is needed later."""
        self.page.get_by_label("PIN").fill(pin)
        self.page.get_by_role("button", name="Take this day along").tap()
        expect(self.page.locator("[data-offline-said]")).to_contain_text("This day is on this tablet")
        self.page.evaluate("navigator.serviceWorker.ready.then(() => true)")

    def unlocks(self, pin: str) -> None:
        """Open the day on the page without network."""
        self.page.get_by_label("PIN of").fill(pin)
        self.page.get_by_role("button", name="Open", exact=True).tap()

    def item(self, key: str) -> Locator:
        """One item of the checklist that is shown."""
        return self.page.locator(f"#item-{key}")

    def ticks(self, key: str) -> None:
        """Tap an item that asks for nothing else."""
        self.item(key).locator("button.tap").tap()

    def writes(self, key: str, value: str) -> None:
        """Give an item its value."""
        self.item(key).get_by_role("textbox", name="Value of").first.fill(value)
        self.item(key).get_by_role("button", name="Done").first.tap()

    def loses_network(self) -> None:
        """Enter the dead spot, on the page that is open: pages are opened without network by letting that go."""
        self.context.set_offline(True)

    def finds_network(self) -> None:
        """Leave it."""
        self.context.set_offline(False)

    def runs_flat(self) -> None:
        """Kill the browser as an empty battery does: nothing is written any more, nobody is asked."""
        found = subprocess.run(["pgrep", "-f", str(self.profile)], capture_output=True, text=True, check=True)
        for pid in found.stdout.split():
            os.kill(int(pid), signal.SIGKILL)
        self._context = None

    def fits(self) -> None:
        """The page stands up to axe, and fingers meet what they aim at."""
        assert Window(self.page, self.address).accessibility_findings() == []
        targets = self.page.get_by_role("main").locator("button, a, summary, input, select")
        small = [each for each in targets.all() if (box := each.bounding_box()) and box["height"] < FINGER]
        assert [each.inner_text() for each in small] == []

    def closes(self) -> None:
        """Switch it off, and hear of what went wrong on it."""
        if self._context is not None:
            self._context.close()
        assert self.complaints == []


@contextmanager
def tablet(browser: Browser, network: Network, profile: Path) -> Iterator[Tablet]:
    """A tablet fresh from its box."""
    opened = Tablet(browser, network, profile)
    try:
        yield opened
    finally:
        opened.closes()
