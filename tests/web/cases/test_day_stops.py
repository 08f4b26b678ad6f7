"""What stops a procedure whose patient is here is said in red on its checklist and on the day, and asked back."""

import html
import re
from collections.abc import Callable

import pytest

from tests.support.checklists import answer_part
from tests.support.journey import Journey
from tests.support.visit_days import row_of
from tests.support.web import Browser, WebWorld
from tests.web.cases.scene import NURSE, PHYSICIAN
from tracker.domain.checklists.rules import ChecklistItemRule
from tracker.domain.errors import InvalidInput
from tracker.domain.facts import VisitMoment
from tracker.pathways import catalogue
from tracker.persistence.models import AppointmentRow
from tracker.queries.checklist_answers import answers_that_count
from tracker.services import checklists, consents
from tracker.services.checklists import Answer

At = Callable[[str], tuple[WebWorld, Journey]]


def red_bars(world: WebWorld, journey: Journey, purpose: str) -> str:
    """The red bars of the checklist, as they are read."""
    url = f"/day/visits/{journey.public_id}/{journey.visit_for(purpose)}"
    body = world.sign_in(NURSE).get(url).get_data(as_text=True)
    return html.unescape(" ".join(re.findall(r'<p class="hard-stop">.*?</p>', body, re.DOTALL)))


def red_on_the_day(world: WebWorld) -> list[str]:
    """What stops somebody, in the rows of the day."""
    body = world.sign_in(NURSE).get("/day").get_data(as_text=True)
    return [html.unescape(each) for each in re.findall(r'class="day-missing is-stopped">([^<]+)<', body)]


def take_consent_back(journey: Journey) -> None:
    """The patient changes their mind in preparation."""
    journey.do(NURSE, lambda w, r: consents.withdraw_consent(w, r, purpose="trial", reason="afraid"))


def test_a_consent_that_was_taken_back_opens_the_item_that_read_it_again(at: At) -> None:
    world, journey = at("trial_day")
    journey.order()
    visit = journey.visit_for("trial")
    journey.tick(visit, "before")
    assert ticks_of(world, journey, "trial", "consent") == 1 and not open_in(journey)
    take_consent_back(journey)
    assert ticks_of(world, journey, "trial", "consent") == 0 and open_in(journey)
    assert "Trial consent read again with the patient: to be answered" in red_bars(world, journey, "trial")
    url = f"/day/visits/{journey.public_id}/{visit}"
    form = world.sign_in(NURSE).get(url).get_data(as_text=True)
    [number] = set(re.findall(r'value="consent"><input type="hidden" name="seen" value="(\d+)"', form))
    journey.sign("trial")
    again = Answer(item="consent", seen=int(number))
    journey.do(NURSE, lambda w, r: checklists.answer_item(w, r, appointment=visit, answer=again))
    assert ticks_of(world, journey, "trial", "consent") == 1 and not open_in(journey)


def open_in(journey: Journey) -> bool:
    """Whether the day, and what goes to paper, count the consent as not read again."""
    is_visit = AppointmentRow.appointment == journey.visit_for("trial")
    with journey.database.reading() as session:
        [told] = answers_that_count(session, is_visit).values()
    row = row_of(journey)
    assert ("consent" in row.answered) == ("consent" in told)
    return "consent" not in row.answered


def answer(journey: Journey, item: str, value: str, purpose: str = "implant") -> None:
    """The nurse answers an item again."""
    given = Answer(item=item, value=value, second_by=journey.user_ids[PHYSICIAN])
    visit = journey.visit_for(purpose)
    journey.do(NURSE, lambda w, r: checklists.answer_item(w, r, appointment=visit, answer=given))


def test_a_consent_that_was_taken_back_is_red_on_both(at: At) -> None:
    world, journey = at("trial_day")
    journey.order()
    assert red_on_the_day(world) == []
    take_consent_back(journey)
    assert "withdr" in red_bars(world, journey, "trial")
    [stop] = red_on_the_day(world)
    assert stop.startswith("Stop: ") and "withdr" in stop


def test_an_expired_drug_and_an_early_incision_are_red_on_both(at: At) -> None:
    world, journey = at("implant_day")
    about = {"appointment": journey.visit_for("implant"), "part": "before"}
    journey.do(NURSE, lambda w, r: answer_part(w, r, **about, second_by=journey.user_ids[PHYSICIAN]))
    assert (red_bars(world, journey, "implant"), red_on_the_day(world)) == ("", [])
    answer(journey, "drug_expiry", "2020-01")
    answer(journey, "antibiotic", "08:30")
    answer(journey, "incision", "08:00")
    assert "Out of date since" in red_bars(world, journey, "implant")
    assert "(+1)" in red_bars(world, journey, "implant")
    [stop] = red_on_the_day(world)
    assert stop.startswith("Stop: Out of date since") and stop.endswith("(+1)")
    journey.implant(deviation_reason="nobody looked")
    assert red_on_the_day(world) == [], "what was done all the same stops nothing any more"


