"""How to reach a patient: every number and address, what was agreed, what happens now, and who recorded it."""

import html
import re
from collections.abc import Callable
from typing import Any

import pytest
from sqlalchemy import insert, select, update

from tests.support.journey import Journey
from tests.support.web import Browser, WebWorld
from tests.web.cases.test_patients import PERSON, REFERRAL
from tracker.domain.words import Role
from tracker.persistence.models import AccessEntry, Clinic, ContactPoint, ContactPointChange, Patient
from tracker.persistence.vocabulary import ContactChange

At = Callable[[str], tuple[WebWorld, Journey]]


class Desk:
    """The front desk at the page of one patient, who has the address james1@example.org."""

    def __init__(self, world: WebWorld, journey: Journey) -> None:
        self.world, self.browser = world, world.sign_in(Role.FRONT_DESK)
        self.url = f"/cases/{journey.public_id}/reach"

    def page(self) -> str:
        return text_of(self.browser, self.url)

    def post(self, act: str, *, version: int | None = None, **values: object) -> Any:
        self.browser.get(self.url)
        return self.browser.post(f"{self.url}/{act}", {"expected_version": version or self.version(), **values})

    def add(self, typed: str, kind: str = "phone", **values: object) -> Any:
        return self.post("add", kind=kind, typed=typed, **{"owner": "patient", **values})

    def version(self) -> int:
        with self.world.database.reading() as session:
            return session.scalars(select(Patient.version)).one()

    def points(self) -> list[ContactPoint]:
        with self.world.database.reading() as session:
            return list(session.scalars(select(ContactPoint).order_by(ContactPoint.id)))

    def of_clinic(self, **values: object) -> None:
        with self.world.database.writing() as session:
            session.execute(update(Clinic).values(**values))

    def plan(self) -> str:
        return self.page().partition("What happens now")[2].partition("</section>")[0]


def text_of(browser: Browser, url: str) -> str:
    answer = browser.get(url)
    assert answer.status_code == 200
    return html.unescape(answer.get_data(as_text=True))


@pytest.fixture
def desk(at: At) -> Desk:
    return Desk(*at("referred"))


class TestThePage:
    def test_is_reached_from_the_case_by_whoever_edits_patients(self, at: At) -> None:
        world, journey = at("referred")
        link = f'href="/cases/{journey.public_id}/reach"'
        for role, may in ((Role.FRONT_DESK, True), (Role.COORDINATOR, True), (Role.PHYSICIAN, False)):
            assert (link in text_of(world.sign_in(role), f"/cases/{journey.public_id}")) is may

    def test_is_recorded_as_seen(self, desk: Desk) -> None:
        desk.page()
        with desk.world.database.reading() as session:
            assert "cases.reach" in session.scalars(select(AccessEntry.page)).all()

    def test_says_what_happens_now(self, desk: Desk) -> None:
        night = "nobody is written to from 21:00 to 08:00"
        assert f"E-mail to james1@example.org; {night} (America/Denver)." in desk.plan()
        desk.of_clinic(sends_texts=True)
        desk.add("303 555 0142", texts_agreed="y")
        desk.post("wishes", prefers="sms", language="en", zone="America/New_York")
        assert f"Text message to …0142, then e-mail to james1@example.org; {night} (America/New_York)." in desk.plan()
        desk.post("wishes", prefers="", language="en")
        assert "About a visit: text message to …0142, then e-mail to james1@example.org; " in desk.plan()
        assert "; about a form to sign and how to prepare: e-mail to " in desk.plan()
        desk.of_clinic(quiet_from="08:00", quiet_until="08:00")
        assert "; at any hour." in desk.plan()

    def test_says_that_nobody_can_be_written_to(self, desk: Desk) -> None:
        desk.post(f"{desk.points()[0].id}/end", reason="wrong")
        assert "A person calls: the clinic sends no text messages and there is no e-mail address." in desk.plan()
        desk.of_clinic(sends_texts=True)
        desk.add("303 555 0142")
        assert "A person calls: no number takes texts and there is no e-mail address." in desk.plan()

    @pytest.mark.parametrize(
        ("wishes", "said"),
        [
            ({"prefers": "phone", "language": "en"}, "A person calls: that is what the patient wants."),
            ({"language": "other", "other_language": "Vietnamese"}, "there are no messages in Vietnamese."),
            ({"language": "other", "other_language": "Spanish"}, "E-mail to james1@example.org;"),
            ({"language": "es"}, "E-mail to james1@example.org;"),
        ],
    )
    def test_follows_the_wishes(self, desk: Desk, wishes: dict[str, str], said: str) -> None:
        assert desk.post("wishes", **wishes).status_code == 303
        assert said in desk.plan()

    def test_says_that_a_stop_holds_for_every_way(self, desk: Desk) -> None:
        desk.of_clinic(sends_texts=True)
        desk.add("303 555 0142", texts_agreed="y")
        desk.post(f"{desk.points()[0].id}/messages", stopped="yes")
        assert "A person calls: messages were stopped at james1@example.org, and that holds for every way." in (
            desk.plan()
        )

    def test_says_that_copies_go_to_a_caregiver(self, desk: Desk) -> None:
        desk.add("joan@example.org", kind="email", owner="caregiver")
        assert "A copy about a refill goes to the caregiver: e-mail to the caregiver's joan@example.org." in desk.plan()

    def test_says_that_texts_cannot_leave_and_that_sending_is_paused(self, desk: Desk) -> None:
        assert "No text messages leave here" not in desk.plan() and "Sending is paused" not in desk.plan()
        desk.of_clinic(sends_texts=True, sending_paused_at=desk.world.clock.now())
        assert "No text messages leave here" in desk.plan() and "Sending is paused" in desk.plan()

    def test_puts_no_number_into_an_address(self, desk: Desk) -> None:
        desk.add("303 555 0142")
        links = re.findall(r'(?:href|action)="([^"]*)"', desk.page().partition("<main")[2])
        assert links and not any("0142" in link or "james1" in link for link in links)

    def test_names_every_button_for_whoever_hears_it(self, desk: Desk) -> None:
        desk.add("303 555 0142")
        buttons = re.findall(r"<button[^>]*is-small[^>]*>(.*?)</button>", desk.page())
        assert len(buttons) == 6 and len(set(buttons)) == 6


