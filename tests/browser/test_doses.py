"""A second test dose on a tablet and on a phone: stopped before 24 hours, and where it was given all the same recorded
as what it was; then the hours of observation, with a finger.
"""

from datetime import timedelta

import pytest
from playwright.sync_api import Browser, Locator, Page, ViewportSize, expect

from tests.support.browser import Window, window
from tests.support.journey import Journey, journey_in
from tests.support.todos import open_todos
from tests.support.web import PASSWORD, PIN, WebWorld, email_of
from tracker.domain.facts import AdverseEvent, Assessment, TrialDose
from tracker.domain.words import ASKED_ADVERSE, DeterminationKind, Role
from tracker.services import trials

TABLET: ViewportSize = {"width": 768, "height": 1024}
PHONE: ViewportSize = {"width": 390, "height": 844}


@pytest.fixture
def world(world: WebWorld) -> WebWorld:
    """A clinic in which the physician, who reads a second time, has a PIN."""
    world.give_pin(Role.PHYSICIAN)
    return world


@pytest.fixture
def journey(world: WebWorld) -> Journey:
    """The first dose did nothing; a second one of 75 mcg is ordered, 20 hours after the first."""
    journey = journey_in(world).go("trial_review")
    journey.do(Role.PHYSICIAN, lambda w, r: trials.record_outcome(w, r, outcome="negative_repeatable"))
    journey.order("75")
    journey.step("another_dose")
    given = journey.look().snapshot.of(TrialDose)[-1].effective_at
    journey.clock.set(given + timedelta(hours=20))
    return journey


def looks(opened: Window) -> None:
    """Nothing wider than the window, nothing too small for a finger, and on the tablet no finding of axe."""
    assert opened.page.viewport_size is not None
    if opened.page.viewport_size == TABLET:
        assert opened.accessibility_findings() == []
    assert opened.page.evaluate("document.documentElement.scrollWidth <= window.innerWidth")
    small = """[...document.querySelectorAll('main .scale-values label, main .choice, main .button')]
        .filter((each) => each.checkVisibility()).map((each) => each.getBoundingClientRect())
        .filter((box) => box.height < 44 || box.width < 44).length"""
    assert opened.page.evaluate(small) == 0


def fills_in_the_syringe(page: Page, volume: str) -> None:
    page.get_by_label("Baclofen", exact=True).check()
    page.get_by_label("50 mcg/mL: for a test dose").check()
    page.get_by_label("Lot").fill("T-77")
    page.get_by_label("Expires on").fill("2027-01-31")
    expect(page.locator("#dose_mcg")).to_have_value("")
    page.locator("#dose_mcg").fill("75")
    page.locator("#volume_ml").fill(volume)
    page.get_by_label("Lumbar puncture").check()
    page.get_by_label("Read by a second person").select_option(label="Physician Person")


def taps(page: Page, button: str) -> None:
    with page.expect_navigation():
        page.get_by_role("main").get_by_role("button", name=button, exact=True).tap()


def follows(page: Page, link: str) -> None:
    with page.expect_navigation():
        page.get_by_role("link", name=link, exact=True).first.tap()


def value(page: Page, question: str, answer: str) -> Locator:
    return page.get_by_role("group", name=question, exact=True).get_by_role("radio", name=answer, exact=True)


@pytest.mark.parametrize("viewport", [TABLET, PHONE], ids=["tablet", "phone"])
def test_a_second_dose_is_stopped_and_what_was_given_is_recorded(
    chromium: Browser, address: str, journey: Journey, viewport: ViewportSize
) -> None:
    with window(chromium, address, viewport=viewport, touch=True) as opened:
        signs_in(opened)
        is_stopped_before_the_injection(opened, journey)
        is_recorded_with_its_true_time(opened, journey)
        observation = opened.page.url.removeprefix(address)
        journey.clock.advance(hours=2)
        signs_in(opened)
        opened.open(observation)
        scores_with_a_finger(opened)
        answers_one_by_one(opened)
        found = journey.look().snapshot
        assert {each.event for each in found.of(AdverseEvent)} == set(ASKED_ADVERSE)
        assert [each.value for each in found.of(Assessment)][-2:] == ["1+", "2"]
        follows(opened.page, "Chart for paper")
        expect(opened.page.get_by_role("heading", level=1)).to_have_text("Observation chart")
        looks(opened)


