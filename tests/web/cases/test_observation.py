"""A test dose checked before it is injected, and the page of the hours after it."""

import html
import json
import re
from collections.abc import Callable
from dataclasses import dataclass, replace
from datetime import datetime, timedelta

import pytest
from sqlalchemy import select

from tests.support.journey import Journey, a_person
from tests.support.observing import a_score
from tests.support.statements import sent
from tests.support.web import Browser, WebWorld
from tests.web.cases.forms import dose
from tests.web.cases.scene import NURSE, PHYSICIAN, Scene
from tracker.domain.facts import TrialDose
from tracker.domain.words import Role
from tracker.persistence.models import Event
from tracker.services import checklists, observing, trials
from tracker.services.checklists import Answer

At = Callable[[str], tuple[WebWorld, Journey]]
#: What the page of a dose may ask of the database.
MOST_READING = 12
#: Nobody's PIN.
WRONG = "9031"


def test_the_same_scores_sent_again_are_asked_back_with_a_box_for_yes(at: At) -> None:
    world, journey = at("trial_observation")
    journey.clock.advance(hours=1)
    browser, dose_seq = world.sign_in(Role.THERAPIST), journey.look().snapshot.of(TrialDose)[-1].seq
    url, version = f"/cases/{journey.public_id}/score?dose={dose_seq}", journey.version
    typed = {"penn": "1", "expected_version": version}
    assert browser.submit(url, typed).status_code == 303
    typed["expected_version"] = version + 1
    answer = browser.submit(url, typed)
    text = html.unescape(answer.get_data(as_text=True))
    assert answer.status_code == 422 and "The same values stand at" in text
    [meant] = re.findall(r'name="meant"[^>]* value="([^"]+)"', text)
    assert browser.submit(url, typed | {"meant": meant}).status_code == 303


def page_of(journey: Journey) -> str:
    given = journey.look().snapshot.of(TrialDose)[-1]
    return f"/cases/{journey.public_id}/doses/{given.seq}"


def ready(at: At) -> tuple[WebWorld, Journey, dict[str, object]]:
    """Everything is there for a test dose, and this is what is typed."""
    world, journey = at("trial_day")
    journey.order()
    journey.tick(journey.visit_for("trial"), "before")
    return world, journey, {**dose(Scene(world, journey)), "expected_version": journey.version}


@dataclass
class Checked:
    """A nurse at the form of a dose. ``carried``: what the page carries along of the second person's confirmation."""

    world: WebWorld
    journey: Journey
    typed: dict[str, object]
    browser: Browser
    carried: str = ""

    def send(self, **changes: object) -> str:
        """Send the form; returns what is read then."""
        url = f"/cases/{self.journey.public_id}/give-dose"
        text = html.unescape(self.browser.submit(url, {**self.typed, **changes}).get_data(as_text=True))
        if found := re.search(r'name="confirmed" value="([^"]+)"', text):
            self.carried = found.group(1)
        return text

    def passes(self, *, minutes: int) -> None:
        """Time goes by, and the nurse looks at the day now and then."""
        for _ in range(minutes):
            self.world.clock.advance(minutes=1)
            if self.world.clock.now().minute % 10 == 0:
                self.browser.get("/day")

    @property
    def given(self) -> tuple[TrialDose, ...]:
        """The doses on record."""
        return self.journey.look().snapshot.of(TrialDose)


class TestTheCheck:
    def test_says_that_it_may_be_injected_and_writes_nothing(self, at: At) -> None:
        world, journey, typed = ready(at)
        answer = world.sign_in(NURSE).submit(f"/cases/{journey.public_id}/give-dose", {**typed, "check": "yes"})
        text = html.unescape(answer.get_data(as_text=True))
        assert answer.status_code == 200
        assert "May be injected: 50 mcg = 1 mL of 50 mcg/mL baclofen" in text
        assert 'value="T-1"' in text
        assert (journey.look().snapshot.of(TrialDose), journey.look().head.version) == ((), journey.version)

    def test_a_strength_for_a_pump_is_named_as_one_and_stops(self, at: At) -> None:
        world, journey, typed = ready(at)
        browser, url = world.sign_in(NURSE), f"/cases/{journey.public_id}/give-dose"
        assert "500 mcg/mL: for a pump, not for a test dose" in browser.get(url).get_data(as_text=True)
        wrong = {**typed, "concentration_mcg_ml": "500", "volume_ml": "0.1"}
        for extra in ({"check": "yes"}, {}):
            text = html.unescape(browser.submit(url, {**wrong, **extra}).get_data(as_text=True))
            assert "A test dose is given from 50 mcg/mL; this is 500 mcg/mL" in text
            assert ("Stop: do not inject." in text) is bool(extra)
        assert journey.look().snapshot.of(TrialDose) == ()

    def test_is_about_now_whatever_time_was_typed(self, at: At) -> None:
        world, journey = at("trial_review")
        journey.do(PHYSICIAN, lambda w, r: trials.record_outcome(w, r, outcome="negative_repeatable"))
        journey.order("75")
        journey.step("another_dose")
        typed = {
            **dose(Scene(world, journey)),
            "dose_mcg": "75",
            "volume_ml": "1.5",
            "given_at": Scene(world, journey).moment(2),
            "expected_version": journey.version,
        }
        browser, url = world.sign_in(NURSE), f"/cases/{journey.public_id}/give-dose"
        assert "Next test dose not before" in browser.submit(url, {**typed, "check": "yes"}).get_data(as_text=True)
        recorded = browser.submit(url, {**typed, "deviation_reason": "later", "deviation_seen": "too_soon"})
        page = recorded.get_data(as_text=True)
        assert re.search(r'<a href="#given_at">[^<]+: This time is in the future\.</a>', page)
        assert len(journey.look().snapshot.of(TrialDose)) == 1


