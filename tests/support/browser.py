"""A real browser on the real application: served on this computer, and strict about what pages try to do."""

from collections.abc import Iterator
from contextlib import closing, contextmanager
from dataclasses import dataclass, field
from threading import Condition, Thread
from typing import TYPE_CHECKING, Any, cast

from axe_playwright_python.sync_playwright import Axe
from playwright.sync_api import Browser, BrowserContext, Page, Request, ViewportSize, expect, sync_playwright
from werkzeug.serving import BaseWSGIServer, make_server

from tests.support.chromium import ARGUMENTS, chromium_path

if TYPE_CHECKING:
    from _typeshed.wsgi import StartResponse, WSGIApplication, WSGIEnvironment

#: WCAG 2.2 AA and everything it builds on.
STANDARD = ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22aa"]
DESKTOP: ViewportSize = {"width": 1280, "height": 800}
PHONE: ViewportSize = {"width": 360, "height": 740}
#: A nurse's tablet, held upright.
TABLET: ViewportSize = {"width": 768, "height": 1024}
#: Longer than any page should take on a busy machine, and short enough to wait for.
PATIENCE_MS = 15_000
#: How often a server looks whether it is to stop: each test waits for that at its end.
_LOOKS_UP_S = 0.02


@dataclass
class Window:
    """One person's browser window, and what went wrong in it: script errors, blocked content, foreign addresses."""

    page: Page
    address: str
    complaints: list[str] = field(default_factory=list)

    def open(self, path: str) -> None:
        """Go to a page of the application."""
        self.page.goto(self.address + path)

    def accessibility_findings(self) -> list[str]:
        """What axe finds on the page as it stands, one line a finding; empty when it meets the standard."""
        found = Axe().run(
            self.page, options={"runOnly": {"type": "tag", "values": STANDARD}, "resultTypes": ["violations"]}
        )
        return [
            f"{finding['id']} at {' '.join(node['target'][0] for node in finding['nodes'])}"
            for finding in found.response["violations"]
        ]


def ready(page: Page) -> None:
    """Wait until the page that is shown has run its scripts, once something was seen that stands on no page before it.

    What is done sooner meets what only looks like the page: a button sends its form as without scripts, a scanned code
    goes nowhere, a clock that is set forward rings nothing, and what is counted may still grow.
    """
    page.wait_for_load_state("load")


@contextmanager
def chromium() -> Iterator[Browser]:
    """The system's Chromium, without a window."""
    expect.set_options(timeout=PATIENCE_MS)
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=chromium_path(), args=list(ARGUMENTS), headless=True)
        try:
            yield browser
        finally:
            browser.close()


class _Answering:
    """The application, and whether it is still answering somebody.

    Each answer is whole before any of it is sent: Werkzeug's server never closes what it sends (a file) to a browser
    that has hung up meanwhile, as the window of a finished test does.
    """

    def __init__(self, app: "WSGIApplication") -> None:
        self._app, self._begun, self._ended = app, 0, Condition()

    def __call__(self, environ: "WSGIEnvironment", start_response: "StartResponse") -> list[bytes]:
        with self._ended:
            self._begun += 1
        try:
            parts: Any = self._app(environ, start_response)
            with closing(parts):
                return [b"".join(parts)]
        finally:
            with self._ended:
                self._begun -= 1
                self._ended.notify_all()

    def wait(self) -> None:
        """Until nobody is answered: what is written late would be found by the next test."""
        with self._ended:
            assert self._ended.wait_for(lambda: not self._begun, PATIENCE_MS / 1000), "a page is still being made"


def server_of(app: "WSGIApplication", port: int = 0) -> BaseWSGIServer:
    """A server on this computer that does not serve yet; port 0 is a free one."""
    return make_server("127.0.0.1", port, _Answering(app), threaded=True)


@contextmanager
def serving(server: BaseWSGIServer) -> Iterator[None]:
    """Have it serve meanwhile; at the end everybody has their answer."""
    thread = Thread(target=server.serve_forever, args=(_LOOKS_UP_S,))
    thread.start()
    try:
        yield
    finally:
        server.shutdown()
        thread.join()
        server.server_close()
        cast("_Answering", server.app).wait()


@contextmanager
def served(app: "WSGIApplication") -> Iterator[str]:
    """Serve the application on a free port of this computer; yields its address."""
    server = server_of(app)
    with serving(server):
        yield f"http://127.0.0.1:{server.server_port}"


@contextmanager
def window(
    browser: Browser,
    address: str,
    *,
    viewport: ViewportSize = DESKTOP,
    scripts: bool = True,
    dark: bool = False,
    touch: bool = False,
) -> Iterator[Window]:
    """A new window with nobody signed in. Whatever a page did wrong in it fails the test at the end."""
    context = browser.new_context(
        viewport=viewport,
        java_script_enabled=scripts,
        has_touch=touch,
        color_scheme="dark" if dark else "light",
        reduced_motion="reduce",
    )
    context.set_default_timeout(PATIENCE_MS)
    opened = Window(context.new_page(), address)
    _listen(context, opened)
    try:
        yield opened
        if opened.complaints:
            raise AssertionError("\n".join(opened.complaints))
    finally:
        context.close()


def _listen(context: BrowserContext, opened: Window) -> None:
    def notice_strangers(request: Request) -> None:
        # Noticed and not intercepted: a browser that is intercepted keeps no cache, and pages cost twice the time.
        if not request.url.startswith(opened.address + "/"):
            opened.complaints.append(f"asked another server: {request.url}")

    context.on("request", notice_strangers)
    page = opened.page
    page.on("pageerror", lambda error: opened.complaints.append(f"script error: {error}"))
    page.on(
        "console",
        lambda message: (
            opened.complaints.append(f"console: {message.text}")
            if message.type == "error" and "Failed to load resource" not in message.text
            else None
        ),
    )