def test_a_drug_out_of_date_is_red_before_a_refill_too(at: At) -> None:
    world, journey = at("recovering")
    journey.come(journey.look().snapshot.booked("refill").appointment)
    journey.tick(journey.visit_for("refill"), "before")
    assert (red_bars(world, journey, "refill"), red_on_the_day(world)) == ("", [])
    answer(journey, "drug_expiry", "2024-01", "refill")
    assert "Stop: Out of date since Wed 31 Jan 2024: Drug: expires" in red_bars(world, journey, "refill")
    assert red_on_the_day(world) == ["Stop: Out of date since Wed 31 Jan 2024: Drug: expires"]
    assert ticks_of(world, journey, "refill", "drug_expiry") == 0
    assert ticks_of(world, journey, "refill", "drug_check") == 1
    journey.refill(deviation_reason="nobody looked")
    assert red_on_the_day(world) == [], "what was done all the same stops nothing any more"


def ticks_of(world: WebWorld, journey: Journey, purpose: str, item: str) -> int:
    """How many green ticks stand at an item of the checklist."""
    url = f"/day/visits/{journey.public_id}/{journey.visit_for(purpose)}"
    body = world.sign_in(NURSE).get(url).get_data(as_text=True)
    [shown] = re.findall(rf'<li class="item[^>]+id="item-{item}"[^>]*>.*?</li>', body, re.DOTALL)
    return shown.count('class="tick-mark"')


def test_no_csf_and_a_fever_are_red_on_both_and_change_with_a_second_person(at: At) -> None:
    world, journey = at("trial_day")
    journey.score("3", "baseline")
    journey.order()
    journey.tick(journey.visit_for("trial"), "before")
    assert (red_bars(world, journey, "trial"), red_on_the_day(world)) == ("", [])
    answer(journey, "csf", "none", "trial")
    answer(journey, "temperature", "39.6", "trial")
    assert "Temperature: 39.6 °C is a fever, from 38.0 °C (+1)" in red_bars(world, journey, "trial")
    assert red_on_the_day(world) == ["Stop: Temperature: 39.6 °C is a fever, from 38.0 °C (+1)"]
    page = world.sign_in(NURSE).get(f"/day/visits/{journey.public_id}/{journey.visit_for('trial')}")
    said = html.unescape(page.get_data(as_text=True))
    assert said.count('class="item-fault"') == 2 and "CSF return: none; with this nothing goes on" in said
    visit = journey.visit_for("trial")
    alone = Answer(item="csf", value="clear")
    with pytest.raises(InvalidInput, match="A second person must see such a change"):
        journey.do(NURSE, lambda w, r: checklists.answer_item(w, r, appointment=visit, answer=alone))
    answer(journey, "csf", "clear", "trial")
    answer(journey, "temperature", "37.9", "trial")
    assert red_on_the_day(world) == []


