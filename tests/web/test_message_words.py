"""The words of messages on their pages: read, tried and changed through the real forms."""

import html
import re

import pytest
from sqlalchemy import select

from tests.support.journey import Journey, a_person, journey_in
from tests.support.statements import sent
from tests.support.web import Browser, WebWorld
from tracker.domain.message_words import Which
from tracker.domain.own_words import LAST_SHIPPED
from tracker.domain.words import Role
from tracker.persistence.models import AccessEntry, MessageWords
from tracker.queries.reminder_texts import shipped, shipped_messages
from tracker.services.patients import Reach

LIST = "/admin/messages/words"
URL = f"{LIST}/arrival/en/email"
TEXT_URL = f"{LIST}/arrival/en/sms"
MAIL = shipped(Which("arrival", "en", "email"))
TEXT = shipped(Which("arrival", "en", "sms"))
OWN = MAIL.body.replace("Hello", "Good day")
FIRST = LAST_SHIPPED + 1


@pytest.fixture
def manager(world: WebWorld) -> Browser:
    return world.sign_in(Role.MANAGER)


def words(**values: object) -> dict[str, object]:
    usual = {"subject": MAIL.subject, "body": OWN, "expected_version": MAIL.version, "do": "save"}
    return {**usual, **values}


def plain(answer: object) -> str:
    return html.unescape(answer.get_data(as_text=True))


def stored(world: WebWorld) -> list[MessageWords]:
    with world.database.reading() as session:
        return list(session.scalars(select(MessageWords).order_by(MessageWords.version)))


class TestTheList:
    def test_has_every_message_with_its_words_and_version(self, manager: Browser) -> None:
        text = manager.get(LIST).get_data(as_text=True)
        links = re.findall(rf'href="{LIST}/(\w+)/(\w+)/(\w+)"', text)
        assert links == [(each.template, each.language, each.channel) for each in shipped_messages()]
        said = html.unescape(text)
        assert [each for each in shipped_messages() if shipped(each).body not in said] == []
        manager.submit(URL, words())
        text = manager.get(LIST).get_data(as_text=True)
        assert "own words, version 1" in text and "Good day" in text

    def test_takes_the_same_statements_however_many_are_a_clinics_own(self, world: WebWorld, manager: Browser) -> None:
        manager.get(LIST)
        with sent(world.database.read) as few:
            manager.get(LIST)
        for url, data in ((URL, words()), (TEXT_URL, words(body=TEXT.body.replace("Reply", "Answer")))):
            assert manager.submit(url, data).status_code == 303
        manager.get(LIST)
        with sent(world.database.read) as many:
            manager.get(LIST)
        assert len(many) == len(few)


