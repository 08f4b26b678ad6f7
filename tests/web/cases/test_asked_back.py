"""What is unusual and possible is asked back once at its field, with all that was typed; a yes saves it as typed."""

import html
import re
from collections.abc import Callable, Mapping
from datetime import timedelta

import pytest
from sqlalchemy import select, update
from werkzeug.test import TestResponse

from tests.support.journey import Journey
from tests.support.web import Browser, WebWorld
from tests.web.cases.forms import filling, implant
from tests.web.cases.scene import COORDINATOR, NURSE, PHYSICIAN, Scene
from tests.web.cases.test_patients import PUMP
from tracker.domain.facts import ChecklistItem, Interrogation
from tracker.domain.task_words import task_words
from tracker.domain.words import Role
from tracker.persistence.models import Patient, StaffTask
from tracker.services import pumps, steps

At = Callable[[str], tuple[WebWorld, Journey]]
Typed = Callable[[Scene], Mapping[str, object]]

FORTY_THOUSAND = {"daily_dose_mcg": "40000"}
DOSES = {
    "refill": ("maintained", "refill", lambda scene: {"kind": "refill", **filling(scene), **FORTY_THOUSAND}),
    "implant": ("implant_day", "implant", lambda scene: {**implant(scene), "deviation_reason": "x", **FORTY_THOUSAND}),
    "reading": ("maintained", "interrogation", lambda _scene: {"cause": "dose", **FORTY_THOUSAND}),
}


def text_of(answer: TestResponse) -> str:
    """A page as a person reads it."""
    return html.unescape(answer.get_data(as_text=True))


def send(browser: Browser, journey: Journey, path: str, typed: Mapping[str, object]) -> tuple[int, str]:
    """The status and the page that a form of the case answers with."""
    values = {"expected_version": journey.version, **typed}
    answer = browser.submit(f"/cases/{journey.public_id}/{path}", values)
    return answer.status_code, text_of(answer)


@pytest.mark.parametrize("where", DOSES)
def test_a_daily_dose_above_the_drugs_limit(at: At, where: str) -> None:
    stage, path, typed = DOSES[where]
    world, journey = at(stage)
    browser, values = world.sign_in(NURSE), dict(typed(Scene(world, journey)))
    if where == "implant":
        journey.tick(journey.visit_for("implant"), "before")
    status, page = send(browser, journey, path, values)
    assert status == 422
    assert "40000 mcg a day is more than 1000" in page.partition("<form")[2]
    assert 'name="meant" value="daily_dose_mcg:40000"' in page
    assert 'value="40000"' in page
    assert journey.look().head.version == journey.version

    status, page = send(browser, journey, path, {**values, "meant": "daily_dose_mcg:4000"})
    assert status == 422, "a yes to another dose is none to this"

    status, page = send(browser, journey, path, {**values, "meant": "daily_dose_mcg:40000"})
    assert status == 303, page
    assert "40000" in str(journey.look().snapshot.facts)


def test_a_daily_dose_of_a_pump_that_is_taken_over(at: At) -> None:
    world, journey = at("referred")
    browser = world.sign_in(NURSE)
    values = {**PUMP, **FORTY_THOUSAND, **Scene(world, journey).reader()}
    answer = browser.submit("/pumps/take-over", values)
    page = text_of(answer)
    assert answer.status_code == 422
    assert "40000 mcg a day is more than 1000" in page
    assert 'name="meant" value="daily_dose_mcg:40000"' in page
    assert browser.post("/pumps/take-over", {**values, "meant": "daily_dose_mcg:40000"}).status_code == 303


def test_a_reservoir_larger_than_any_usual_one(at: At) -> None:
    world, journey = at("implant_day")
    browser, values = world.sign_in(NURSE), {**implant(Scene(world, journey)), "deviation_reason": "x"}
    journey.tick(journey.visit_for("implant"), "before")
    status, page = send(browser, journey, "implant", {**values, "pump_reservoir_ml": "4000"})
    assert status == 422 and "4000 mL is more than 40 mL. Read the label again." in page.partition("<form")[2]
    status, page = send(
        browser, journey, "implant", {**values, "pump_reservoir_ml": "4000", "meant": "pump_reservoir_ml:4000"}
    )
    assert status == 303, page


