"""The day in a dead spot: nothing that a nurse entered is lost, and nothing is saved twice."""

from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

import pytest
from playwright.sync_api import Browser, expect
from sqlalchemy import select

from tests.browser.offline_tablets import Network, Tablet, tablet
from tests.factories.listed import Listed
from tests.support.web import WebWorld
from tracker.domain.words import Role
from tracker.persistence.models import ChecklistItemRow, ReceivedEntry, StaffTask
from tracker.services.offline_entries import Entry

PIN = "7352"
NO_NETWORK = "Without network"


@pytest.fixture
def world(world: WebWorld) -> WebWorld:
    """The nurse has a PIN, and somebody else comes later today."""
    world.give_pin(Role.NURSE, pin=PIN)
    with world.database.writing() as session:
        listed = Listed(session, world.clinic_id, world.clock.now(), world.ids)
        later = listed.case(listed.patient("Moreno", "Luis", allergies="latex"), "implant_day")
        listed.visit(later, "implant", hours=2, state="booked")
    return world


@pytest.fixture
def network(world: WebWorld) -> Iterator[Network]:
    """The way to the server; there at first."""
    network = Network(world.app)
    network.comes()
    yield network
    network.goes()


@pytest.fixture
def nurse(chromium: Browser, world: WebWorld, network: Network, checklist: str, tmp_path: Path) -> Iterator[Tablet]:
    """The nurse's tablet, with the day on it, before the open checklist."""
    with tablet(chromium, network, tmp_path / "nurse") as opened:
        opened.is_signed_in(world, Role.NURSE)
        opened.opens("/day")
        opened.takes_the_day_along(PIN)
        opened.opens(checklist)
        # The page takes the day along by itself. A clock that is put in meanwhile stands at 1970 for a moment: a day of
        # that age is thrown away.
        expect(opened.page.locator("[data-offline-said]")).to_contain_text("This day is on this tablet")
        yield opened


def answers(world: WebWorld) -> list[tuple[str, str]]:
    """The items that have an answer, each time that one was written."""
    with world.database.reading() as session:
        rows = session.scalars(select(ChecklistItemRow).order_by(ChecklistItemRow.seq))
        return [(row.item, row.value) for row in rows]


def outcomes(world: WebWorld) -> list[str]:
    """What became of each entry that was received."""
    with world.database.reading() as session:
        return sorted(session.scalars(select(ReceivedEntry.outcome)))


def tasks(world: WebWorld) -> list[str]:
    with world.database.reading() as session:
        return list(session.scalars(select(StaffTask.kind)))


def test_a_dead_spot_a_flat_battery_and_back(world: WebWorld, network: Network, nurse: Tablet, checklist: str) -> None:
    nurse.ticks("identity")
    expect(nurse.bar).to_have_text("all saved")
    expect(nurse.item("identity")).to_contain_text("Done · Nurse Person")

    network.goes()
    nurse.writes("xray", "L2/L3")
    expect(nurse.item("xray")).to_contain_text("Done · L2/L3 · not yet saved")
    expect(nurse.bar).to_have_text("waiting for network (1)")

    nurse.runs_flat()
    nurse.opens(checklist)
    expect(nurse.page.get_by_role("heading", name=NO_NETWORK)).to_be_visible()
    assert "Okafor" not in nurse.page.content()
    nurse.fits()
    nurse.unlocks("7353")
    expect(nurse.page.get_by_role("status").first).to_contain_text("This is not the PIN. 4 more tries")
    nurse.unlocks(PIN)
    when_the_day_is_readable(nurse)
    when_more_is_answered_by_keyboard(nurse)
    assert answers(world) == [("identity", "")]

    network.comes()
    nurse.page.evaluate("dispatchEvent(new Event('online'))")
    expect(nurse.bar).to_have_text("4 not yet saved: sign in to save them")
    nurse.signs_in(Role.NURSE, wanted=checklist)
    expect(nurse.bar).to_have_text("all saved")
    expect(nurse.item("xray")).to_contain_text("Done: L3/L4 · Nurse Person")
    assert answers(world) == [
        ("identity", ""),
        ("xray", "L2/L3"),
        ("infection", ""),
        ("xray", "L3/L4"),
        ("anaesthesia", "sedation"),
    ]
    assert outcomes(world) == ["saved"] * 5 and tasks(world) == []