class TestANumber:
    def test_is_added_with_what_was_agreed_and_who_wrote_it(self, desk: Desk) -> None:
        assert desk.add("303 555 0142", owner="caregiver", texts_agreed="y").status_code == 303
        page = desk.page()
        assert "Recorded: added." in page
        assert "Agreed to text messages, Tue 17 Mar 09:00, recorded by Front Desk Person." in page
        assert "Telephone · caregiver" in page and "Not verified yet." in page
        assert (desk.points()[1].value, desk.points()[1].owner) == ("+13035550142", "caregiver")

    def test_that_cannot_be_right_is_kept_and_doubted(self, desk: Desk) -> None:
        assert desk.add("12").status_code == 303
        page = desk.page()
        assert "“12” cannot be a telephone number. It is kept as typed" in page
        assert "cannot be right" in page

    @pytest.mark.parametrize(
        ("values", "sentence"),
        [
            ({"typed": ""}, "Type the number or the address."),
            ({"typed": "x" * 321}, "At most 320 characters."),
            ({"kind": ""}, "Choose telephone or e-mail."),
            ({"owner": "neighbour"}, "Not a valid choice"),
            ({"kind": "email", "typed": "james1@example.org"}, "stands among the numbers and addresses already"),
            ({"kind": "email", "typed": "jo@x.org", "texts_agreed": "y"}, "Text messages can go to a telephone number"),
        ],
    )
    def test_that_cannot_be_is_answered_at_the_field_and_keeps_what_was_typed(
        self, desk: Desk, values: dict[str, str], sentence: str
    ) -> None:
        asked = {"kind": "phone", "typed": "303 555 0142", "owner": "facility", **values}
        answer = desk.post("add", **asked)
        text = html.unescape(answer.get_data(as_text=True))
        assert answer.status_code == 422
        assert sentence in text.partition("Add a number or address")[2]
        assert f'value="{asked["typed"]}"' in text
        assert len(desk.points()) == 1

    def test_is_verified_stopped_and_ended_with_a_history(self, desk: Desk) -> None:
        desk.add("303 555 0142", texts_agreed="y")
        number = desk.points()[1].id
        for act, values in (
            ("verified", {"how": "call"}),
            ("texts", {"agreed": "no"}),
            ("messages", {"stopped": "yes"}),
            ("messages", {"stopped": "no"}),
        ):
            assert desk.post(f"{number}/{act}", **values).status_code == 303
        assert "Verified: answered by telephone, Tue 17 Mar 09:00, recorded by Front Desk Person." in desk.page()
        assert desk.post(f"{number}/end", reason="has a new one").status_code == 303
        page = desk.page()
        assert "has a new one, recorded by Front Desk Person" in page.partition(">Ended<")[2]
        history = page.partition(">History<")[2]
        for said in (
            "303 555 0142: added", "303 555 0142: agreed to text messages", "303 555 0142: no longer agrees",
            "303 555 0142: verified, answered by telephone", "303 555 0142: messages stopped",
            "303 555 0142: messages allowed again", "303 555 0142: ended, has a new one",
        ):  # fmt: skip
            assert said in history, said

    def test_that_somebody_stopped_by_an_answer_says_so(self, desk: Desk) -> None:
        point = desk.points()[0]
        with desk.world.database.writing() as session:
            session.execute(update(ContactPoint).values(opted_out_at=desk.world.clock.now()))
            session.execute(
                insert(ContactPointChange).values(
                    clinic_id=point.clinic_id,
                    id=1,
                    patient_id=point.patient_id,
                    point_id=point.id,
                    changed_at=desk.world.clock.now(),
                    what=ContactChange.STOPPED,
                    detail="",
                )
            )
        assert "Messages stopped, Tue 17 Mar 09:00, by their own answer to a message." in desk.page()

    def test_without_a_reason_does_not_end(self, desk: Desk) -> None:
        answer = desk.post(f"{desk.points()[0].id}/end", reason="")
        assert answer.status_code == 422
        text = answer.get_data(as_text=True)
        assert "Say why it ends." in text and '<details class="reach-end no-print" open' in text
        assert desk.points()[0].ended_at is None

    @pytest.mark.parametrize("act", ["end", "texts", "verified", "messages"])
    def test_that_is_not_there_is_not_found(self, desk: Desk, act: str) -> None:
        assert desk.post(f"1/{act}", reason="x", agreed="no", how="message", stopped="yes").status_code == 404

    @pytest.mark.parametrize(
        ("act", "values"),
        [("texts", {"agreed": "yes"}), ("verified", {"how": "call"}), ("messages", {"stopped": "no"})],
    )
    def test_is_refused_what_does_not_fit_it(self, desk: Desk, act: str, values: dict[str, str]) -> None:
        """An address takes no texts, answers no calls, and is not stopped."""
        answer = desk.post(f"{desk.points()[0].id}/{act}", **values)
        assert answer.status_code == 422
        assert "Nothing is saved yet" in answer.get_data(as_text=True)


