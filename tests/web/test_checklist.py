"""The pages of a checklist: asked for what this patient needs, read aloud, printed, and entered afterwards."""

import re
from datetime import timedelta

import pytest
from sqlalchemy import select

from tests.factories.facts import make
from tests.factories.listed import Listed
from tests.factories.rows import a_room
from tests.support.web import Browser, WebWorld
from tracker.domain.facts import Arrangement, ChecklistItem, TrialDose
from tracker.domain.words import Role
from tracker.pathways.catalogue import current
from tracker.persistence.facts import insert_fact
from tracker.persistence.models import Case, Clinic


def a_visit(world: WebWorld, purpose: str = "implant", *, with_room: bool = False, **answers: str) -> str:
    """The address of the checklist of somebody who is here for a procedure; ``answers`` are of the day before."""
    with world.database.writing() as session:
        listed = Listed(session, world.clinic_id, world.clock.now(), world.ids)
        case = listed.case(listed.patient("Okafor", "James", sex="male"), f"{purpose}_day", indication="spasticity")
        clinic = session.get(Clinic, world.clinic_id)
        assert clinic is not None
        room = a_room(session, clinic) if with_room else None
        listed.visit(case, purpose, hours=0, state="arrived", room_id=room.id if room else None)
        yesterday = world.clock.now() - timedelta(days=1)
        for seq, (item, value) in enumerate(answers.items(), start=30):
            about = {"appointment": 20, "checklist": purpose, "item": item, "value": value}
            at = {"effective_at": yesterday, "recorded_at": yesterday, "recorded_by": world.user_ids[Role.NURSE]}
            insert_fact(session, world.clinic_id, case.id, make(ChecklistItem, seq, **about, **at))
        return f"/day/visits/{case.public_id}/20"


def text_of(browser: Browser, url: str) -> str:
    """A page."""
    response = browser.get(url)
    assert response.status_code == 200
    return response.get_data(as_text=True)


def answer(browser: Browser, url: str, item: str, **values: object) -> tuple[int, str]:
    """Answer an item; the status, and the page that follows or says what is wrong."""
    response = browser.post(url, {"item": item, "state": "done", "seen": 0, "expected_version": 1, **values})
    if response.status_code != 303:
        return response.status_code, response.get_data(as_text=True)
    return 303, text_of(browser, response.headers["Location"])


@pytest.fixture
def nurse(world: WebWorld) -> Browser:
    """The nurse's tablet."""
    browser = world.sign_in(Role.NURSE)
    browser.get("/day")
    return browser