def signs_in(opened: Window) -> None:
    opened.open("/sign-in")
    opened.page.fill("input[name=email]", email_of(Role.NURSE))
    opened.page.fill("input[name=password]", PASSWORD)
    opened.page.click("button[type=submit]")
    opened.page.wait_for_url(lambda url: "/sign-in" not in url)


def is_stopped_before_the_injection(opened: Window, journey: Journey) -> None:
    page = opened.page
    opened.open(f"/cases/{journey.public_id}/give-dose")
    fills_in_the_syringe(page, "2")
    page.get_by_label("Their own PIN").fill(PIN)
    taps(page, "Check before injecting")
    expect(page.get_by_role("alert")).to_contain_text("2 mL of 50 mcg/mL is 100 mcg, not 75.")
    page.locator("#volume_ml").fill("1.5")
    page.get_by_label("Their own PIN").fill(PIN)
    taps(page, "Check before injecting")
    free = journey.calendar.wall(journey.look().snapshot.of(TrialDose)[0].effective_at + timedelta(hours=24))
    stop = page.get_by_role("alert")
    expect(stop).to_contain_text("Stop: do not inject.")
    expect(stop).to_contain_text(f"Next test dose not before {free:%a} {free.day} {free:%b} {free:%H:%M}")
    expect(page.locator("#lot")).to_have_value("T-77")
    looks(opened)
    assert len(journey.look().snapshot.of(TrialDose)) == 1


def is_recorded_with_its_true_time(opened: Window, journey: Journey) -> None:
    page = opened.page
    given = journey.calendar.wall(journey.clock.now() - timedelta(minutes=10))
    page.get_by_label("Time of injection").fill(given.isoformat(timespec="minutes"))
    page.get_by_label("Why it was done all the same").fill("Given upstairs before anybody looked")
    # The time was not there when two of them looked at the syringe: the second one confirms it too.
    page.get_by_label("Their own PIN").fill(PIN)
    taps(page, "Record the dose as given")
    expect(page.get_by_role("heading", level=1)).to_have_text("Observation after the test dose")
    snapshot = journey.look().snapshot
    deviation = snapshot.determination(DeterminationKind.DEVIATION)
    assert deviation is not None
    assert "minimum_interval" in deviation.value
    recorded = journey.calendar.wall(snapshot.of(TrialDose)[-1].effective_at)
    assert recorded == given.replace(second=0, microsecond=0)
    assert "deviation_review" in open_todos(journey)
    expect(page.locator("[data-due-at]")).to_contain_text("in 50 min")
    looks(opened)


def scores_with_a_finger(opened: Window) -> None:
    page = opened.page
    expect(page.get_by_role("listitem").filter(has_text="missed: no scores and no vital signs")).to_have_count(1)
    follows(page, "Record scores and vital signs")
    for question, answer in {"Knee flexors, left": "1+", "Penn: how strong they are": "2 moderate"}.items():
        value(page, question, answer).tap()
    page.get_by_label("Pulse").fill("64")
    looks(opened)
    taps(page, "Record the scores")
    expect(page.get_by_role("row", name="Knee flexors, left")).to_contain_text("1+")
    looks(opened)


def answers_one_by_one(opened: Window) -> None:
    page = opened.page
    follows(page, "Answer them")
    for event in page.locator(".event > .scale legend").all_inner_texts()[:7]:
        value(page, event, "No").tap()
    looks(opened)
    taps(page, "Record the answers")
    expect(page.get_by_text("not answered", exact=True)).to_have_count(0)
