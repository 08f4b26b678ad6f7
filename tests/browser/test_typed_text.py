"""What is typed and not yet sent outlives the browser, comes back to whoever typed it, and to nobody else."""

from collections.abc import Iterator
from pathlib import Path

import pytest
from playwright.sync_api import Browser, Locator, expect
from sqlalchemy import select

from tests.browser.offline_tablets import FINGER, Network, Tablet, tablet
from tests.support.browser import PATIENCE_MS, Window, ready
from tests.support.journey import journey_in
from tests.support.web import WebWorld
from tracker.domain.words import Role
from tracker.persistence.models import ChecklistItemRow

#: Ends once so many forms are on the disk; how many there are, where that does not come.
KEPT = """async ([count, patience]) => {
  const { listTyped } = await import("/static/offline/store.js");
  const until = Date.now() + patience;
  let kept = (await listTyped()).length;
  while (kept !== count && Date.now() < until) {
    await new Promise((resolve) => { setTimeout(resolve, 20); });
    kept = (await listTyped()).length;
  }
  return kept;
}"""


@pytest.fixture
def dose(world: WebWorld) -> str:
    """The address of the form of a test dose, for which somebody has a PIN."""
    world.give_pin(Role.PHYSICIAN)
    return f"/cases/{journey_in(world).go('trial_day').public_id}/give-dose"


@pytest.fixture
def nurse(chromium: Browser, world: WebWorld, tmp_path: Path) -> Iterator[Tablet]:
    """The nurse's tablet; she never gave a PIN on it."""
    network = Network(world.app)
    network.comes()
    with tablet(chromium, network, tmp_path / "nurse") as opened:
        opened.is_signed_in(world, Role.NURSE)
        yield opened
    network.goes()


#: In another tab: keep everybody from what is typed until `letGo` is called.
HOLD = """() => new Promise((held) => {
  indexedDB.open("tracker-offline").onsuccess = ({ target }) => {
    const store = target.result.transaction(["typed"], "readwrite").objectStore("typed");
    let isHeld = true;
    window.letGo = () => { isHeld = false; };
    const hold = () => { store.count().onsuccess = () => { if (isHeld) hold(); }; };
    hold();
    held();
  };
})"""


def level(nurse: Tablet) -> Locator:
    return nurse.item("xray").get_by_role("textbox", name="Value of").first


def offered(nurse: Tablet) -> Locator:
    return nurse.page.get_by_role("region", name="Typed and not yet saved")


def is_kept(nurse: Tablet, count: int = 1) -> None:
    """Wait until so many forms are on the disk."""
    assert nurse.page.evaluate(KEPT, [count, PATIENCE_MS]) == count


def test_is_offered_back_after_the_browser_was_killed(world: WebWorld, nurse: Tablet, checklist: str) -> None:
    nurse.opens(checklist)
    level(nurse).fill("L2/")
    nurse.item("iv_line").locator("summary").tap()
    nurse.item("iv_line").get_by_label("Reason").fill("port in place")
    is_kept(nurse, 2)
    nurse.runs_flat()

    nurse.is_signed_in(world, Role.PHYSICIAN)
    nurse.opens(checklist)
    expect(nurse.page.get_by_role("banner")).to_contain_text("Physician Person")
    is_kept(nurse, 2)
    expect(offered(nurse)).to_have_count(0)

    nurse.is_signed_in(world, Role.NURSE)
    nurse.opens(checklist)
    expect(offered(nurse)).to_contain_text("you had typed this at 09:00; it is not saved yet.")
    expect(offered(nurse)).to_contain_text("L2/")
    expect(offered(nurse)).to_be_focused()
    expect(level(nurse)).to_have_value("")
    kept, thrown = offered(nurse).locator(".panel", has_text="L2/"), offered(nurse).locator(".panel", has_text="port")
    thrown.get_by_role("button", name="Discard").tap()
    kept.get_by_role("button", name="Keep").tap()
    expect(level(nurse)).to_have_value("L2/")
    expect(offered(nurse)).to_have_count(0)
    is_kept(nurse)
    nurse.writes("xray", "L2/L3")
    expect(nurse.bar).to_have_text("all saved")
    is_kept(nurse, 0)
    with world.database.reading() as session:
        assert [row.value for row in session.scalars(select(ChecklistItemRow))] == ["L2/L3"]


