"""Two nurses' fingers on one tablet: what two must read, a page that covers itself, and hands that change."""

from collections.abc import Iterator

import pytest
from playwright.sync_api import Browser, Locator, Page, ViewportSize, expect

from tests.factories.listed import Listed
from tests.support.browser import Window, served, window
from tests.support.fixed import FixedClock, SeededIds
from tests.support.web import PASSWORD, WebWorld, email_of, make_world
from tracker.domain.words import Role
from tracker.persistence.database import Database

TABLET: ViewportSize = {"width": 768, "height": 1024}
PHONE: ViewportSize = {"width": 390, "height": 844}
PINS = {Role.NURSE: "7352", Role.PHYSICIAN: "9031"}
#: How high a finger needs it, in CSS pixels.
FINGER = 44


@pytest.fixture
def ward(sqlite_database: Database, clock: FixedClock, ids: SeededIds) -> tuple[WebWorld, str]:
    """Two people with PINs are about to share a tablet; a patient has arrived, with a checklist at this address."""
    world = make_world(sqlite_database, clock, ids)
    for role, pin in PINS.items():
        world.give_pin(role, pin=pin)
    with sqlite_database.writing() as session:
        listed = Listed(session, world.clinic_id, clock.now(), ids)
        case = listed.case(listed.patient("Okafor", "James"), "implant_day")
        listed.visit(case, "implant", hours=0, state="arrived")
        return world, f"/day/visits/{case.public_id}/20"


@pytest.fixture
def tablet(ward: tuple[WebWorld, str], chromium: Browser) -> Iterator[Window]:
    """The tablet, with a clock of its own that the test sets forward."""
    with served(ward[0].app) as address, window(chromium, address, viewport=TABLET, touch=True) as opened:
        opened.page.clock.install()
        yield opened


def fits(opened: Window, targets: Locator) -> None:
    """The page stands up to axe, and fingers meet what they aim at."""
    assert opened.accessibility_findings() == []
    small = [
        f"{each.inner_text()}: {box['height']}"
        for each in targets.all()
        if (box := each.bounding_box()) and box["height"] < FINGER
    ]
    assert small == []


def sign_in(page: Page, role: Role) -> None:
    page.get_by_label("E-mail").fill(email_of(role))
    page.get_by_label("Password").fill(PASSWORD)
    shared = page.get_by_label("This is a shared tablet")
    if shared.count():
        shared.check()
    page.get_by_role("button", name="Sign in").tap()


def take(page: Page, name: str, pin: str) -> None:
    """Two taps and the digits."""
    page.get_by_role("link", name=name).tap()
    page.get_by_label("PIN").fill(pin)
    page.get_by_role("button", name="Open").tap()


def test_two_read_the_drug_and_the_tablet_changes_hands(ward: tuple[WebWorld, str], tablet: Window) -> None:
    page = tablet.page
    given_both_signed_in(tablet)
    tablet.open(ward[1])
    when_one_person_tries_to_be_two(page)
    fits(tablet, page.locator("#item-drug_check .tap").locator("button, input:not([type=radio]), .choice"))
    when_the_second_person_confirms(page)

    page.locator("#item-xray").get_by_role("textbox", name="Value of").fill("L2/L3")
    page.clock.fast_forward("05:01")
    expect(page.get_by_role("heading", name="Locked")).to_be_visible()
    page.wait_for_url("**/tablet?next=*")
    fits(tablet, page.get_by_role("main").get_by_role("link"))

    take(page, "Physician Person", PINS[Role.PHYSICIAN])
    expect(page.get_by_role("heading", name="Checklist of the implant")).to_be_visible()
    expect(page.get_by_role("banner")).to_contain_text("Physician Person")
    assert "L2/L3" not in page.content()

    page.get_by_role("button", name="Lock").tap()
    page.set_viewport_size(PHONE)
    page.get_by_role("link", name="Nurse Person").tap()
    expect(page.get_by_label("PIN")).to_have_attribute("inputmode", "numeric")
    fits(tablet, page.get_by_role("main").locator("button, input:not([type=hidden]), a"))
    page.get_by_label("PIN").fill(PINS[Role.NURSE])
    page.get_by_role("button", name="Open").tap()
    expect(page.get_by_role("heading", name="Not saved yet")).to_be_visible()
    page.get_by_role("button", name="Put it back into its form").tap()
    expect(page.locator("#item-xray").get_by_role("textbox", name="Value of").first).to_have_value("L2/L3")


def test_a_lock_without_network_holds_when_the_network_is_back(ward: tuple[WebWorld, str], tablet: Window) -> None:
    page = tablet.page
    tablet.open("/sign-in")
    sign_in(page, Role.NURSE)
    expect(page.get_by_role("banner")).to_contain_text("Nurse Person")
    tablet.open(ward[1])
    page.route("**/tablet/lock", lambda route: route.abort())
    page.get_by_role("button", name="Lock").tap()
    expect(page.get_by_role("dialog")).to_contain_text("There is no network.")
    page.reload()
    expect(page.get_by_role("link", name="Nurse Person")).to_be_visible()
    assert "Okafor" not in page.content()
    tablet.open("/tablet")
    expect(page.get_by_role("link", name="Nurse Person")).to_be_visible()


def given_both_signed_in(tablet: Window) -> None:
    """Each gives the password once."""
    page = tablet.page
    tablet.open("/sign-in")
    sign_in(page, Role.PHYSICIAN)
    page.get_by_role("button", name="Lock").tap()
    page.get_by_role("link", name="Sign in with the password").tap()
    sign_in(page, Role.NURSE)
    expect(page.get_by_role("banner")).to_contain_text("Nurse Person")


def when_one_person_tries_to_be_two(page: Page) -> None:
    """The nurse taps the physician's name and types her own PIN: nothing is written, and what she typed is kept."""
    item = page.locator("#item-drug_check")
    item.get_by_role("textbox", name="Value of").fill("lot 7")
    item.get_by_text("Physician Person").first.tap()
    expect(item.get_by_label("Their own PIN").first).to_be_focused()
    page.keyboard.type(PINS[Role.NURSE])
    item.get_by_role("button", name="Done").first.tap()
    expect(item).to_contain_text("This is not the PIN of Physician Person.")
    expect(item.get_by_role("textbox", name="Value of").first).to_have_value("lot 7")
    expect(item.get_by_label("Their own PIN").first).to_have_value("")


def when_the_second_person_confirms(page: Page) -> None:
    """The physician, who stands beside her, types it."""
    item = page.locator("#item-drug_check")
    item.get_by_label("Their own PIN").first.fill(PINS[Role.PHYSICIAN])
    item.get_by_role("button", name="Done").first.tap()
    expect(item).to_contain_text("Done: lot 7 · Nurse Person and Physician Person")
    # It stands on a page of its own, which counts nobody's minutes before its scripts ran.
    page.wait_for_load_state("load")
