"""What the server does not take of an open checklist stands at its item until whoever answered has chosen."""

from collections.abc import Iterator

import pytest
from playwright.sync_api import Browser, Locator, Page, expect
from sqlalchemy import select

from tests.support.browser import TABLET, Window, ready, window
from tests.support.web import Browser as Client
from tests.support.web import WebWorld
from tracker.domain.words import Role
from tracker.persistence.models import ChecklistItemRow, StaffTask

#: What the longest word of an item's name needs, and some more.
LEAST_PX = 180
WHY = "Somebody else answered this item meanwhile"


@pytest.fixture
def nurse(chromium: Browser, world: WebWorld, address: str, checklist: str) -> Iterator[Window]:
    """A nurse before the open checklist, on a tablet."""
    cookie = world.sign_in(Role.NURSE).client.get_cookie("tracker")
    assert cookie is not None
    with window(chromium, address, viewport=TABLET, touch=True) as opened:
        opened.page.context.add_cookies([{"name": "tracker", "value": cookie.value, "url": address}])
        opened.open(checklist)
        yield opened


@pytest.fixture
def physician(world: WebWorld) -> Client:
    """A physician at another tablet."""
    signed_in = world.sign_in(Role.PHYSICIAN)
    signed_in.get("/day")
    return signed_in


def item(page: Page, key: str) -> Locator:
    return page.locator(f"#item-{key}")


def presses(page: Page, key: str, button: str) -> None:
    item(page, key).get_by_role("button", name=button).first.tap()


def is_readable(page: Page, key: str) -> bool:
    """An item's name has room for its words, and nothing stands over the edge."""
    box = item(page, key).locator(".tap-text").bounding_box()
    fits = page.evaluate("document.documentElement.scrollWidth <= document.documentElement.clientWidth")
    return bool(box and box["width"] >= LEAST_PX and fits)


def test_an_open_checklist_renews_itself_and_leaves_what_is_typed(
    nurse: Window, physician: Client, checklist: str
) -> None:
    page = nurse.page
    page.clock.install()
    nurse.open(checklist)
    item(page, "attempts").get_by_role("textbox", name="Value of").first.fill("2")
    physician.post(checklist, {"item": "xray", "state": "done", "value": "L4/L5", "seen": 0})
    physician.post(checklist, {"item": "anaesthesia", "state": "done", "value": "general", "seen": 0})
    with page.expect_response(f"**{checklist}"):
        page.clock.fast_forward("00:19")
    expect(item(page, "xray")).to_contain_text("Done: L4/L5 · Physician Person")
    expect(item(page, "attempts").get_by_role("textbox", name="Value of").first).to_have_value("2")


def answers(world: WebWorld) -> list[tuple[str, str]]:
    """The answers that stand."""
    with world.database.reading() as session:
        rows = session.scalars(select(ChecklistItemRow).where(ChecklistItemRow.superseded_by.is_(None)))
        return [(row.item, row.value) for row in rows]


def tasks(world: WebWorld) -> list[str]:
    with world.database.reading() as session:
        return [f"{task.kind}: {task.params.get('entered')}" for task in session.scalars(select(StaffTask))]


def test_a_button_that_came_second_stands_beside_what_stands_until_one_is_chosen(
    world: WebWorld, nurse: Window, physician: Client, checklist: str
) -> None:
    page = nurse.page
    physician.post(checklist, {"item": "anticoagulants", "state": "done", "value": "held as ordered", "seen": 0})
    physician.post(checklist, {"item": "anaesthesia", "state": "done", "value": "sedation", "seen": 0})
    presses(page, "anticoagulants", "takes none")
    thinners = item(page, "anticoagulants")
    expect(thinners.get_by_role("alert")).to_contain_text(WHY)
    # What is asked has changed: the page is not loaded again over an answer that nobody has chosen.
    expect(thinners).to_contain_text("Your answer, not saved: Done · takes none · Nurse Person")
    expect(thinners).to_contain_text("What stands: Done: held as ordered · Physician Person")
    expect(page.locator("[data-saved]")).to_have_text("1 answer was not taken")
    assert nurse.accessibility_findings() == []
    for width in (768, 390):
        page.set_viewport_size({"width": width, "height": 900})
        assert is_readable(page, "anticoagulants"), width
    presses(page, "identity", "Two identifiers")
    expect(item(page, "identity")).to_contain_text("Done · Nurse Person")
    expect(thinners).to_contain_text("Your answer, not saved: Done · takes none")

    presses(page, "anticoagulants", "Record mine")
    expect(item(page, "anticoagulants").locator(".tap-sub")).to_contain_text("Done: takes none · Nurse Person")
    expect(page.locator("[data-saved]")).to_have_text("all saved")
    expect(item(page, "escort")).to_be_visible()
    assert ("anticoagulants", "takes none") in answers(world) and tasks(world) == []