def test_of_many_is_one_line_without_what_the_item_has_by_now(world: WebWorld, nurse: Tablet, checklist: str) -> None:
    nurse.opens(checklist)
    for key in ("xray", "attempts", "vital_signs", "temperature"):
        typed = "120/80" if key == "vital_signs" else "7"
        nurse.item(key).get_by_role("textbox", name="Value of").first.fill(typed)
    is_kept(nurse, 4)
    physician = world.sign_in(Role.PHYSICIAN)
    physician.get("/day")
    physician.post(checklist, {"item": "vital_signs", "state": "done", "value": "120/80", "seen": 0})
    nurse.opens(checklist)
    line = offered(nurse).get_by_text("3 things you had typed are not saved: show")
    expect(line).to_be_visible()
    expect(offered(nurse).get_by_role("button", name="Keep")).to_have_count(0)
    is_kept(nurse, 3)
    line.tap()
    offered(nurse).get_by_role("button", name="Discard").first.tap()
    expect(offered(nurse)).to_contain_text("2 things you had typed are not saved: show")
    assert Window(nurse.page, nurse.address).accessibility_findings() == []


def test_is_not_offered_while_it_stands_in_front_of_whoever_types(nurse: Tablet, checklist: str) -> None:
    nurse.opens(checklist)
    nurse.item("attempts").get_by_role("textbox", name="Value of").first.fill("3")
    is_kept(nurse)
    other = nurse.context.new_page()
    other.goto(nurse.address + checklist)
    other.evaluate(HOLD)
    nurse.opens(checklist)
    level(nurse).fill("L2/")
    expect(nurse.item("xray").locator("[name=typed_here]").first).to_be_attached()
    other.evaluate("letGo()")
    expect(offered(nurse)).to_contain_text("3")
    is_kept(nurse, 2)
    expect(offered(nurse)).not_to_contain_text("L2/")


def test_is_forgotten_once_the_server_has_taken_its_form(world: WebWorld, nurse: Tablet, checklist: str) -> None:
    nurse.opens(f"{checklist}?late=1")
    nurse.item("iv_line").locator("summary").tap()
    nurse.item("iv_line").get_by_label("Reason").fill("port in place")
    level(nurse).fill("L2/L3")
    is_kept(nurse, 2)
    nurse.item("xray").get_by_role("button", name="Done").first.tap()
    expect(nurse.item("xray").get_by_role("alert")).to_contain_text("Type the time at which it was done")
    expect(offered(nurse)).to_contain_text("port in place")
    expect(offered(nurse)).not_to_contain_text("L2/L3")
    nurse.item("xray").get_by_label("Done at").first.fill("2026-03-17T08:30")
    with nurse.page.expect_navigation():
        nurse.item("xray").get_by_role("button", name="Done").first.tap()
    expect(nurse.item("xray")).to_contain_text("Done: L2/L3 · Nurse Person 08:30")
    expect(offered(nurse)).to_contain_text("port in place")
    expect(offered(nurse)).not_to_contain_text("L2/L3")
    is_kept(nurse, 1)
    assert "tracker-taken" not in nurse.page.evaluate("document.cookie")


def test_of_a_dose_comes_back_without_the_pin_and_leaves_with_whoever_signs_out(
    world: WebWorld, dose: str, nurse: Tablet
) -> None:
    nurse.opens(dose)
    nurse.page.get_by_label("Lot").fill("T-77")
    nurse.page.get_by_label("Baclofen", exact=True).check()
    nurse.page.get_by_label("Their own PIN").fill("9031")
    is_kept(nurse)
    nurse.page.get_by_role("button", name="Check before injecting").tap()
    expect(nurse.page.get_by_role("alert").first).to_contain_text("Nothing is saved yet")
    ready(nurse.page)
    expect(offered(nurse)).to_have_count(0)
    is_kept(nurse)
    nurse.opens(dose)
    expect(offered(nurse)).to_contain_text("T-77")
    expect(offered(nurse)).to_contain_text("Baclofen")
    expect(offered(nurse)).not_to_contain_text("9031")
    assert Window(nurse.page, nurse.address).accessibility_findings() == []
    boxes = [each.bounding_box() for each in offered(nurse).get_by_role("button").all()]
    assert [box["height"] >= FINGER for box in boxes if box] == [True, True]
    offered(nurse).get_by_role("button", name="Keep").tap()
    expect(nurse.page.get_by_label("Lot")).to_have_value("T-77")
    expect(nurse.page.get_by_label("Baclofen", exact=True)).to_be_checked()
    expect(nurse.page.get_by_label("Their own PIN")).to_have_value("")
    nurse.page.get_by_role("button", name="Sign out").tap()
    expect(nurse.page.get_by_role("dialog")).to_contain_text("What is typed into 1 form not yet saved")
    nurse.page.get_by_role("button", name="Sign out all the same").tap()
    nurse.page.wait_for_url("**/sign-in?out=1")
    is_kept(nurse, 0)