class TestAMessage:
    def test_is_changed_and_says_who_did_it(self, world: WebWorld, manager: Browser) -> None:
        answer = manager.submit(URL, words())
        assert answer.status_code == 303
        (row,) = stored(world)
        assert (row.body, row.version, row.written_by) == (OWN, FIRST, world.user_ids[Role.MANAGER])
        text = plain(manager.get(URL))
        assert "Saved: own words, version 1." in text and "Manager Person" in text
        assert text.count("this is sent") == 1 and "Go back to these words" in text

    @pytest.mark.parametrize(
        ("change", "sentence"),
        [
            ({"body": OWN.replace("$phone", "$fon")}, "There is no field $fon."),
            ({"body": OWN + "\nYour pump."}, "“pump” may not stand in a message"),
            ({"subject": ""}, "Give it a subject."),
            ({"subject": "Your trial"}, "“trial” may not stand in a message"),
            ({"body": MAIL.body}, "nothing has changed"),
        ],
    )
    def test_that_may_not_be_sent_is_refused_at_the_field_and_stays_typed(
        self, world: WebWorld, manager: Browser, change: dict[str, str], sentence: str
    ) -> None:
        answer = manager.submit(URL, words(**change))
        text = plain(answer)
        assert answer.status_code == 422
        ((name, typed),) = change.items()
        assert sentence in text.partition(f'id="{name}-error"')[2]
        assert typed in text
        assert stored(world) == []

    def test_of_a_text_that_is_too_long_is_refused(self, world: WebWorld, manager: Browser) -> None:
        long = TEXT.body.replace("Reply", "Please be so kind as to reply with")
        answer = manager.submit(TEXT_URL, {"body": long, "expected_version": 2, "do": "save"})
        assert answer.status_code == 422 and "one text message holds 160" in plain(answer)
        assert 'name="subject"' not in plain(answer)

    def test_shows_how_it_would_read_and_saves_nothing(self, world: WebWorld, manager: Browser) -> None:
        answer = manager.submit(URL, words(do="preview"))
        text = plain(answer)
        assert answer.status_code == 200 and stored(world) == []
        assert "Good day Maria," in text and "These words may be sent." in text
        assert "Wednesday, September 23, 2026" in text and "[the patient's own link]" in text

    def test_of_an_older_form_keeps_what_was_typed(self, world: WebWorld, manager: Browser) -> None:
        manager.submit(URL, words())
        answer = manager.post(URL, words(body=OWN.replace("Good day", "Dear")))
        text = plain(answer)
        assert answer.status_code == 409 and "Somebody changed these words meanwhile" in text
        assert "Dear $first_name" in text and f'value="{FIRST}"' in text
        # What is sent again was made from the words that stand there now.
        assert manager.post(URL, words(body="Dear" + OWN[8:], expected_version=FIRST)).status_code == 303

    def test_goes_back_to_older_words(self, world: WebWorld, manager: Browser) -> None:
        manager.submit(URL, words())
        manager.get(URL)
        answer = manager.post(f"{URL}/back", {"version": "2", "expected_version": FIRST})
        assert answer.status_code == 303
        assert [each.body for each in stored(world)] == [OWN, MAIL.body]
        assert manager.post(f"{URL}/back", {"version": "2", "expected_version": FIRST}).status_code == 409
        refused = manager.post(f"{URL}/back", {"version": "1", "expected_version": FIRST + 1})
        assert refused.status_code == 422 and "$link is missing" in plain(refused)
        assert manager.post(f"{URL}/back", {"version": "x", "expected_version": FIRST + 1}).status_code == 400
        assert manager.post(f"{URL}/back", {"version": "9", "expected_version": FIRST + 1}).status_code == 404

    @pytest.mark.parametrize("path", ["nothing/en/sms", "arrival/fr/sms", "arrival/en/phone", "arrival/en/.."])
    def test_that_there_is_not_is_not_found(self, manager: Browser, path: str) -> None:
        assert manager.get(f"{LIST}/{path}").status_code == 404

    def test_is_escaped(self, manager: Browser) -> None:
        answer = manager.submit(URL, words(body=OWN + "\n<script>alert(1)</script>", do="preview"))
        assert "<script>alert" not in answer.get_data(as_text=True)


class TestThePreview:
    def test_is_the_part_alone_and_stores_nothing(self, world: WebWorld, manager: Browser) -> None:
        manager.get(URL)
        answer = manager.post(f"{URL}/preview", words(body="Half $first"))
        text = plain(answer)
        assert answer.status_code == 200 and "<html" not in text
        assert "Half $first" in text and "There is no field $first." in text
        assert stored(world) == []

    def test_of_a_text_counts(self, manager: Browser) -> None:
        manager.get(TEXT_URL)
        text = plain(manager.post(f"{TEXT_URL}/preview", {"body": TEXT.body, "expected_version": 2}))
        assert re.search(r"\d+ characters here, \d+ with a long name on a long day; one message holds 160\.", text)


class TestTheNextPatient:
    @pytest.fixture
    def booked(self, world: WebWorld) -> Journey:
        """A visit whose reminders wait."""
        journey = journey_in(world)
        reach = (Reach("email", "ada@example.org", "ada@example.org"),)
        journey.refer(a_person(given_name="Zzyzxa", family_name="Quillfeather", reach=reach))
        journey.book("evaluation", journey.in_days(20))
        return journey

    def test_is_shown_to_whoever_sees_reminders_and_that_is_recorded(
        self, world: WebWorld, manager: Browser, booked: Journey
    ) -> None:
        text = plain(manager.submit(URL, words(do="preview")))
        assert "Good day Zzyzxa," in text and "Quillfeather" not in text
        with world.database.reading() as session:
            seen = session.scalars(select(AccessEntry).where(AccessEntry.page == "admin.message")).all()
        assert len(seen) == 2 and all(each.case_id is not None for each in seen)

    def test_is_shown_to_nobody_else(self, world: WebWorld, booked: Journey) -> None:
        answer = world.sign_in(Role.ADMINISTRATOR).get(URL)
        assert answer.status_code == 200 and "Zzyzxa" not in plain(answer)

    def test_is_no_part_of_what_is_shown_while_words_are_typed(self, manager: Browser, booked: Journey) -> None:
        manager.get(URL)
        assert "Zzyzxa" not in plain(manager.post(f"{URL}/preview", words()))
