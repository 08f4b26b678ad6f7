"""A consent on the nurse's tablet: read, signed with a finger, and taken back at the door."""

from dataclasses import replace
from pathlib import Path

import pytest
from playwright.sync_api import Browser, Page, ViewportSize, expect
from sqlalchemy import select

from tests.support.browser import PHONE, TABLET, Window, ready, window
from tests.support.journey import WAY, Journey, journey_in
from tests.support.web import PASSWORD, WebWorld, email_of
from tracker.domain.attachments import LARGEST
from tracker.domain.signature import read_strokes
from tracker.domain.words import Role
from tracker.integrations.papers import FolderOfPapers
from tracker.persistence.models import ConsentFormRow

#: As large as a finger needs.
LEAST_TARGET = 44
#: Whether anything is drawn in the field.
INK = "canvas => canvas.getContext('2d').getImageData(0, 0, canvas.width, canvas.height).data.some(Boolean)"


@pytest.fixture
def journey(world: WebWorld) -> Journey:
    """The day of a trial, with the patient there."""
    journey = journey_in(world)
    for stage, method in WAY:
        method(journey)
        if stage == "trial_day":
            break
    return journey


def signs_in(opened: Window) -> None:
    opened.open("/sign-in")
    opened.page.fill("input[name=email]", email_of(Role.NURSE))
    opened.page.fill("input[name=password]", PASSWORD)
    opened.page.click("button[type=submit]")
    opened.page.wait_for_url(lambda url: "/sign-in" not in url)


def draws(page: Page, *places: tuple[float, float]) -> None:
    """One stroke with a finger over the field, by parts of its width and height."""
    box = page.locator("canvas").bounding_box()
    assert box is not None
    points = [{"x": box["x"] + x * box["width"], "y": box["y"] + y * box["height"]} for x, y in places]
    finger = page.context.new_cdp_session(page)
    finger.send("Input.dispatchTouchEvent", {"type": "touchStart", "touchPoints": points[:1]})
    # It rests where it ends, as a finger does: one that is lifted in full flight flings, and stops the next tap.
    for point in (*points[1:], *points[-1:] * 3):
        finger.send("Input.dispatchTouchEvent", {"type": "touchMove", "touchPoints": [point]})
        page.evaluate("() => new Promise(requestAnimationFrame)")
    finger.send("Input.dispatchTouchEvent", {"type": "touchEnd", "touchPoints": []})
    finger.detach()


def test_a_consent_is_withdrawn_at_the_door_and_stops_the_procedure(
    journey: Journey, chromium: Browser, address: str
) -> None:
    with window(chromium, address, viewport=TABLET, touch=True) as opened:
        signs_in(opened)
        page, main = opened.page, opened.page.locator("main")
        opened.open("/day")
        page.get_by_role("link", name="Checklist").first.tap()
        consent = page.get_by_role("region", name="Consent")
        expect(consent).to_contain_text("signed")
        ready(page)
        back = consent.get_by_role("link", name="The patient takes it back…")
        box = back.bounding_box()
        assert box is not None and box["height"] >= LEAST_TARGET
        assert opened.accessibility_findings() == []
        back.tap()
        expect(page.get_by_role("radio", name="Trial")).to_be_checked()
        page.get_by_label("What the patient said").fill("Does not want the needle")
        page.get_by_role("button", name="Withdraw the consent").tap()
        expect(main).to_contain_text("Recorded: consent withdrawn")
        expect(main).to_contain_text("Consent for the trial was withdrawn")
        opened.open("/day")
        page.get_by_role("link", name="Checklist").first.tap()
        expect(consent).to_contain_text("Withdrawn by the patient: Does not want the needle")
        ready(page)
        item = page.locator("#item-consent")
        item.get_by_role("button").first.tap()
        expect(item).to_contain_text("No signed consent stands")
    assert journey.stage == "trial_day"