class TestTheProcedureBegins:
    def press(
        self, browser: Browser, journey: Journey, purpose: str = "trial", *, kind: str = "procedure", **typed: object
    ) -> tuple[int, str]:
        url = f"/cases/{journey.public_id}/visit/{journey.visit_for(purpose)}/stands"
        data = {"kind": kind, "expected_version": journey.version, **typed}
        sent = browser.submit(url, data)
        return sent.status_code, html.unescape(sent.get_data(as_text=True))

    def answer_all_but(self, journey: Journey, purpose: str, open_ones: Callable[[ChecklistItemRule], bool]) -> None:
        """Everything before the act but these."""
        rules = catalogue.current("itb").checklists[purpose]
        leave = frozenset(each.key for each in rules if open_ones(each))
        about = {"appointment": journey.visit_for(purpose), "part": "before", "leave": leave}
        journey.do(NURSE, lambda w, r: answer_part(w, r, **about, second_by=journey.user_ids[PHYSICIAN]))

    @pytest.mark.parametrize("stage", ["trial_day", "implant_day"])
    def test_asked_back_while_an_item_before_it_is_open(self, at: At, stage: str) -> None:
        world, journey = at(stage)
        if stage == "trial_day":
            journey.score("3", "baseline")
            journey.order()
        purpose, browser = stage.removesuffix("_day"), world.sign_in(NURSE)
        status, page = self.press(browser, journey, purpose)
        assert status == 422 and journey.look().snapshot.of(VisitMoment) == ()
        assert "not answered: “Two identifiers checked: name and birth date” and 9 more." in page
        [meant] = re.findall(r'name="meant" value="([^"]+)"', page)
        assert self.press(browser, journey, purpose, meant=meant)[0] == 303

    @pytest.mark.parametrize("stage", ["trial_day", "implant_day"])
    def test_unasked_while_only_what_is_answered_in_the_room_is_open(self, at: At, stage: str) -> None:
        world, journey = at(stage)
        if stage == "trial_day":
            journey.score("3", "baseline")
            journey.order()
        purpose = stage.removesuffix("_day")
        self.answer_all_but(journey, purpose, lambda rule: rule.is_in_room)
        assert self.press(world.sign_in(NURSE), journey, purpose)[0] == 303

    def test_asked_back_for_a_single_item(self, at: At) -> None:
        world, journey = at("implant_day")
        self.answer_all_but(journey, "implant", lambda rule: rule.is_in_room or rule.key == "resuscitation")
        status, page = self.press(world.sign_in(NURSE), journey, "implant")
        assert status == 422
        assert "not answered: “Resuscitation equipment and trained staff in the room”." in page

    def test_asked_back_before_a_refill_with_a_drug_out_of_date(self, at: At) -> None:
        world, journey = at("recovering")
        journey.come(journey.look().snapshot.booked("refill").appointment)
        self.answer_all_but(journey, "refill", lambda rule: rule.key == "residual")
        browser = world.sign_in(NURSE)
        answer(journey, "drug_expiry", "2020-01", "refill")
        status, page = self.press(browser, journey, "refill")
        assert status == 422 and "Something stops this procedure: Out of date since Fri 31 Jan 2020" in page
        answer(journey, "drug_expiry", "2099-01", "refill")
        assert self.press(browser, journey, "refill")[0] == 303

    @pytest.mark.parametrize("kind", ["observation", "ready"])
    def test_not_where_a_trial_is_watched_without_a_dose(self, at: At, kind: str) -> None:
        world, journey = at("trial_day")
        journey.order()
        browser = world.sign_in(NURSE)
        status, page = self.press(browser, journey, kind=kind)
        assert status == 422 and "“Test dose” is not recorded, and no trial catheter" in page
        [meant] = re.findall(r'name="meant" value="([^"]+)"', page)
        assert self.press(browser, journey, kind=kind, meant=meant)[0] == 303

    def test_and_a_trial_with_its_dose_is_watched_unasked(self, at: At) -> None:
        world, journey = at("trial_observation")
        assert self.press(world.sign_in(NURSE), journey, kind="observation")[0] == 303

    def test_once_somebody_says_that_it_is_meant(self, at: At) -> None:
        world, journey = at("trial_day")
        journey.order()
        take_consent_back(journey)
        browser = world.sign_in(NURSE)
        status, page = self.press(browser, journey)
        assert status == 422 and "Something stops this procedure: " in page
        assert journey.look().snapshot.of(VisitMoment) == ()
        [meant] = re.findall(r'name="meant" value="([^"]+)"', page)
        assert self.press(browser, journey, meant=meant)[0] == 303
        assert [each.kind for each in journey.look().snapshot.of(VisitMoment)] == ["procedure"]


def test_a_time_in_the_future_is_said_at_its_field(at: At) -> None:
    world, journey = at("trial_day")
    url = f"/cases/{journey.public_id}/visit/{journey.visit_for('trial')}/stands"
    tomorrow = journey.in_days(1).isoformat(timespec="minutes")
    typed = {"kind": "preparation", "happened_at": tomorrow, "expected_version": journey.version}
    sent = world.sign_in(NURSE).submit(url, typed)
    page = html.unescape(sent.get_data(as_text=True))
    assert sent.status_code == 422 and '<a href="#happened_at">Since: This time is in the future.' in page
    assert 'id="happened_at-error"' in page


@pytest.mark.parametrize("stage", ["trial_day", "implant_day"])
def test_open_items_alone_are_no_red_row(at: At, stage: str) -> None:
    world, journey = at(stage)
    if stage == "trial_day":
        journey.order()
    assert red_on_the_day(world) == []
    assert "to be answered before the procedure begins" in red_bars(world, journey, stage.removesuffix("_day"))
