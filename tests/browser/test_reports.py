"""Every report in the browser: it stands up to axe, fits a phone and a desk, and the text of its charts can be read."""

import pytest
from playwright.sync_api import Browser

from tests.support.browser import DESKTOP, PHONE, Window, served, window
from tests.support.fixed import FixedClock, SeededIds
from tests.support.played_clinic import fill_played
from tests.support.stored_history import fill_and_draw
from tests.support.web import make_world
from tracker.domain.forecast import forecast as method
from tracker.domain.words import Role
from tracker.persistence.database import Database
from tracker.services.report_sheets import make_slow_sheets
from tracker.web.reports.panels import HEADINGS

PATHS = (
    "/reports",
    "/reports/flow?payer=x&from=soon",
    "/reports/flow/patients?of=funnel.referred.reached",
    *(f"/reports/{name}" for name in HEADINGS),
)
PLAYED = (
    "/reports/what-if",
    "/reports/what-if?trial-slots=many&implant-weekdays=",
    "/reports/what-if?trial-weekdays=0&trial-weekdays=1&trial-turnaround=3",
    "/reports/forecast?months=12",
)
#: What hangs over the edge of the window; what scrolls in a box of its own does not.
_OVER = "() => document.documentElement.scrollWidth - window.innerWidth"
#: Labels of charts that are shown smaller than 11 px, that leave the window, or that lie on their neighbour.
_LABELS = """() => [...document.querySelectorAll('.chart-plot')].flatMap(plot => {
    const found = [];
    for (const kind of ['.chart-x', '.chart-y']) {
        let before = null;
        for (const label of plot.querySelectorAll(kind)) {
            const box = label.getBoundingClientRect();
            if (parseFloat(getComputedStyle(label).fontSize) < 11) found.push('small: ' + label.textContent);
            if (box.left < 0 || box.right > window.innerWidth) found.push('outside: ' + label.textContent);
            if (before && kind === '.chart-x' && box.left < before.right) found.push('overlaps: ' + label.textContent);
            before = box;
        }
    }
    return found;
})"""
#: Who is not ready, and why: that stands in the window, however narrow it is.
_CUT = """() => [...document.querySelectorAll('td[data-label="What is missing"], td[data-label="Who clears it"]')]
    .filter(cell => cell.getBoundingClientRect().right > window.innerWidth).map(cell => cell.textContent)"""


def look(opened: Window, path: str) -> list[str]:
    """What is wrong with a page, in each width."""
    opened.open(path)
    wrong = [f"{path}: {finding}" for finding in opened.accessibility_findings()]
    for viewport in (DESKTOP, PHONE):
        opened.page.set_viewport_size(viewport)
        over = opened.page.evaluate(_OVER)
        wrong += [f"{path} at {viewport['width']}: {over} px too wide"] if over > 0 else []
        found = [*opened.page.evaluate(_LABELS), *opened.page.evaluate(_CUT)]
        wrong += [f"{path} at {viewport['width']}: {each}" for each in found]
    return wrong


def test_reports_stand_up_to_axe_and_fit_a_phone_and_a_desk(
    chromium: Browser, sqlite_database: Database, clock: FixedClock, ids: SeededIds, monkeypatch: pytest.MonkeyPatch
) -> None:
    world = make_world(sqlite_database, clock, ids)
    fill_and_draw(world, 14)
    with served(world.app) as address, window(chromium, address) as opened:
        name = world.app.session_interface.cookie_name
        cookie = world.sign_in(Role.MANAGER).client.get_cookie(name)
        assert cookie is not None
        opened.page.context.add_cookies([{"name": name, "value": cookie.value, "url": address}])
        assert [wrong for path in PATHS for wrong in look(opened, path)] == []
        # Another history, of which there is enough to say what is coming and what would be; few futures are as wide.
        monkeypatch.setattr(method, "MODELS", 2)
        fill_played(world)
        make_slow_sheets(world.database, world.clock, pause=lambda: None)
        assert [wrong for path in PLAYED for wrong in look(opened, path)] == []