class TestTheSecondPerson:
    """Reads with the first one before the injection, and is not asked once more for the record of the very same."""

    @pytest.fixture
    def checked(self, at: At) -> Checked:
        world, journey, typed = ready(at)
        return Checked(world, journey, typed, world.sign_in(NURSE))

    def test_confirms_the_check_with_their_pin(self, checked: Checked) -> None:
        for pin, said in (("", "The second person types their own PIN."), (WRONG, "This is not the PIN of")):
            assert said in checked.send(pin=pin, check="yes")
        assert "May be injected" in checked.send(check="yes")

    def test_is_not_asked_again_for_the_record(self, checked: Checked) -> None:
        checked.send(check="yes")
        read_at = checked.world.clock.now()
        checked.passes(minutes=30)
        checked.send(pin="", confirmed=checked.carried)
        [given] = checked.given
        assert given.second_by == checked.world.user_ids[PHYSICIAN]
        with checked.world.database.reading() as session:
            body = session.scalars(select(Event.body).where(Event.kind == "dose_given")).one()
        assert datetime.fromisoformat(json.loads(body)["body"]["detail"]["second_at"]) == read_at

    @pytest.mark.parametrize(
        ("minutes", "changed"),
        [
            (31, {}),
            (0, {"dose_mcg": "75", "volume_ml": "1.5"}),
            (0, {"lot": "T-2"}),
            (0, {"confirmed": "made up"}),
        ],
    )  # fmt: skip
    def test_is_asked_again_for_anything_else(self, checked: Checked, minutes: int, changed: dict[str, object]) -> None:
        checked.send(check="yes")
        checked.passes(minutes=minutes)
        for extra in ({}, {"check": "yes"}):
            said = checked.send(pin="", **{"confirmed": checked.carried, **changed, **extra})
            assert "The second person confirms with their own PIN." in said and "May be injected" not in said
        assert checked.given == ()

    def test_is_asked_again_for_a_time_that_was_not_there(self, checked: Checked) -> None:
        checked.passes(minutes=5)
        checked.send(check="yes")
        earlier = checked.journey.calendar.wall(checked.world.clock.now() - timedelta(minutes=1))
        typed = {"pin": "", "given_at": earlier.isoformat(timespec="minutes")}
        said = checked.send(**typed, confirmed=checked.carried)
        assert "The second person confirms with their own PIN." in said
        assert checked.given == ()

    def test_is_asked_again_for_another_patient(self, checked: Checked) -> None:
        checked.send(check="yes")
        other = replace(checked.journey, public_id="", version=0)
        other.refer(a_person(2))
        beside = replace(checked, journey=other, typed={**checked.typed, "expected_version": other.version})
        said = beside.send(pin="", confirmed=checked.carried, check="yes")
        assert "The second person confirms with their own PIN." in said
        assert "Stop: do not inject." in beside.send(check="yes")

    def test_is_asked_again_by_somebody_else(self, checked: Checked) -> None:
        checked.send(check="yes")
        other = replace(checked, browser=checked.world.sign_in(PHYSICIAN))
        said = other.send(pin="", second_by=checked.world.user_ids[NURSE], confirmed=checked.carried)
        assert "The second person confirms with their own PIN." in said