class TestTwoPeopleAtOnce:
    @pytest.mark.parametrize(
        ("act", "values", "kept"),
        [
            ("add", {"kind": "phone", "typed": "303 555 0177", "owner": "patient"}, "303 555 0177"),
            ("wishes", {"language": "other", "other_language": "Farsi"}, "Farsi"),
            ("end", {"reason": "moved away"}, "moved away"),
        ],
    )
    def test_lose_nothing_of_what_was_typed(self, desk: Desk, act: str, values: dict[str, str], kept: str) -> None:
        point = desk.points()[0].id
        desk.add("303 555 0142")
        answer = desk.post(f"{point}/{act}" if act == "end" else act, version=1, **values)
        text = html.unescape(answer.get_data(as_text=True))
        assert answer.status_code == 409
        assert "Somebody changed this patient meanwhile" in text
        assert f'value="{kept}"' in text and 'name="expected_version" value="2"' in text
        assert desk.version() == 2

    def test_are_told_so_before_what_was_typed_is_judged(self, desk: Desk) -> None:
        desk.add("303 555 0142")
        assert desk.post(f"{desk.points()[0].id}/end", version=1, reason="").status_code == 409


class TestTheWishes:
    @pytest.mark.parametrize(
        ("values", "sentence"),
        [
            ({"language": "other", "other_language": ""}, "Say which language."),
            ({"zone": "Mars/Olympus"}, "This is not a time zone."),
            ({"prefers": "pigeon"}, "Not a valid choice"),
        ],
    )
    def test_that_cannot_be_are_refused_at_the_field(self, desk: Desk, values: dict[str, str], sentence: str) -> None:
        answer = desk.post("wishes", **{"prefers": "email", "language": "es", **values})
        assert answer.status_code == 422
        assert sentence in html.unescape(answer.get_data(as_text=True)).partition("What the patient wants")[2]
        assert desk.version() == 1

    def test_leave_a_language_as_it_was_written_where_it_means_the_same(self, desk: Desk) -> None:
        """James speaks "English", as it was typed; saving the form again is no change of language."""
        desk.post("wishes", prefers="phone", language="en")
        with desk.world.database.reading() as session:
            assert session.scalars(select(Patient.language)).one() == "English"
        assert "Language:" not in desk.page().partition(">History<")[2]


