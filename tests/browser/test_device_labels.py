"""The nurse's tablet on the day of the implant: labels scanned into the form, one of them out of date.

A scanner is a keyboard that types fast and ends each code with Enter.
"""

import re
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import date, timedelta

import pytest
from playwright.sync_api import Browser, Locator, Page, ViewportSize, expect

from tests.support.browser import TABLET, Window, ready, window
from tests.support.journey import Journey, journey_in
from tests.support.web import PASSWORD, PIN, WebWorld, email_of
from tracker.domain.words import DeterminationKind, Role

PHONE: ViewportSize = {"width": 390, "height": 844}
#: What a finger has to hit, and could miss.
SMALL = """[...document.querySelectorAll("main :is(input, select, textarea, button, label.choice)")]
    .filter((each) => !["hidden", "radio", "checkbox"].includes(each.type))
    .filter((each) => each.getBoundingClientRect().height < 44).map((each) => each.outerHTML)"""
CATHETER = "+A123BJC5D6E71G", "+$$710X3G7"


@dataclass(frozen=True)
class Room:
    """A patient on the table, and everything done that comes before the implant."""

    chromium: Browser
    world: WebWorld
    journey: Journey
    address: str

    @contextmanager
    def tablet(
        self, path: str, *, viewport: ViewportSize = TABLET, scripts: bool = True, dark: bool = False
    ) -> Iterator[Window]:
        """The nurse has a page of the case open."""
        options = {"viewport": viewport, "scripts": scripts, "dark": dark, "touch": True}
        with window(self.chromium, self.address, **options) as opened:
            opened.open(f"/cases/{self.journey.public_id}/{path}")
            opened.page.fill("input[name=email]", email_of(Role.NURSE))
            opened.page.fill("input[name=password]", PASSWORD)
            opened.page.get_by_role("main").get_by_role("button", name="Sign in").click()
            expect(opened.page.locator("form:has([data-label])")).to_be_visible()
            ready(opened.page)
            yield opened

    def label(self, days: int, separated: str = "") -> str:
        """The label of a pump that may be used until some days from now."""
        expires_on: date = self.journey.today + timedelta(days=days)
        return f"]d20151022222233336{separated}17{expires_on:%y%m%d}21NGP77"

    @property
    def is_untouched(self) -> bool:
        """Whether nothing was recorded since."""
        return self.journey.look().head.version == self.journey.version


@pytest.fixture
def room(chromium: Browser, world: WebWorld, address: str) -> Room:
    """The day of the implant."""
    world.give_pin(Role.PHYSICIAN)
    journey = journey_in(world).go("implant_day")
    journey.tick(journey.visit_for("implant"), "before")
    return Room(chromium, world, journey, address)


def field(page: Page, name: str) -> Locator:
    return page.locator(f"[name={name}]")


def scan(page: Page, code: str) -> None:
    """Type as a scanner does: fast, wherever the focus is, and Enter at the end."""
    page.keyboard.type(code)
    page.keyboard.press("Enter")


def fill_in_the_rest(room: Room, page: Page) -> None:
    alarm_on = (room.journey.today + timedelta(days=90)).isoformat()
    typed = {
        "pump_model": "SynchroMed II 8637-20", "catheter_model": "Ascenda 8780", "catheter_implanted_cm": "62",
        "catheter_trimmed_cm": "14", "catheter_expires_on": alarm_on, "concentration_mcg_ml": "500", "volume_ml": "20",
        "lot": "L-1", "daily_dose_mcg": "100", "alarm_volume_ml": "2", "alarm_on": alarm_on, "alarm_on_again": alarm_on,
    }  # fmt: skip
    for name, value in typed.items():
        field(page, name).fill(value)
    field(page, "drug").select_option(label="Baclofen")
    field(page, "second_by").select_option(label="Physician Person")
    field(page, "pin").fill(PIN)


def record(page: Page) -> None:
    with page.expect_navigation():
        page.get_by_role("button", name="Record the implant").click()


