"""How patients come in and are put right: a referral, a pump that is in already, the person's details."""

import html
from collections.abc import Callable

import pytest
from sqlalchemy import select

from tests.support.journey import Journey
from tests.support.web import WebWorld
from tracker.domain.words import Role
from tracker.persistence.models import Case, ContactPoint, Patient, StaffTask

At = Callable[[str], tuple[WebWorld, Journey]]

PERSON = {
    "family_name": "Núñez",
    "given_name": "Ana María",
    "birth_on": "1988-07-03",
    "mrn": "004502",
    "phones": "303 555 0142\n+1 720 555 0199",
    "emails": "ana@example.org",
    "prefers": "sms",
}
REFERRAL = {
    **PERSON,
    "received_on": "2026-03-16",
    "indication": "spasticity",
    "urgency": "urgent",
    "payer": "Acme Health",
}
PUMP = {
    **PERSON,
    "indication": "spasticity",
    "pump_model": "SynchroMed II",
    "pump_reservoir_ml": "40",
    "drug": "baclofen",
    "filled_on": "2026-02-10",
    "alarm_on": "2026-05-10",
    "alarm_on_again": "2026-05-10",
    "pump_source": "programmer print-out",
}


def reader(world: WebWorld, role: Role) -> dict[str, object]:
    """Somebody who read the print-out too, and types their own PIN."""
    return {"second_by": world.user_ids[role], "pin": world.give_pin(role)}


def plain(text: str) -> str:
    """The text of a page as a person reads it."""
    return html.unescape(text)