class TestTheList:
    def test_asks_what_this_patient_needs_and_says_why_not_the_rest(self, world: WebWorld, nurse: Browser) -> None:
        url = a_visit(world)
        body = text_of(nurse, url)
        rules = current().checklists["implant"]
        out = {"pregnancy", "opioids"}
        asked = [rule for rule in rules if rule.stop != "note" and rule.key not in out and not rule.only.chosen]
        assert f"0 of {len(asked)} answered" in body
        assert "asked of women only" in body and "asked for pain only" in body
        assert "asked once this is answered: Anaesthesia planned" in body
        sections = re.findall(r'id="part-\d+">([^<]+)<', body)
        assert sections == list(dict.fromkeys(rule.section for rule in rules))
        status, body = answer(nurse, url, "anaesthesia", value="sedation")
        assert status == 303 and f"1 of {len(asked) + 4} answered" in body
        seen = re.findall(r'value="anaesthesia"><input type="hidden" name="seen" value="(\d+)"', body)[0]
        status, body = answer(nurse, url, "anaesthesia", value="local only", seen=seen)
        assert status == 303 and "Anaesthesia planned: local only" in body
        assert f"1 of {len(asked)} answered" in body

    @pytest.mark.parametrize(
        ("purpose", "item", "said"),
        [
            ("trial", "gown", "stops the dose until it is answered, or left out with a reason"),
            ("trial", "identity", "must be answered"),
            ("trial", "voided", "to be answered, or left out with a reason"),
            ("implant", "skin", "stops the procedure until it is answered, or left out with a reason"),
            ("implant", "priming", "note, may stay open"),
        ],
    )
    def test_says_at_an_item_what_it_stops(
        self, world: WebWorld, nurse: Browser, purpose: str, item: str, said: str
    ) -> None:
        _, _, shown = text_of(nurse, a_visit(world, purpose)).partition(f'id="item-{item}"')
        assert f'<span class="tap-sub">{said}' in shown.partition("</li>")[0]

    def test_has_no_way_to_answer_several_items_at_once(self, world: WebWorld, nurse: Browser) -> None:
        body = text_of(nurse, a_visit(world))
        forms = re.findall(r'<form class="(?:item-form|form-row item-other|item-before)".*?</form>', body, re.DOTALL)
        assert len(forms) > 40
        assert {form.count('name="item"') for form in forms} == {1}

    @pytest.mark.parametrize(
        ("item", "value", "said"),
        [
            ("antibiotic", "8 o'clock", "24-hour clock"),
            ("drug_expiry", "never", "cannot be read as a date"),
            ("temperature", "70", "30 to 45 °C"),
            ("site", "middle", "Choose one of the list."),
        ],
    )
    def test_says_at_the_item_what_cannot_be_and_keeps_it(
        self, world: WebWorld, nurse: Browser, item: str, value: str, said: str
    ) -> None:
        status, body = answer(nurse, a_visit(world), item, value=value)
        assert status == 422 and said in body
        assert item == "site" or f'value="{value}"'.replace("'", "&#39;") in body

    def test_shows_what_speaks_against_an_answer(self, world: WebWorld, nurse: Browser) -> None:
        status, body = answer(nurse, a_visit(world), "drug_expiry", value="2026-02")
        assert status == 303 and "Out of date since Sat 28 Feb 2026: Pump drug: expires" in body


class TestWhatIsRecordedElsewhere:
    def test_is_shown_from_there_and_asked_nowhere(self, world: WebWorld, nurse: Browser) -> None:
        url = a_visit(world, "trial")
        case = url.split("/")[3]
        body = text_of(nurse, url)
        assert f'href="/cases/{case}/give-dose">Check and record the dose<' in body
        assert 'name="item" value="dose"' not in body and "lot <span" in text_of(nurse, f"{url}/paper?blank=1")
        status, said = answer(nurse, url, "dose")
        assert status == 422 and "the checklist shows it from there" in said
        people = {"recorded_by": world.user_ids[Role.NURSE], "second_by": world.user_ids[Role.PHYSICIAN]}
        now = world.clock.now()
        given = make(TrialDose, 40, appointment=20, effective_at=now, recorded_at=now, lot="T-12", **people)
        with world.database.writing() as session:
            insert_fact(session, world.clinic_id, session.scalars(select(Case.id)).one(), given)
        dose = "50 mcg baclofen, 1 mL of 50 mcg/mL, lot T-12"
        for shown in (text_of(nurse, url), text_of(nurse, f"{url}/paper")):
            assert dose in shown and "Nurse Person and Physician Person 09:00" in shown
        assert f'href="/cases/{case}/observation">Observation<' in text_of(nurse, url)
        assert dose not in text_of(nurse, f"{url}/paper?blank=1")


def test_what_was_arranged_is_taken_over_with_one_press(world: WebWorld, nurse: Browser) -> None:
    url = a_visit(world, "trial")
    arranged = {"escort": "named", "escort_name": "Maria", "escort_phone": "555-0100", "anaesthesia": "sedation"}
    now = world.clock.now()
    with world.database.writing() as session:
        fact = make(Arrangement, 41, appointment=20, effective_at=now, recorded_at=now, **arranged)
        insert_fact(session, world.clinic_id, session.scalars(select(Case.id)).one(), fact)
    assert "Arranged: sedation" in text_of(nurse, url)
    status, body = answer(nurse, url, "anaesthesia", value="sedation")
    assert status == 303 and "Arranged: sedation" not in body
    assert "Maria, 555-0100" in body  # asked only now: an escort is for whoever is sedated