def test_one_that_another_page_sent_meanwhile_is_decided_by_recording_it(
    world: WebWorld, nurse: Window, physician: Client, checklist: str
) -> None:
    page = nurse.page
    physician.post(checklist, {"item": "anticoagulants", "state": "done", "value": "held as ordered", "seen": 0})
    presses(page, "anticoagulants", "takes none")
    expect(item(page, "anticoagulants")).to_contain_text("Your answer, not saved")
    other = page.context.new_page()
    other.goto(f"{nurse.address}/day")
    expect(other.locator("[data-offline-tasks]")).to_contain_text("became a task for the nurses")
    other.close()
    presses(page, "anticoagulants", "Record mine")
    expect(item(page, "anticoagulants").locator(".tap-sub")).to_contain_text("Done: takes none · Nurse Person")
    with world.database.reading() as session:
        assert session.scalars(select(StaffTask.id).where(StaffTask.done_at.is_(None))).all() == []


def test_what_stands_is_left(world: WebWorld, nurse: Window, physician: Client, checklist: str) -> None:
    page = nurse.page
    physician.post(checklist, {"item": "xray", "state": "done", "value": "L4/L5", "seen": 0})
    item(page, "xray").get_by_role("textbox", name="Value of").first.fill("L2/L3")
    presses(page, "xray", "Done")
    expect(item(page, "xray")).to_contain_text("Your answer, not saved: Done · L2/L3 · Nurse Person")
    presses(page, "xray", "Leave what stands")
    expect(item(page, "xray").get_by_role("alert")).to_have_count(0)
    expect(item(page, "xray")).to_contain_text("Done: L4/L5 · Physician Person")
    nurse.open(checklist)
    expect(page.locator("[data-saved]")).to_have_text("all saved")
    assert answers(world) == [("xray", "L4/L5")] and tasks(world) == []


def test_left_without_a_choice_it_is_a_task(world: WebWorld, nurse: Window, physician: Client, checklist: str) -> None:
    page = nurse.page
    physician.post(checklist, {"item": "anticoagulants", "state": "done", "value": "held as ordered", "seen": 0})
    presses(page, "anticoagulants", "takes none")
    expect(item(page, "anticoagulants")).to_contain_text("Your answer, not saved")
    nurse.open("/day")
    expect(page.locator("[data-offline-tasks]")).to_contain_text("became a task for the nurses")
    [task] = tasks(world)
    assert task.startswith("two_answers: done: takes none (Nurse Person")


def test_what_is_undecided_is_named_in_the_bar_and_its_link_is_one_line(
    nurse: Window, physician: Client, world: WebWorld, checklist: str
) -> None:
    second = world.sign_in(Role.NURSE)
    second.get("/day")
    physician.post(checklist, {"item": "xray", "state": "done", "value": "L4/L5", "seen": 0})
    second.post(checklist, {"item": "xray", "state": "done", "value": "L2/L3", "seen": 0})
    page = nurse.page
    page.set_viewport_size({"width": 390, "height": 844})
    nurse.open(checklist)
    expect(page.locator("[data-saved]")).to_have_text("1 to be decided")
    box = item(page, "xray").get_by_role("link", name="Decide").bounding_box()
    assert box and box["width"] > box["height"] and is_readable(page, "xray")


def test_what_asks_for_a_reason_is_typed_on_and_is_no_task(world: WebWorld, nurse: Window) -> None:
    page = nurse.page
    signs = item(page, "vital_signs")
    signs.get_by_role("textbox", name="Value of").first.fill("120/80, 72, 40, 6")
    presses(page, "vital_signs", "Done")
    expect(signs.get_by_role("alert").first).to_contain_text("Saturation 40 %, 6 breaths a minute: read it again.")
    ready(page)
    assert tasks(world) == []
    signs.locator("input[name=reason]:visible").fill("oxygen given, physician called")
    presses(page, "vital_signs", "Done")
    expect(signs).to_contain_text("Done: 120/80, 72, 40, 6")
    assert [each.split(":")[0] for each in tasks(world)] == ["checklist_alarm"]