class TestAReferral:
    def test_begins_a_case(self, at: At) -> None:
        world, _ = at("referred")
        browser = world.sign_in(Role.COORDINATOR)
        answer = browser.submit("/referrals/new", REFERRAL)
        assert answer.status_code == 303, plain(answer.get_data(as_text=True))
        page = plain(browser.get(answer.headers["Location"]).get_data(as_text=True))
        assert "Recorded: referral." in page
        assert "Núñez" in page
        assert "prefers text messages" in page

    def test_of_the_same_person_leads_to_the_case_that_is_there(self, at: At) -> None:
        world, _ = at("referred")
        browser = world.sign_in(Role.COORDINATOR)
        first = browser.submit("/referrals/new", REFERRAL).headers["Location"]
        again = browser.submit("/referrals/new", {**REFERRAL, "family_name": "NUNEZ", "given_name": "ana maria"})
        assert again.headers["Location"] == first
        assert "everything of this referral is known" in plain(browser.get(first).get_data(as_text=True))
        with world.database.reading() as session:
            assert len(session.scalars(select(Patient.id).where(Patient.mrn == "004502")).all()) == 1

    @pytest.mark.parametrize(
        "typed",
        [
            {"mrn": "\u0660\u0660\u0664\u0665\u0660\u0662"},
            {"mrn": "\u200b004502\u202c"},
            {"mrn": "", "family_name": "Nu\u200bnez"},
        ],
    )
    def test_is_found_whatever_signs_came_along(self, at: At, typed: dict[str, str]) -> None:
        world, _ = at("referred")
        browser = world.sign_in(Role.COORDINATOR)
        first = browser.submit("/referrals/new", REFERRAL).headers["Location"]
        if not typed["mrn"]:
            typed = {**typed, "mrn": "9"}
        assert browser.submit("/referrals/new", {**REFERRAL, **typed}).headers["Location"] == first

    @pytest.mark.parametrize("text", ["\u0660\u0660\u0664\u0665\u0660\u0662", "\u200bnun", "0142"])
    def test_is_found_by_digits_of_another_script_and_by_the_last_four_of_a_number(self, at: At, text: str) -> None:
        world, _ = at("referred")
        browser = world.sign_in(Role.COORDINATOR)
        browser.submit("/referrals/new", {**REFERRAL, "phones": "303 555 0142"})
        answer = browser.submit("/find", {"q": text})
        assert "Ana Mar" in plain(browser.get(answer.headers["Location"]).get_data(as_text=True))

    @pytest.mark.parametrize(
        ("reach", "doubts"),
        [
            ({"phones": "12", "emails": "ana@example.org"}, ["“12” cannot be a telephone number."]),
            (
                {"phones": "303 555 0142", "caregiver_emails": "ana at home"},
                ["“ana at home” is not an e-mail address."],
            ),
            ({"phones": "", "emails": ""}, ["There is no telephone number and no e-mail address."]),
            ({"phones": "303 555 0142"}, []),
        ],
    )
    @pytest.mark.parametrize("form", ["/referrals/new", "/pumps/take-over"])
    def test_with_a_doubtful_number_warns_and_opens_a_task_as_an_import_does(
        self, at: At, form: str, reach: dict[str, str], doubts: list[str]
    ) -> None:
        world, _ = at("referred")
        browser = world.sign_in(Role.COORDINATOR)
        usual = {**(REFERRAL if "referrals" in form else PUMP), **reader(world, Role.NURSE)}
        answer = browser.submit(form, {**usual, "phones": "", "emails": "", **reach})
        page = plain(browser.get(answer.headers["Location"]).get_data(as_text=True))
        with world.database.reading() as session:
            tasks = session.scalars(select(StaffTask).where(StaffTask.kind == "reach_doubts")).all()
        assert [list(each.params.values()) for each in tasks] == ([doubts] if doubts else [])
        assert all(doubt in page for doubt in doubts)

    @pytest.mark.parametrize(
        ("wrong", "sentence"),
        [
            ({"mrn": "004401"}, "belongs to a patient with another name"),
            ({"birth_on": "2027-01-01"}, "This birth date is in the future."),
            ({"birth_on": "1901-01-01"}, "more than 120 years ago"),
            ({"received_on": "2026-03-30"}, "This date is in the future."),
            ({"family_name": "  "}, "A name is needed."),
            ({"family_name": "x" * 201}, "At most 200 characters."),
            ({"family_name": "Oka\x07for"}, "a sign that cannot be seen"),
            ({"given_name": "\u3164"}, "a sign that cannot be seen"),
            ({"given_name": "\u200b\u202e"}, "A name is needed."),
            ({"mrn": "00\t45"}, "a sign that cannot be seen"),
            ({"indication": ""}, "Choose spasticity or pain."),
            ({"indication": "gout"}, "Not a valid choice"),
            ({"birth_on": "03/07/1961"}, "Type a date as year-month-day"),
        ],
    )
    def test_that_cannot_be_is_answered_beside_the_field(self, at: At, wrong: dict[str, str], sentence: str) -> None:
        world, _ = at("referred")
        answer = world.sign_in(Role.COORDINATOR).submit("/referrals/new", {**REFERRAL, **wrong})
        text = plain(answer.get_data(as_text=True))
        assert answer.status_code == 422
        assert sentence in text.partition("<form")[2]
        assert "Acme Health" in text

    def test_tells_the_coordinator_everything_that_it_said(self, at: At) -> None:
        world, _ = at("referred")
        browser = world.sign_in(Role.COORDINATOR)
        said = {"referred_by": "Dr Weir", "specialty": "Neurology", "notes": "Uses a lift; call the sister first.",
                "diagnosis_code": "g35.b0", "spasticity_origin": "spinal"}  # fmt: skip
        case = browser.submit("/referrals/new", {**REFERRAL, **said}).headers["Location"]
        page = plain(browser.get(case).get_data(as_text=True)).partition("What stands in the way")[0]
        for text in ("Urgent", "Dr Weir", "Neurology", "Acme Health", "call the sister first", "G35.B0", "Spinal"):
            assert text in page, text
        form = plain(world.sign_in(Role.PHYSICIAN).get(f"{case}/evaluation").get_data(as_text=True))
        assert "G35.B0" in form.partition('<dl class="facts">')[2].partition("</dl>")[0]
        assert 'value="G35.B0"' not in form

    def test_of_somebody_who_is_there_loses_nothing(self, at: At) -> None:
        world, _ = at("referred")
        browser = world.sign_in(Role.COORDINATOR)
        case = browser.submit("/referrals/new", REFERRAL).headers["Location"]
        more = {**REFERRAL, "received_on": "2026-03-17", "phones": "303 555 0142\n303 555 0177", "notes": "Now falls.",
                "referred_by": "Dr Second", "allergies": "latex"}  # fmt: skip
        for said in ("A task on Today says what it is", "everything of this referral is known"):
            assert browser.submit("/referrals/new", more).headers["Location"] == case
            page = plain(browser.get(case).get_data(as_text=True))
            assert said in page
        assert page.partition("<main")[2].count("303 555 0177") == 1
        today = plain(browser.get("/today").get_data(as_text=True))
        assert today.count("Referred again: read what came in") == 1
        for text in ("Dr Second", "Now falls.", "latex"):
            assert text in today, text
        assert "Núñez" in plain(browser.get(world.search("/find?q=3035550177")).get_data(as_text=True))

    def test_under_another_number_is_told_to_the_coordinator(self, at: At) -> None:
        world, _ = at("referred")
        browser = world.sign_in(Role.COORDINATOR)
        browser.submit("/referrals/new", REFERRAL)
        again = {**REFERRAL, "mrn": "SK099"}
        assert browser.submit("/referrals/new", again).status_code == 303
        today = plain(browser.get("/today").get_data(as_text=True))
        assert "Referred again: read what came in" in today and "SK099" in today

    def test_does_not_bring_back_a_number_that_was_ended(self, at: At) -> None:
        world, _ = at("referred")
        browser = world.sign_in(Role.COORDINATOR)
        case = browser.submit("/referrals/new", REFERRAL).headers["Location"]
        browser.submit(f"{case}/identity", {**PERSON, "expected_version": "1", "phones": "+1 720 555 0199"})
        browser.submit("/referrals/new", REFERRAL)
        assert "303 555 0142" not in plain(browser.get(case).get_data(as_text=True))