class TestAChange:
    def test_is_of_now_unless_its_time_is_typed(self, world: WebWorld, nurse: Browser) -> None:
        url = a_visit(world)
        answer(nurse, url, "allergies", value="as on record")
        world.clock.advance(hours=6)
        nurse = world.sign_in(Role.NURSE)
        page = text_of(nurse, url)
        assert set(re.findall(r'name="done_at" value="([^"]*)"', page)) == {""} and "empty: now" in page
        status, body = answer(nurse, url, "allergies", value="new: physician told", seen=seen(page), done_at="")
        assert status == 303 and "Done: new: physician told · Nurse Person 15:00" in body
        status, body = answer(
            nurse, url, "allergies", value="as on record", seen=seen(body), done_at="2026-03-17T08:59"
        )
        assert status == 303 and "Done: as on record · Nurse Person 08:59, written 15:00" in body


def seen(page: str) -> str:
    """The number of the answer to the question for allergies, as its form hands it back."""
    return re.findall(r'value="allergies"><input type="hidden" name="seen" value="(\d+)"', page)[0]


class TestAnotherDay:
    def test_asks_anew_and_shows_what_rarely_changes(self, world: WebWorld, nurse: Browser) -> None:
        url = a_visit(world, site="left", infection="")
        body = text_of(nurse, url)
        assert "0 of" in body and "Mon 16 Mar 2026: left · Nurse Person" in body and "Still so" in body
        status, body = answer(nurse, url, "site", value="left", seen=30)
        assert status == 303 and "1 of" in body and "Done: left · Nurse Person 09:00" in body

    def test_stays_readable(self, world: WebWorld, nurse: Browser) -> None:
        url = a_visit(world, site="left", infection="")
        answer(nurse, url, "site", value="right", seen=30)
        (link,) = re.findall(rf'href="({url}/was/[^"]+)"', text_of(nurse, url))
        was = text_of(nurse, link)
        assert "As it was on Mon 16 Mar 2026" in was and "Done: left" in was and "right ·" not in was
        assert nurse.get(link.replace("2026-03-16", "2026-03-15")).status_code == 404


class TestReadAloud:
    def test_goes_through_the_section_item_by_item(self, world: WebWorld, nurse: Browser) -> None:
        url = a_visit(world)
        (link,) = set(re.findall(rf'href="({url}/aloud/\d+)"', text_of(nurse, url))[1:2])
        body = text_of(nurse, link)
        rules = [rule for rule in current().checklists["implant"] if rule.section == "Time-out"]
        assert f"1 of {len(rules)}" in body and rules[0].label in body and rules[1].label not in body
        section = link.rsplit("/", 1)[1]
        status, body = answer(nurse, url, rules[0].key, section=section)
        assert status == 303 and f"2 of {len(rules)}" in body and rules[1].label in body
        status, body = answer(nurse, url, "antibiotic", value="soon", section=section)
        assert status == 422 and "24-hour clock" in body and "Whole checklist" in body

    def test_is_for_the_sections_that_are(self, world: WebWorld, nurse: Browser) -> None:
        url = a_visit(world)
        assert [nurse.get(f"{url}/aloud/{number}").status_code for number in (0, 99)] == [404, 404]