def test_a_consent_is_signed_with_a_finger_and_printed(
    world: WebWorld, journey: Journey, chromium: Browser, address: str
) -> None:
    with window(chromium, address, viewport=TABLET, touch=True) as opened:
        signs_in(opened)
        page = opened.page
        opened.open(f"/cases/{journey.public_id}/consent?purpose=trial")
        page.get_by_role("link", name="Sign the trial consent on this tablet").tap()
        expect(page.locator("canvas")).to_be_visible()
        ready(page)
        page.get_by_label("The patient", exact=True).check()
        page.locator("canvas").scroll_into_view_if_needed()
        draws(page, (0.1, 0.1), (0.2, 0.2))
        page.get_by_role("button", name="Clear and sign again").tap()
        expect(page.locator("input[name=strokes]")).to_have_value("")
        draws(page, (0.1, 0.2), (0.3, 0.9), (0.5, 0.2))
        draws(page, (0.6, 0.5), (0.9, 0.5))
        drawn = page.locator("input[name=strokes]").input_value()
        strokes = read_strokes(drawn)
        assert [stroke[0] for stroke in strokes] == [pytest.approx((60, 40), abs=3), pytest.approx((360, 100), abs=3)]
        assert strokes[-1][-1] == pytest.approx((540, 100), abs=3)
        page.get_by_role("button", name="Keep this signature").tap()
        expect(page.get_by_role("alert")).to_contain_text("Say who signed")
        ready(page)
        assert page.locator("input[name=strokes]").input_value() == drawn, "it is kept beside what is missing"
        assert page.locator("canvas").evaluate(INK)
        page.get_by_label("Name of who signs").fill("James Okafor")
        page.get_by_role("button", name="Keep this signature").tap()
        expect(page.locator("main")).to_contain_text("Recorded: consent")
        page.get_by_role("link", name="Form").first.tap()
        expect(page.locator("svg.consent-drawn polyline")).to_have_count(2)
        ready(page)
        assert opened.accessibility_findings() == []
    with world.database.reading() as session:
        assert session.scalars(select(ConsentFormRow.strokes)).one() == drawn


def test_a_scan_that_is_too_large_is_not_left_out_in_silence(
    world: WebWorld, journey: Journey, chromium: Browser, address: str, tmp_path: Path
) -> None:
    world.app.extensions["runtime"] = replace(world.runtime, papers=FolderOfPapers(tmp_path / "papers"))
    large = tmp_path / "scan.jpg"
    large.write_bytes(bytes(LARGEST + 1))
    with window(chromium, address, viewport=TABLET, touch=True) as opened:
        signs_in(opened)
        page = opened.page
        opened.open(f"/cases/{journey.public_id}/consent?purpose=trial")
        page.get_by_label("Scan of the signed form").set_input_files(large)
        said = page.get_by_text("This file is larger than 7 MB and cannot be kept.")
        page.get_by_role("button", name="Record the consent").tap()
        expect(said).to_be_visible()
        assert page.evaluate("document.querySelector('input[type=file]').files.length") == 1, (
            "it is not sent without it"
        )
        page.get_by_role("button", name="Go on without this file").tap()
        expect(said).to_be_hidden()


@pytest.mark.parametrize(("viewport", "dark"), [(TABLET, False), (PHONE, True)], ids=["tablet", "dark phone"])
def test_the_pages_meet_the_accessibility_standard(
    journey: Journey, chromium: Browser, address: str, viewport: ViewportSize, *, dark: bool
) -> None:
    case = f"/cases/{journey.public_id}"
    with window(chromium, address, viewport=viewport, dark=dark) as opened:
        signs_in(opened)
        for path in ("sign-consent?purpose=trial&language=es", "consent-form?purpose=trial", "consent?purpose=trial"):
            opened.open(f"{case}/{path}")
            assert opened.accessibility_findings() == []
            assert opened.page.evaluate("document.documentElement.scrollWidth <= window.innerWidth")