class TestATakenOverPump:
    def test_is_followed_from_then_on(self, at: At) -> None:
        world, _ = at("referred")
        browser = world.sign_in(Role.NURSE)
        answer = browser.submit("/pumps/take-over", {**PUMP, **reader(world, Role.PHYSICIAN)})
        assert answer.status_code == 303, plain(answer.get_data(as_text=True))
        page = plain(browser.get(answer.headers["Location"]).get_data(as_text=True))
        assert "Pump intake" in page
        assert "latest date" in page
        assert "Tue 10 Feb 2026 As found at take-over" in page, "the print-out does not say at what hour"

    def test_without_an_alarm_date_is_critical_and_due_today(self, at: At) -> None:
        world, _ = at("referred")
        browser = world.sign_in(Role.NURSE)
        unknown = {**PUMP, "alarm_on": "", "alarm_on_again": "", **reader(world, Role.PHYSICIAN)}
        answer = browser.submit("/pumps/take-over", unknown)
        assert answer.status_code == 422
        assert "tick that it is not known" in plain(answer.get_data(as_text=True))
        answer = browser.post("/pumps/take-over", {**unknown, "alarm_unknown": "y"})
        assert answer.status_code == 303
        page = plain(browser.get(answer.headers["Location"]).get_data(as_text=True))
        assert "alarm date unknown" in page
        assert "Low-reservoir alarm date is not known" in page

    def test_of_a_patient_who_is_followed_already_is_refused(self, at: At) -> None:
        world, _ = at("referred")
        browser = world.sign_in(Role.NURSE)
        values = {**PUMP, **reader(world, Role.PHYSICIAN)}
        browser.submit("/pumps/take-over", values)
        answer = browser.submit("/pumps/take-over", values)
        assert answer.status_code == 422
        assert "This patient's pump is followed already." in plain(answer.get_data(as_text=True))


class TestThePersonsDetails:
    def details(self, version: int = 1, **values: str) -> dict[str, str]:
        known = {"family_name": "Okafor", "given_name": "James", "birth_on": "1961-03-12", "mrn": "004401", "sex": "M"}
        return {**known, "expected_version": str(version), "emails": "james1@example.org", **values}

    def test_are_shown_and_recorded(self, at: At) -> None:
        world, journey = at("referred")
        browser = world.sign_in(Role.FRONT_DESK)
        url = f"/cases/{journey.public_id}/identity"
        assert "james1@example.org" in browser.get(url).get_data(as_text=True)
        answer = browser.post(url, self.details(phones="303 555 0142", prefers="sms"))
        assert answer.status_code == 303
        with world.database.reading() as session:
            point = session.scalars(select(ContactPoint.value).where(ContactPoint.kind == "phone")).one()
        assert point == "+13035550142"

    def test_keep_allergies_from_the_front_desk_and_as_they_are(self, at: At) -> None:
        world, journey = at("referred")
        browser = world.sign_in(Role.FRONT_DESK)
        url = f"/cases/{journey.public_id}/identity"
        assert "llerg" not in browser.get(url).get_data(as_text=True).partition("<main")[2]
        assert browser.post(url, self.details(allergies="none")).status_code == 303
        with world.database.reading() as session:
            assert session.scalars(select(Patient.allergies)).one() == "latex"

    def test_end_what_is_no_longer_said(self, at: At) -> None:
        world, journey = at("referred")
        browser = world.sign_in(Role.FRONT_DESK)
        browser.submit(f"/cases/{journey.public_id}/identity", self.details(emails=""))
        with world.database.reading() as session:
            ended = session.scalars(select(ContactPoint.ended_at)).one()
        assert ended is not None

    def test_of_two_people_at_once_are_not_overwritten(self, at: At) -> None:
        world, journey = at("referred")
        browser = world.sign_in(Role.FRONT_DESK)
        url = f"/cases/{journey.public_id}/identity"
        assert browser.submit(url, self.details(city="Denver")).status_code == 303
        stale = browser.submit(url, self.details(city="Boulder"))
        text = plain(stale.get_data(as_text=True))
        assert stale.status_code == 409
        assert "Somebody changed this patient meanwhile" in text
        assert "Boulder" in text
        assert browser.post(url, self.details(version=2, city="Boulder")).status_code == 303

    def test_cannot_take_somebody_elses_number(self, at: At) -> None:
        world, journey = at("referred")
        coordinator = world.sign_in(Role.COORDINATOR)
        coordinator.submit("/referrals/new", REFERRAL)
        answer = coordinator.submit(f"/cases/{journey.public_id}/identity", self.details(mrn="004502"))
        assert answer.status_code == 422
        assert "belongs to another patient" in plain(answer.get_data(as_text=True))

    def test_make_the_messages_be_planned_anew(self, at: At) -> None:
        world, journey = at("implant_booked")
        world.sign_in(Role.FRONT_DESK).submit(f"/cases/{journey.public_id}/identity", self.details(prefers="phone"))
        with world.database.reading() as session:
            due = session.scalars(select(Case.reconcile_at).where(Case.public_id == journey.public_id)).one()
        assert due is not None
        assert due <= world.clock.now()