class TestThePage:
    def test_shows_what_may_mislead_and_by_what_others_judge_and_judges_nothing(self, at: At) -> None:
        world, journey = at("trial_observation")
        visit = journey.visit_for("trial")
        for given in (Answer("anaesthesia", value="sedation"), Answer("sedation", value="08:10", reason="in a hurry")):
            journey.do(NURSE, lambda w, r, a=given: checklists.answer_item(w, r, appointment=visit, answer=a))
        journey.clock.advance(hours=2)
        journey.score("1", "after_dose")
        text = html.unescape(world.sign_in(Role.THERAPIST).get(page_of(journey)).get_data(as_text=True))
        assert "Sedative given 08:10" in text
        assert "after a sedative" in text
        assert "missed: no scores and no vital signs" in text
        assert "taken" in text
        assert "eviCore CMM-210" in text
        assert "a physician decides" in text
        assert "Answer them" not in text  # a therapist scores, and asks nothing else

    def test_says_at_once_and_on_the_page_that_a_physician_must_come(self, at: At) -> None:
        world, journey = at("trial_observation")
        journey.clock.advance(hours=1)
        dose = journey.look().snapshot.of(TrialDose)[-1]
        browser, url = world.sign_in(NURSE), f"/cases/{journey.public_id}/score?dose={dose.seq}"
        typed = {"saturation": "71", "alertness": "not_waking", "expected_version": journey.version}
        answer = browser.submit(url, typed)
        assert answer.status_code == 303, answer.get_data(as_text=True)
        told = html.unescape(browser.get(answer.headers["Location"]).get_data(as_text=True))
        assert "Call the physician now: does not wake, saturation 71 %. They have it as a to-do." in told
        assert "Call the physician: saturation 71 %." in told
        today = html.unescape(world.sign_in(PHYSICIAN).get("/today").get_data(as_text=True))
        assert "After the test dose: look at the patient now" in today
        journey.clock.advance(minutes=5)
        journey.version = journey.look().head.version
        world.sign_in(NURSE).submit(
            url, {"saturation": "97", "alertness": "awake", "expected_version": journey.version}
        )
        assert "Call the physician" not in html.unescape(browser.get(page_of(journey)).get_data(as_text=True))

    def test_asks_the_database_as_much_for_many_scores_as_for_one(self, at: At) -> None:
        world, journey = at("trial_observation")
        browser, counts = world.sign_in(NURSE), []
        for _ in range(3):
            journey.clock.advance(minutes=5)
            journey.do(Role.THERAPIST, lambda w, r: observing.record_measurements(w, r, a_score("1", "after_dose")))
            with sent(world.database.read) as said:
                assert browser.get(page_of(journey)).status_code == 200
            counts.append(len(said))
        assert len(set(counts)) == 1
        assert counts[0] <= MOST_READING

    def test_is_of_a_dose_of_this_case_and_clinic(self, at: At) -> None:
        world, journey = at("trial_observation")
        nurse, north = world.sign_in(NURSE), world.sign_in(NURSE, "north")
        case = f"/cases/{journey.public_id}"
        assert nurse.get(f"{case}/observation").headers["Location"] == page_of(journey)
        for path in ("/doses/999", "/observation-chart?dose=999", "/score?dose=999", "/observation-chart?dose=x"):
            assert nurse.get(case + path).status_code == 404, path
        for path in ("/observation", page_of(journey).removeprefix(case), "/observation-chart"):
            assert north.get(case + path).status_code == 404, path

    def test_is_reached_from_the_day_and_prints_filled_or_blank(self, at: At) -> None:
        world, journey = at("trial_observation")
        browser, case = world.sign_in(NURSE), f"/cases/{journey.public_id}"
        assert f'href="{case}/observation"' in browser.get("/day").get_data(as_text=True)
        filled = browser.get(f"{case}/observation-chart?dose={page_of(journey).rpartition('/')[2]}")
        blank = browser.get(f"{case}/observation-chart")
        assert "50 mcg baclofen" in filled.get_data(as_text=True)
        assert "Observation chart, blank" in blank.get_data(as_text=True)
        assert "On paper from" in filled.get_data(as_text=True)


def test_an_early_end_leads_back_to_the_page_and_stands_on_it(at: At) -> None:
    world, journey = at("trial_observation")
    journey.clock.advance(hours=1)
    typed = {"reason": "admitted with a seizure", "expected_version": journey.version}
    browser = world.sign_in(NURSE)
    done = browser.submit(f"/cases/{journey.public_id}/end-observation", typed)
    assert done.headers["Location"] == page_of(journey)
    text = html.unescape(browser.get(page_of(journey)).get_data(as_text=True))
    assert "admitted with a seizure. Not assessable." in text
    assert "not due: the observation was over" in text