def test_an_implant_with_an_expired_device(room: Room) -> None:
    with room.tablet("implant") as opened:
        page = opened.page
        field(page, "pump_label").focus()
        scan(page, room.label(days=-1))
        expect(page.get_by_role("status").filter(has_text="Stop, do not open it. The pump expired")).to_be_visible()
        expect(field(page, "pump_serial")).to_have_value("NGP77")
        expect(field(page, "catheter_label")).to_be_focused()
        for code in CATHETER:
            scan(page, code)
        expect(field(page, "catheter_lot")).to_have_value("10X3")
        assert page.url.endswith("/implant") and room.is_untouched, "no code has sent the form half filled"
        assert opened.accessibility_findings() == []

        fill_in_the_rest(room, page)
        record(page)
        expect(page.get_by_role("alert")).to_contain_text("Nothing is saved yet")
        expect(page.get_by_role("region", name=re.compile("What is missing"))).to_contain_text("The pump expired")
        assert room.is_untouched
        field(page, "deviation_reason").fill("The only one here, the barrier was whole")
        field(page, "pin").fill(PIN)
        record(page)
        expect(page.get_by_text("Recorded: implant and first fill")).to_be_visible()
    snapshot = room.journey.look().snapshot
    deviation = snapshot.determination(DeterminationKind.DEVIATION)
    assert deviation is not None and "devices_fit" in deviation.value
    assert snapshot.pump is not None and snapshot.pump.udi == room.label(days=-1)


def test_a_scan_into_another_field_goes_where_it_belongs(room: Room) -> None:
    with room.tablet("implant") as opened:
        page = opened.page
        field(page, "pump_serial").focus()
        scan(page, room.label(days=100))
        expect(field(page, "pump_label")).to_have_value(re.compile(re.escape(room.label(days=100))))
        expect(field(page, "pump_serial")).to_have_value("NGP77")
        field(page, "pump_manufacturer").focus()
        scan(page, "Medtronic")
        expect(field(page, "pump_manufacturer")).to_have_value("Medtronic")
        expect(field(page, "pump_manufacturer")).not_to_be_focused()
        assert page.url.endswith("/implant") and room.is_untouched


def test_the_separator_that_scanners_send_as_a_key(room: Room) -> None:
    with room.tablet("device-label/pump") as opened:
        page = opened.page
        field(page, "pump_label").focus()
        page.keyboard.type("015102222223333610A1")
        page.keyboard.press("Control+]")
        scan(page, "21NGP77")
        expect(field(page, "pump_lot")).to_have_value("A1")
        expect(field(page, "pump_serial")).to_have_value("NGP77")


def test_what_a_person_typed_is_not_overwritten(room: Room) -> None:
    with room.tablet("device-label/pump") as opened:
        page = opened.page
        field(page, "pump_serial").fill("MINE")
        field(page, "pump_label").focus()
        scan(page, room.label(days=100))
        expect(page.get_by_role("status").filter(has_text="Read:")).to_be_visible()
        expect(field(page, "pump_serial")).to_have_value("MINE")


def test_in_a_dead_spot_the_label_is_kept_and_read_when_it_is_saved(room: Room) -> None:
    with room.tablet("device-label/pump") as opened:
        page = opened.page
        page.context.set_offline(True)
        field(page, "pump_label").focus()
        scan(page, room.label(days=100))
        expect(page.get_by_role("status").filter(has_text="Not read yet.")).to_be_visible()
        page.context.set_offline(False)
        field(page, "pump_model").fill("SynchroMed II 8637-20")
        page.get_by_label("Is to be put in").check()
        with page.expect_navigation():
            page.get_by_role("button", name="Record the label").click()
        expect(page.get_by_text("Recorded: label of a pump")).to_be_visible()
        opened.complaints.clear()
    assert room.journey.look().head.version == room.journey.version + 1


def test_without_scripts_enter_sends_nothing_and_the_label_is_read_when_it_is_sent(room: Room) -> None:
    with room.tablet("implant", scripts=False) as opened:
        page = opened.page
        field(page, "pump_label").focus()
        scan(page, room.label(days=100))
        assert page.url.endswith("/implant") and room.is_untouched
        fill_in_the_rest(room, page)
        field(page, "pump_reservoir_ml").fill("")
        record(page)
        expect(page.get_by_text("Recorded: implant and first fill")).to_be_visible()
    pump = room.journey.look().snapshot.pump
    assert pump is not None and (pump.serial, pump.reservoir_ml) == ("NGP77", 20)


@pytest.mark.parametrize("path", ["implant", "device-label/catheter"])
@pytest.mark.parametrize("viewport", [TABLET, PHONE], ids=["tablet", "phone"])
def test_can_be_touched_and_read_by_everybody(room: Room, path: str, viewport: ViewportSize) -> None:
    with room.tablet(path, viewport=viewport, dark=viewport == PHONE) as opened:
        assert opened.accessibility_findings() == []
        page = opened.page
        width = page.evaluate("document.documentElement.scrollWidth")
        assert width <= viewport["width"]
        small = page.evaluate(SMALL)
        assert small == []