def test_a_pocket_on_the_other_side_than_was_marked(at: At) -> None:
    world, journey = at("implant_day")
    journey.tick(journey.visit_for("implant"), "before")
    marked = next(each for each in journey.look().snapshot.of(ChecklistItem) if each.item == "site").value
    other = "right" if marked == "left" else "left"
    browser, values = world.sign_in(NURSE), {**implant(Scene(world, journey)), "deviation_reason": "x"}
    status, page = send(browser, journey, "implant", {**values, "pump_pocket_side": other})
    assert (status, f"The {marked} side was marked with the patient. Look at the pocket again." in page) == (422, True)
    said = {**values, "pump_pocket_side": other, "meant": f"pump_pocket_side:{other}"}
    assert send(browser, journey, "implant", said)[0] == 303


@pytest.mark.parametrize("reservoir", ["40.5", "4000"])
def test_a_reservoir_of_a_pump_that_is_taken_over(at: At, reservoir: str) -> None:
    world, journey = at("referred")
    browser, values = world.sign_in(NURSE), {**PUMP, **Scene(world, journey).reader(), "pump_reservoir_ml": reservoir}
    answer = browser.submit("/pumps/take-over", values)
    assert answer.status_code == 422 and f"{reservoir} mL is more than 40 mL." in text_of(answer)
    assert browser.post("/pumps/take-over", {**values, "meant": f"pump_reservoir_ml:{reservoir}"}).status_code == 303


#: Closed days and hours seen from a Tuesday: what is said, and how the day and time are typed.
UNUSUAL = {
    "a closed weekday": (4, 9, "The clinic is closed on Saturday"),
    "the night": (2, 3, "03:00 is outside 06:00 to 20:00."),
    "both": (5, 21, "21:00 is outside 06:00 to 20:00."),
}


@pytest.mark.parametrize("when", UNUSUAL)
def test_a_visit_when_the_clinic_is_closed(at: At, when: str) -> None:
    days, hour, said = UNUSUAL[when]
    world, journey = at("referred")
    starts = Scene(world, journey).moment(days, hour)
    values = {"purpose": "evaluation", "starts": starts, "minutes": "45"}
    browser = world.sign_in(COORDINATOR)
    status, page = send(browser, journey, "book-visit", values)
    assert status == 422
    assert said in page.partition("<form")[2]
    assert "Book it all the same" in page
    assert f'value="{starts}"' in page
    status, page = send(browser, journey, "book-visit", {**values, "meant": f"starts:{starts}"})
    assert status == 303, page
    booked = journey.look().snapshot.booked("evaluation")
    assert booked is not None
    assert booked.wall == starts


def test_a_visit_that_is_moved_to_a_closed_day(at: At) -> None:
    world, journey = at("implant_booked")
    starts = Scene(world, journey).moment((5 - journey.today.weekday()) % 7 + 7)
    values = {"starts": starts, "minutes": "45"}
    number = journey.visit_for("implant")
    status, page = send(world.sign_in(COORDINATOR), journey, f"visit/{number}/move", values)
    assert status == 422
    assert "The clinic is closed on Saturday" in page


def test_a_yes_stays_said_while_something_else_is_put_right(at: At) -> None:
    world, journey = at("referred")
    starts = Scene(world, journey).moment(4)
    values = {"purpose": "evaluation", "starts": starts, "minutes": "", "meant": f"starts:{starts}"}
    status, page = send(world.sign_in(COORDINATOR), journey, "book-visit", values)
    assert status == 422
    assert f'<input type="hidden" name="meant" value="starts:{starts}">' in page


def open_tasks(world: WebWorld) -> list[tuple[str, str]]:
    """What the tasks ask for, with what they are about."""
    with world.database.reading() as session:
        tasks = session.scalars(select(StaffTask).where(StaffTask.done_at.is_(None))).all()
    return [task_words(each.kind, each.params) for each in tasks if each.kind == "serial_twice"]