class TestPaper:
    def test_is_blank_or_as_it_stands(self, world: WebWorld, nurse: Browser) -> None:
        url = a_visit(world)
        answer(nurse, url, "site", value="left")
        blank, filled = text_of(nurse, f"{url}/paper?blank=1"), text_of(nurse, f"{url}/paper")
        rules = current().checklists["implant"]
        assert all(rule.label in blank for rule in rules)
        few = [rule.choices for rule in rules if 0 < len(rule.choices) < 5]
        assert blank.count('class="box"') == sum(map(len, few)) + sum(not rule.value for rule in rules)
        # Whatever else is asked for has a line to be written on.
        written = sum(bool(rule.value) for rule in rules) - len(few)
        assert blank.count('class="rule"') == written + len(("done by", "when", "typed in by", "when"))
        assert "Done on paper by" in blank
        # Leaves come apart: each section says whose it is.
        assert (
            len(re.findall(r"[^<>]+ · MRN [^<>]+ · Checklist of the implant", blank))
            == len({rule.section for rule in rules}) + 1
        )
        assert "Done: left · Nurse Person 09:00" in filled and "Done: left" not in blank
        assert "Not asked: asked of women only" in filled

    def test_is_entered_with_the_true_times(self, world: WebWorld, nurse: Browser) -> None:
        url = a_visit(world, site="left")
        times = re.findall(r'<input type="datetime-local"[^>]*>', text_of(nurse, f"{url}?late=1"))
        assert len(times) > 30 and all('value="" required' in each for each in times)
        status, body = answer(nurse, url, "gown", late=1, done_at="2026-03-17T08:20")
        assert status == 303 and "Done · Nurse Person 08:20, written 09:00" in body
        assert 'value="2026-03-17T08:20"' not in body
        wrong = (
            ("2026-03-17T23:00", "in the future"),
            ("half past", "Type day and time"),
            ("9999-12-31T23:59", "Type day and time"),
            ("0001-01-01T00:00", "Type day and time"),
            ("", "Type the time at which it was done"),
        )
        for typed, said in wrong:
            status, body = answer(nurse, url, "iv_line", late=1, done_at=typed)
            assert status == 422 and said in body


class TestRooms:
    def test_are_looked_at_once_for_all_who_come(self, world: WebWorld, nurse: Browser) -> None:
        url = a_visit(world, with_room=True)
        body = text_of(nurse, "/day/rooms")
        assert "Room 1" in body and "not looked at yet" in body
        done = nurse.post("/day/rooms/4001", {"item": "resuscitation"})
        assert done.status_code == 303
        assert "Looked at · Nurse Person 09:00" in text_of(nurse, "/day/rooms")
        assert "Done · Nurse Person 09:00 · Room 1" in text_of(nurse, url)

    def test_are_looked_at_from_the_checklist_too(self, world: WebWorld, nurse: Browser) -> None:
        status, body = answer(nurse, a_visit(world, with_room=True), "resuscitation")
        assert status == 303 and "Done · Nurse Person 09:00 · Room 1" in body
        assert "Looked at · Nurse Person 09:00" in text_of(nurse, "/day/rooms")

    def test_are_answered_for_somebody_who_has_left_too(self, world: WebWorld, nurse: Browser) -> None:
        url = a_visit(world, with_room=True)
        case = url.split("/")[3]
        left = {"kind": "discharged", "expected_version": 1}
        assert nurse.submit(f"/cases/{case}/visit/20/stands", left).status_code == 303
        status, body = answer(nurse, url, "resuscitation", expected_version=2)
        assert status == 303 and "Done · Nurse Person 09:00 · Room 1" in body


def test_a_mistaken_tick_is_taken_back_from_where_it_stands(world: WebWorld, nurse: Browser) -> None:
    url = a_visit(world)
    answer(nurse, url, "gown")
    found = re.search(r'href="(/cases/[^"]+/correct-clinical/\d+\?back=[^"]+)"', text_of(nurse, url))
    assert found is not None
    page = nurse.get(found.group(1)).get_data(as_text=True)
    version = re.search(r'name="expected_version" value="(\d+)"', page)
    assert version is not None
    done = nurse.post(found.group(1), {"expected_version": version.group(1), "reason": "tapped by mistake"})
    assert (done.status_code, done.headers["Location"]) == (303, url)
    assert f'href="{found.group(1)}"' not in text_of(nurse, url)