def when_the_day_is_readable(nurse: Tablet) -> None:
    """Who comes when and what stops them, as of the last time that the network was there."""
    page = nurse.page
    expect(page.get_by_role("main")).to_contain_text("as of 09:00")
    expect(page.get_by_role("listitem").filter(has_text="Okafor, James")).to_contain_text("1 not yet saved")
    nurse.fits()
    expect(page.get_by_role("listitem").filter(has_text="Moreno, Luis")).to_contain_text("Allergies: latex")
    page.get_by_role("link", name="Checklist").filter(has_text="Moreno").tap()
    expect(page.get_by_role("main")).to_contain_text("Pump ordered")
    nurse.writes("drug_check", "T-12")
    expect(nurse.item("drug_check").get_by_role("alert")).to_contain_text("This needs the network: two people")
    nurse.item("drug_check").get_by_role("textbox", name="Value of").fill("")
    page.get_by_role("link", name="Back to the list").tap()
    page.get_by_role("link", name="Checklist").filter(has_text="Okafor").tap()
    expect(nurse.item("xray")).to_contain_text("Done · L2/L3 · 09:00 · not yet saved")
    expect(page.locator(".hard-stop")).to_contain_text("to be answered before the procedure begins")
    nurse.item("iv_line").locator("summary").tap()
    expect(nurse.item("iv_line").get_by_role("option")).to_have_text(["Does not apply"])
    nurse.item("iv_line").get_by_role("button", name="Save").tap()
    expect(nurse.item("iv_line")).to_contain_text("This needs the network: two people")
    nurse.item("gown").locator("summary").tap()
    nurse.item("gown").get_by_role("button", name="Save").tap()
    expect(nurse.item("gown")).to_contain_text("Say why.")
    nurse.fits()


def when_more_is_answered_by_keyboard(nurse: Tablet) -> None:
    page = nurse.page
    nurse.item("infection").locator("button.tap").focus()
    page.keyboard.press("Enter")
    expect(nurse.item("infection")).to_contain_text("not yet saved")
    nurse.item("xray").locator("summary").focus()
    page.keyboard.press("Enter")
    name = nurse.item("xray").locator(".tap-text").bounding_box()
    assert name and name["width"] > 180, "one letter below the other"
    page.keyboard.press("Tab")
    page.keyboard.type("Done")
    page.keyboard.press("Tab")
    page.keyboard.type("L3/L4")
    page.keyboard.press("Enter")
    expect(nurse.item("xray")).to_contain_text("Done · L3/L4")
    expect(nurse.bar).to_have_text("waiting for network (3)")
    expect(nurse.item("escort")).to_have_count(0)
    nurse.item("anaesthesia").get_by_role("button", name="sedation").press("Enter")
    expect(nurse.item("escort")).to_contain_text("must be answered")
    nurse.item("sedation").get_by_role("textbox", name="Value of").fill("07:40")
    page.keyboard.press("Enter")
    expect(nurse.item("sedation")).to_contain_text("is not answered. Answer it first")
    nurse.item("sedation").get_by_role("textbox", name="Value of").fill("")
    expect(nurse.bar).to_have_text("waiting for network (4)")


@pytest.fixture
def physician(chromium: Browser, world: WebWorld, network: Network, tmp_path: Path) -> Iterator[Tablet]:
    """The physician's own tablet, switched on."""
    with tablet(chromium, network, tmp_path / "physician") as opened:
        opened.is_signed_in(world, Role.PHYSICIAN)
        yield opened