def test_a_serial_that_stands_with_another_patient(at: At) -> None:
    world, journey = at("maintained")  # with NGP123
    browser = world.sign_in(NURSE)
    values = {**PUMP, "pump_serial": "ngp 123", **Scene(world, journey).reader()}
    answer = browser.submit("/pumps/take-over", values)
    page = text_of(answer)
    assert answer.status_code == 422
    assert "This serial number stands with another patient too, MRN 004401." in page.partition("<form")[2]
    assert "Okafor" not in page
    assert open_tasks(world) == []
    assert browser.post("/pumps/take-over", {**values, "meant": "pump_serial:ngp 123"}).status_code == 303
    assert [why for _what, why in open_tasks(world)] == ["ngp 123 · also MRN 004401"]


def test_a_serial_at_an_implant(at: At) -> None:
    world, journey = at("implant_day")
    scene, browser = Scene(world, journey), world.sign_in(NURSE)
    assert browser.submit("/pumps/take-over", {**PUMP, "pump_serial": "NGP9", **scene.reader()}).status_code == 303
    journey.tick(journey.visit_for("implant"), "before")
    status, page = send(browser, journey, "implant", implant(scene))
    assert (status, "MRN 004502" in page) == (422, True)
    status, _page = send(browser, journey, "implant", {**implant(scene), "meant": "pump_serial:NGP9"})
    assert (status, len(open_tasks(world))) == (303, 1)


@pytest.mark.parametrize("other", ["dead", "of another clinic", "out", "another", "unknown"])
def test_a_serial_that_no_other_living_patient_has_is_not_asked_about(at: At, other: str) -> None:
    world, journey = at("maintained")
    scene, serial = Scene(world, journey), {"another": "NGP124", "unknown": ""}.get(other, "NGP123")
    if other == "dead":
        said = {"died_on": journey.today, "source": "the daughter", **scene.second(NURSE)}
        journey.do(PHYSICIAN, lambda w, r: steps.record_death(w, r, **said))
    if other == "out":
        pump = journey.look().snapshot.pump
        assert pump is not None
        out = {"device": pump.device, "document_seq": None, "removed_at": None, **scene.second(NURSE)}
        journey.do(PHYSICIAN, lambda w, r: pumps.remove_device(w, r, **out))
    values = {**PUMP, "pump_serial": serial, **scene.reader()}
    browser = world.sign_in(NURSE)
    if other == "of another clinic":
        browser = world.sign_in(NURSE, "north")
        physician = re.search(r'<option value="(\d+)">Physician Person', text_of(browser.get("/pumps/take-over")))
        assert physician is not None
        values |= {"second_by": physician[1], "pin": world.give_pin(PHYSICIAN, "north")}
    answer = browser.submit("/pumps/take-over", values)
    assert answer.status_code == 303, text_of(answer)


@pytest.mark.parametrize(("minutes", "is_asked"), [(None, True), (0, True), (60, True), (-5, False)])
def test_a_baseline_that_was_taken_after_the_dose(at: At, minutes: int | None, is_asked: bool) -> None:
    world, journey = at("trial_observation")
    dose = journey.look().snapshot.attempt_dose
    assert dose is not None
    world.clock.advance(hours=2)
    typed = ""
    if minutes is not None:
        typed = journey.calendar.wall(dose.effective_at + timedelta(minutes=minutes)).isoformat(timespec="minutes")
    values = {"penn": "3", "occasion": "baseline", "taken_at": typed}
    browser = world.sign_in(Role.THERAPIST)
    status, page = send(browser, journey, "score", values)
    assert status == (422 if is_asked else 303), page
    if is_asked:
        assert "a baseline is taken before it" in page.partition("<form")[2]
        status, _page = send(browser, journey, "score", {**values, "meant": f"taken_at:{typed or 'now'}"})
        assert status == 303