class TestTheTickOfAForm:
    def agreed(self, world: WebWorld) -> list[tuple[str, bool]]:
        with world.database.reading() as session:
            found = session.scalars(select(ContactPoint).where(ContactPoint.kind == "phone").order_by(ContactPoint.id))
            return [(each.owner, each.texts_agreed_at is not None) for each in found]

    @pytest.mark.parametrize("form", ["/referrals/new", "/pumps/take-over"])
    def test_is_asked_only_where_the_clinic_sends_texts(self, at: At, form: str) -> None:
        world, _ = at("referred")
        browser = world.sign_in(Role.COORDINATOR)
        assert "agreed to text messages" not in text_of(browser, form)
        with world.database.writing() as session:
            session.execute(update(Clinic).values(sends_texts=True))
        assert text_of(browser, form).count("agreed to text messages") == 2

    def test_is_recorded_for_those_it_stands_beside(self, at: At) -> None:
        world, _ = at("referred")
        with world.database.writing() as session:
            session.execute(update(Clinic).values(sends_texts=True))
        browser = world.sign_in(Role.COORDINATOR)
        said = {**REFERRAL, "phones": "303 555 0142\n12", "caregiver_phones": "303 555 0177", "texts_agreed": "y"}
        assert browser.submit("/referrals/new", said).status_code == 303
        assert self.agreed(world) == [("patient", True), ("patient", False), ("caregiver", False)]

    def test_counts_nothing_where_it_was_not_asked(self, at: At) -> None:
        world, _ = at("referred")
        browser = world.sign_in(Role.COORDINATOR)
        browser.submit("/referrals/new", {**REFERRAL, "texts_agreed": "y"})
        assert {agreed for _, agreed in self.agreed(world)} == {False}

    def test_is_kept_through_a_refusal(self, at: At) -> None:
        world, _ = at("referred")
        with world.database.writing() as session:
            session.execute(update(Clinic).values(sends_texts=True))
        browser = world.sign_in(Role.COORDINATOR)
        answer = browser.submit("/referrals/new", {**REFERRAL, "mrn": "", "texts_agreed": "y"})
        assert answer.status_code == 422
        tick = re.search(r'<input[^>]*name="texts_agreed"[^>]*>', answer.get_data(as_text=True))
        assert tick is not None and "checked" in tick.group()

    def test_of_the_patients_details_is_about_what_is_added(self, at: At) -> None:
        world, journey = at("referred")
        with world.database.writing() as session:
            session.execute(update(Clinic).values(sends_texts=True))
        browser, url = world.sign_in(Role.FRONT_DESK), f"/cases/{journey.public_id}/identity"
        details = {**PERSON, "family_name": "Okafor", "given_name": "James", "mrn": "004401", "birth_on": "1961-03-12"}
        first = {**details, "phones": "303 555 0142", "expected_version": "1"}
        assert browser.submit(url, first).status_code == 303
        both = {**details, "phones": "303 555 0142\n303 555 0177", "texts_agreed": "y", "expected_version": "2"}
        assert browser.submit(url, both).status_code == 303
        assert self.agreed(world) == [("patient", False), ("patient", True)]


class TestTheAddressForLetters:
    def test_is_recorded_and_stands_in_the_history(self, desk: Desk) -> None:
        assert desk.post("post", address="12 <Main> Street\nDenver").status_code == 303
        page = desk.page()
        assert "12 <Main> Street\nDenver</textarea>" in page
        assert "Address for letters: 12 <Main> Street, Denver" in page

    def test_that_fits_on_no_envelope_is_refused_and_stays_typed(self, desk: Desk) -> None:
        answer = desk.post("post", address="x" * 61)
        text = html.unescape(answer.get_data(as_text=True))
        assert answer.status_code == 422 and "fit on an envelope" in text and "x" * 61 in text

    def test_is_asked_for_where_the_patient_wants_letters(self, desk: Desk) -> None:
        desk.post("wishes", prefers="letter", language="en")
        assert "A person prints a letter" in desk.plan() and "No address for it is recorded" in desk.plan()
        desk.post("post", address="12 Main Street")
        assert "No address for it is recorded" not in desk.plan()