def test_two_tablets_on_one_patient(world: WebWorld, nurse: Tablet, physician: Tablet, checklist: str) -> None:
    nurse.loses_network()
    nurse.writes("xray", "L2/L3")
    expect(nurse.bar).to_have_text("waiting for network (1)")
    physician.opens(checklist)
    physician.writes("xray", "L4/L5")
    expect(physician.bar).to_have_text("all saved")
    physician.ticks("identity")
    expect(physician.bar).to_have_text("all saved")
    nurse.opens(checklist)
    nurse.finds_network()
    expect(nurse.page.get_by_role("status").first).to_contain_text("became a task for the nurses")
    expect(nurse.bar).to_have_text("1 answer was not taken, now a task for the nurses")
    assert answers(world) == [("xray", "L4/L5"), ("identity", "")]
    assert outcomes(world) == ["conflict", "saved", "saved"] and tasks(world) == ["two_answers"]
    # Said on the Day too, until it was read.
    task = nurse.page.locator("[data-offline-tasks]")
    for _ in range(2):
        nurse.opens("/day")
        expect(task.get_by_role("listitem")).to_contain_text(["Okafor: Somebody else answered this item meanwhile"])
    task.get_by_role("button", name="Close").tap()
    expect(task).to_be_empty()
    with nurse.page.expect_response("**/day/along"):
        nurse.opens("/day")
    expect(task).to_be_empty()


def test_a_session_that_ended_meanwhile(world: WebWorld, nurse: Tablet, checklist: str) -> None:
    nurse.loses_network()
    nurse.ticks("identity")
    expect(nurse.bar).to_have_text("waiting for network (1)")
    world.clock.advance(hours=1)
    nurse.finds_network()
    expect(nurse.bar).to_have_text("1 not yet saved: load the page and sign in")
    nurse.signs_in(Role.PHYSICIAN, wanted=checklist)
    expect(nurse.page.get_by_role("banner")).to_contain_text("Physician Person")
    expect(nurse.bar).to_have_text("all saved")
    assert answers(world) == []
    nurse.page.get_by_role("button", name="Sign out").tap()
    nurse.page.get_by_role("button", name="Sign out all the same").tap()
    nurse.page.wait_for_url("**/sign-in?out=1")
    nurse.signs_in(Role.NURSE, wanted=checklist)
    expect(nurse.item("identity")).to_contain_text("Done · Nurse Person 09:00")
    assert outcomes(world) == ["saved"]


def test_locks_itself_and_forgets_the_day_but_not_what_was_entered(
    world: WebWorld, network: Network, nurse: Tablet
) -> None:
    page = nurse.page
    network.goes()
    page.clock.install()
    nurse.opens("/day")
    nurse.unlocks(PIN)
    page.get_by_role("link", name="Checklist").filter(has_text="Okafor").tap()
    nurse.ticks("identity")
    expect(nurse.bar).to_have_text("waiting for network (1)")
    nurse.item("xray").get_by_role("textbox", name="Value of").fill("L2/")
    page.clock.fast_forward("05:01")
    expect(page.get_by_label("PIN of Nurse Person")).to_be_visible()
    assert "Okafor" not in page.content()
    nurse.unlocks(PIN)
    expect(nurse.item("xray").get_by_role("textbox", name="Value of")).to_have_value("L2/")

    page.clock.fast_forward("12:00:00")
    expect(page.get_by_role("main")).to_contain_text("Nothing of the day is on this tablet.")
    expect(nurse.bar).to_have_text("waiting for network (1)")
    network.comes()
    page.clock.fast_forward("00:11")
    expect(nurse.bar).to_have_text("All saved")
    assert answers(world) == [("identity", "")] and outcomes(world) == ["saved"]


