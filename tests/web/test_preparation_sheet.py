"""The preparation sheet through its page."""

import html

from tests.support.web import Browser, WebWorld
from tracker.domain.words import Role
from tracker.queries.preparation_sheets import get_sheets

URL = "/admin/messages/preparation"


def shown(browser: Browser) -> str:
    return html.unescape(browser.get(URL).get_data(as_text=True))


def test_is_written_and_shown(world: WebWorld) -> None:
    browser = world.sign_in(Role.MANAGER)
    assert "Preparation sheet" in html.unescape(browser.get("/admin/messages").get_data(as_text=True))
    values = {"expected_version": 1, "en": "Come with somebody.\r\n\r\n- Eat nothing\r\n- Rest", "es": ""}
    assert browser.submit(URL, values).status_code == 303
    assert "Come with somebody." in shown(browser)
    with world.database.reading() as session:
        assert get_sheets(session, world.clinic_id) == {"en": "Come with somebody.\n\n- Eat nothing\n- Rest"}


def test_that_tells_too_much_is_answered_at_the_field_and_keeps_what_was_typed(world: WebWorld) -> None:
    browser = world.sign_in(Role.MANAGER)
    answer = browser.submit(URL, {"expected_version": 1, "en": "Hold your pills.", "es": "Venga."})
    text = html.unescape(answer.get_data(as_text=True))
    assert answer.status_code == 422
    assert "“hold … pills”" in text and "Hold your pills." in text and "Venga." in text


def test_of_an_older_page_overwrites_nothing(world: WebWorld) -> None:
    browser = world.sign_in(Role.MANAGER)
    browser.submit(URL, {"expected_version": 1, "en": "First.", "es": ""})
    assert browser.submit(URL, {"expected_version": 1, "en": "Second.", "es": ""}).status_code == 409
    with world.database.reading() as session:
        assert get_sheets(session, world.clinic_id) == {"en": "First."}