@pytest.mark.parametrize("path", ["consent", "sign-consent"])
def test_whose_signature_it_is(at: At, path: str) -> None:
    world, journey = at("trial_day")
    browser, path = world.sign_in(NURSE), f"{path}?purpose=trial"
    here = {"text_version": "1", "strokes": "9,9 99,99"}
    typed = {"purpose": "trial", "signed_on": journey.today.isoformat(), "relation": "self", **here}
    status, page = send(browser, journey, path, {**typed, "signed_by": "Anna Nother"})
    assert status == 422 and "The patient has another name." in page
    [meant] = re.findall(r'name="meant" value="([^"]+)"', page)
    own = {**typed, "signed_by": "Anna Nother", "interpreter": "anna  nother"}
    status, page = send(browser, journey, path, {**own, "meant": meant})
    assert status == 422 and "Whoever signs does not interpret for themselves" in page
    status, page = send(browser, journey, path, {**typed, "signed_by": "J. ÓKAFOR", "interpreter": "Anna Nother"})
    assert status == 303, page
    journey.version = journey.look().head.version
    assert send(browser, journey, path, {**typed, "signed_by": "Ruth Other", "meant": meant})[0] == 422
    assert send(browser, journey, path, {**typed, "signed_by": "Anna Nother", "meant": meant})[0] == 303


@pytest.mark.parametrize("path", ["consent", "sign-consent"])
@pytest.mark.parametrize(("years", "is_asked"), [(17, True), (18, False)])
def test_a_representative_of_an_adult_for_a_child(at: At, path: str, years: int, *, is_asked: bool) -> None:
    world, journey = at("trial_day")
    with world.database.writing() as session:
        session.execute(update(Patient).values(birth_on=journey.today.replace(year=journey.today.year - years)))
    here = {"text_version": "1", "strokes": "9,9 99,99", "assent": "given", "relation": "representative"}
    typed = {"purpose": "trial", "signed_on": journey.today.isoformat(), "signed_by": "Rosa", **here}
    browser, path = world.sign_in(NURSE), f"{path}?purpose=trial"
    status, page = send(browser, journey, path, typed)
    assert (status, "a representative of an adult signed" in page) == ((422, True) if is_asked else (303, False))
    if is_asked:
        assert send(browser, journey, path, {**typed, "meant": "relation:representative"})[0] == 303


@pytest.mark.parametrize("path", ["consent", "sign-consent"])
def test_a_signature_that_would_not_hold_while_whoever_must_sign_is_still_here(at: At, path: str) -> None:
    world, journey = at("trial_day")
    with world.database.writing() as session:
        session.execute(update(Patient).values(birth_on=journey.today.replace(year=journey.today.year - 15)))
    browser, path = world.sign_in(NURSE), f"{path}?purpose=trial"
    here = {"text_version": "1", "strokes": "9,9 99,99"}
    typed = {"purpose": "trial", "signed_on": journey.today.isoformat(), "signed_by": "James Okafor", **here}
    status, page = send(browser, journey, path, {**typed, "relation": "self"})
    assert status == 422 and "was signed by a child alone: who signs for it?" in page
    assert 'name="meant" value="relation:self"' in page and 'value="James Okafor"' in page
    status, page = send(browser, journey, path, {**typed, "relation": "parent"})
    assert status == 422 and "The child was not asked about the trial: from 7 years on it must agree" in page
    status, page = send(browser, journey, path, {**typed, "relation": "parent", "assent": "declined"})
    assert status == 303, "a child's no is an answer, and stops the trial"
    standing = journey.look().snapshot.consent("trial")
    assert standing is not None and standing.assent == "declined"
    journey.version = journey.look().head.version
    status, page = send(browser, journey, path, {**typed, "relation": "self", "meant": "relation:self"})
    assert status == 303, page


def test_a_volume_in_the_pump_far_from_the_expected_one(at: At) -> None:
    """It is on the page that follows, and what a physician reviews."""
    world, journey = at("maintained")
    browser, typed = world.sign_in(NURSE), {"cause": "routine", "reservoir_ml": "3"}
    status, page = send(browser, journey, "interrogation", typed)
    assert status == 422 and "Read it again; if it is so, a physician looks at it." in page
    status, page = send(browser, journey, "interrogation", {**typed, "meant": "reservoir_ml:3"})
    assert status == 303
    seq = journey.look().snapshot.of(Interrogation)[-1].seq
    assert "a physician must look at it" in text_of(browser.get(f"/cases/{journey.public_id}"))
    physician = world.sign_in(PHYSICIAN)
    page = text_of(physician.get(f"/cases/{journey.public_id}/review/{seq}"))
    assert "Review a volume that differs" in page and "3 mL" in page