def test_the_checklist_itself_is_left_for_the_locked_page(world: WebWorld, network: Network, nurse: Tablet) -> None:
    page = nurse.page
    page.clock.install()
    with page.expect_response("**/day/offline/parts"):
        page.clock.fast_forward("05:01")
    expect(nurse.item("identity")).to_be_visible()
    network.goes()
    nurse.ticks("identity")
    expect(nurse.bar).to_have_text("waiting for network (1)")
    nurse.item("xray").get_by_role("textbox", name="Value of").first.fill("L2/")
    page.clock.fast_forward("04:50")
    expect(nurse.item("xray")).to_be_visible()
    page.clock.fast_forward("00:15")
    expect(page.get_by_label("PIN of Nurse Person")).to_be_visible()
    assert "Okafor" not in page.content()
    nurse.unlocks(PIN)
    page.get_by_role("link", name="Checklist").filter(has_text="Okafor").tap()
    expect(nurse.item("identity")).to_contain_text("not yet saved")
    expect(nurse.item("xray").get_by_role("textbox", name="Value of")).to_have_value("L2/")
    assert answers(world) == []


def test_signing_out_warns_and_takes_the_day_away(world: WebWorld, nurse: Tablet, checklist: str) -> None:
    page = nurse.page
    page.route("**/day/entries", lambda route: route.abort())
    nurse.ticks("identity")
    expect(nurse.bar).to_have_text("waiting for network (1)")
    page.get_by_role("button", name="Sign out").tap()
    expect(page.get_by_role("dialog")).to_contain_text("1 answer not yet saved")
    page.get_by_role("button", name="Stay signed in").tap()
    expect(nurse.bar).to_have_text("waiting for network (1)")
    page.get_by_role("button", name="Sign out").tap()
    page.get_by_role("button", name="Sign out all the same").tap()
    page.wait_for_url("**/sign-in?out=1")
    nurse.opens("/day/offline")
    expect(page.get_by_role("main")).to_contain_text("Nothing of the day is on this tablet.")
    expect(page.get_by_role("main")).to_contain_text("1 answer not yet saved: kept here, encrypted")
    page.unroute("**/day/entries")
    with page.expect_response("**/day/entries"):
        nurse.signs_in(Role.NURSE)
    expect(page.locator("[data-offline-said]")).to_be_visible()
    nurse.opens(checklist)
    expect(nurse.item("identity")).to_contain_text("Done · Nurse Person")
    assert outcomes(world) == ["saved"]


def test_signing_out_without_network_warns_and_locks(world: WebWorld, network: Network, nurse: Tablet) -> None:
    page = nurse.page
    page.route("**/day/entries", lambda route: route.abort())
    nurse.ticks("identity")
    expect(nurse.bar).to_have_text("waiting for network (1)")
    nurse.opens("/account/pin")
    network.goes()
    page.get_by_role("button", name="Sign out").tap()
    expect(page.get_by_role("dialog")).to_contain_text("No network: you cannot be signed out now")
    expect(page.get_by_role("dialog")).to_contain_text("1 answer not yet saved")
    page.get_by_role("button", name="Stay signed in").tap()
    expect(page.get_by_role("dialog")).to_have_count(0)
    page.get_by_role("button", name="Sign out").tap()
    page.get_by_role("button", name="Lock", exact=True).tap()
    expect(page.get_by_label("PIN of Nurse Person")).to_be_visible()
    expect(nurse.bar).to_have_text("waiting for network (1)")


def test_a_changed_secret_of_the_server_loses_nothing(world: WebWorld, nurse: Tablet, checklist: str) -> None:
    nurse.loses_network()
    nurse.ticks("identity")
    expect(nurse.bar).to_have_text("waiting for network (1)")
    nurse.runs_flat()
    settings = replace(world.runtime.settings, secret_key="another-secret-of-tests-0123456789abcdefghij")
    world.app.extensions["runtime"] = replace(world.runtime, settings=settings)
    nurse.is_signed_in(world, Role.NURSE)
    nurse.opens(checklist)
    expect(nurse.bar).to_have_text("1 not yet saved: type your PIN at /day/offline")
    nurse.opens("/day/offline")
    nurse.unlocks(PIN)
    expect(nurse.bar).to_have_text("All saved")
    assert answers(world) == [("identity", "")] and outcomes(world) == ["saved"]


def test_what_waited_on_an_open_page_and_is_not_taken_is_a_task(
    world: WebWorld, nurse: Tablet, physician: Tablet, checklist: str
) -> None:
    nurse.loses_network()
    nurse.writes("xray", "L2/L3")
    nurse.ticks("identity")
    expect(nurse.bar).to_have_text("waiting for network (2)")
    physician.opens(checklist)
    physician.writes("xray", "L4/L5")
    expect(physician.bar).to_have_text("all saved")
    nurse.finds_network()
    why = "Somebody else answered this item meanwhile"
    expect(nurse.item("xray").get_by_role("alert")).to_contain_text(f"now a task for the nurses: {why}")
    expect(nurse.item("xray")).to_contain_text("Done: L4/L5 · Physician Person")
    expect(nurse.item("identity")).to_contain_text("Done · Nurse Person")
    expect(nurse.bar).to_contain_text("1 answer was not taken, now a task for the nurses: ")
    expect(nurse.bar).to_contain_text(f", Okafor: {why}")
    assert outcomes(world) == ["conflict", "saved", "saved"] and tasks(world) == ["two_answers"]


def test_what_the_server_fails_at_holds_up_nothing_else(
    world: WebWorld, nurse: Tablet, checklist: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    def fail_at_the_level(entry: Entry) -> None:
        if entry.answer.item == "xray":
            raise RuntimeError(entry.id)

    world.app.config["PROPAGATE_EXCEPTIONS"] = False
    monkeypatch.setattr("tracker.web.day.offline.refuse_too_long", fail_at_the_level)
    nurse.page.clock.install()
    nurse.opens(checklist)  # what an open page waits for goes on by the clock that it began with
    nurse.writes("xray", "L2/L3")
    expect(nurse.bar).to_contain_text("1 not yet saved: the server fails at it")
    nurse.ticks("identity")
    nurse.page.clock.run_for(6_000)
    nurse.page.clock.run_for(6_000)
    expect(nurse.item("identity")).to_contain_text("Done · Nurse Person")
    expect(nurse.bar).to_contain_text("1 not yet saved: the server fails at it")
    assert answers(world) == [("identity", "")]
    monkeypatch.undo()
    nurse.page.clock.run_for(6_000)
    expect(nurse.bar).to_have_text("all saved")
    assert answers(world) == [("identity", ""), ("xray", "L2/L3")]


def test_that_an_answer_became_a_task_stays_said_on_the_day(world: WebWorld, nurse: Tablet, checklist: str) -> None:
    nurse.page.route("**/day/entries", lambda route: route.abort())
    nurse.writes("xray", "L2/L3")
    nurse.ticks("identity")
    expect(nurse.bar).to_have_text("waiting for network (2)")
    physician = world.sign_in(Role.PHYSICIAN)
    physician.get("/day")
    physician.post(checklist, {"item": "xray", "state": "done", "value": "L4/L5", "seen": 0})
    nurse.page.clock.install()
    nurse.opens("/day")
    said, task = nurse.page.locator("[data-offline-said]"), nurse.page.locator("[data-offline-tasks]")
    expect(said).to_contain_text("2 answers from this tablet not yet saved: tried again.")
    nurse.page.unroute("**/day/entries")
    nurse.page.clock.fast_forward(11_000)
    expect(said).to_contain_text("1 answer from this tablet saved.")
    expect(task).to_contain_text("1 answer from this tablet could not be taken, and became a task for the nurses")
    expect(task.get_by_role("listitem")).to_contain_text(["Okafor: Somebody else answered this item meanwhile"])
    assert tasks(world) == ["two_answers"]
