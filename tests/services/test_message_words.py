"""A clinic's own words of its messages: a version more each time, and what is planned already is sent in them."""

import json
import re
from dataclasses import replace

import pytest
from sqlalchemy import func, select, update

from tests.factories.case_world import CaseWorld
from tests.factories.post import Post
from tests.factories.rows import a_clinic, a_member
from tests.support.fixed import FixedClock, SeededIds
from tracker.domain.access import Actor
from tracker.domain.errors import InvalidInput, NotFound, NotPermitted, StaleVersion
from tracker.domain.mail import Attachment, MailUnavailable, Message
from tracker.domain.message_words import Which
from tracker.domain.own_words import LAST_SHIPPED
from tracker.domain.words import Role
from tracker.persistence.chain import verify_chain
from tracker.persistence.database import Database
from tracker.persistence.models import Clinic, Event, MessageWords, Reminder
from tracker.queries.message_words import find_next, list_versions, read_words
from tracker.queries.reminder_preview import list_preview, with_words
from tracker.queries.reminder_texts import shipped
from tracker.services.delivering.attempts import text_hash
from tracker.services.message_words import change_words, go_back
from tracker.services.system_actor import nobody
from tracker.services.work import Work

MAIL = Which("arrival", "en", "email")
SHIPPED = shipped(MAIL)
OWN = SHIPPED.body.replace("Hello", "Good day")
FIRST, SECOND = LAST_SHIPPED + 1, LAST_SHIPPED + 2
LINK = re.compile(r"https://visits\.example/r/[\w-]{43}")


@pytest.fixture
def post(database: Database, clock: FixedClock, ids: SeededIds) -> Post:
    """A visit whose reminder is due."""
    return Post(CaseWorld(database, clock, ids))


@pytest.fixture
def manager(post: Post) -> Actor:
    with post.world.database.writing() as session:
        person = a_member(session, session.scalars(select(Clinic)).one(), 9)
        return Actor(person.id, post.world.clinic_id, frozenset({Role.MANAGER}), "User 9")


def change(post: Post, actor: Actor, version: int, body: str = OWN, which: Which = MAIL, **values: str) -> int:
    with post.world.database.writing() as session:
        work = Work(session, actor, post.world.ids, post.world.clock.now())
        subject = values["subject"] if "subject" in values else shipped(which).subject
        return change_words(work, which, expected_version=version, subject=subject, body=body)


def back(post: Post, actor: Actor, version: int, to: int) -> int:
    with post.world.database.writing() as session:
        work = Work(session, actor, post.world.ids, post.world.clock.now())
        return go_back(work, MAIL, expected_version=version, version=to)


def count(post: Post) -> int:
    with post.world.database.reading() as session:
        return session.scalar(select(func.count()).select_from(MessageWords)) or 0


class TestOwnWords:
    def test_are_what_a_message_that_was_planned_before_is_sent_in(self, post: Post, manager: Actor) -> None:
        before = {
            name: getattr(post.soon(), name)
            for name in ("template", "state", "next_action_at", "channel", "created_at")
        }
        assert change(post, manager, SHIPPED.version, subject="Come on $date") == FIRST
        # Nothing is planned anew, because no row holds words.
        assert post.world.reconcile() == 0
        assert {name: getattr(post.soon(), name) for name in before} == before
        post.dispatch()
        (message,), (attempt,) = post.mailer.sent, post.attempts()
        assert message.subject == "Come on Thursday, March 26, 2026" and message.body.startswith("Good day Ada,")
        assert "<p>Good day Ada,</p>" in message.html
        assert (attempt.template_version, attempt.text_hash) == (FIRST, text_hash(message))

    def test_are_what_the_preview_shows(self, post: Post, manager: Actor) -> None:
        change(post, manager, SHIPPED.version)
        with post.world.database.reading() as session:
            viewer = nobody(post.world.clinic_id)
            found = list_preview(session, viewer, now=post.world.clock.now(), days=0).will_send
            (worded,) = with_words(session, viewer, found)
        post.dispatch()
        assert worded.text is not None and worded.text.version == FIRST
        assert LINK.sub("", post.mailer.sent[0].body) == worded.text.body.replace("[the patient's own link]", "")

    def test_are_those_of_the_moment_of_each_attempt(self, post: Post, manager: Actor) -> None:
        post.mailer.failing = lambda number: None if number > 1 else MailUnavailable("451 4.3.0")
        post.dispatch()
        change(post, manager, SHIPPED.version)
        post.world.clock.advance(minutes=2)
        post.dispatch()
        assert [each.template_version for each in post.attempts()] == [SHIPPED.version, FIRST]
        assert post.mailer.sent[0].body.startswith("Good day")

    def test_are_of_one_clinic(self, post: Post, manager: Actor) -> None:
        change(post, manager, SHIPPED.version)
        with post.world.database.writing() as session:
            other = a_clinic(session, 2).id
            assert read_words(session, other).of(MAIL) == SHIPPED
            assert read_words(session, manager.clinic_id).of(MAIL).body.startswith("Good day")

    def test_are_versions_that_all_stay(self, post: Post, manager: Actor) -> None:
        assert change(post, manager, SHIPPED.version) == FIRST
        assert change(post, manager, FIRST, OWN.replace("Good day", "Dear")) == SECOND
        with post.world.database.reading() as session:
            found = list_versions(session, manager.clinic_id, MAIL)
            events = session.scalars(
                select(Event).where(Event.kind == "message_words_changed").order_by(Event.seq)
            ).all()
            assert verify_chain(session, manager.clinic_id).is_whole
        assert [each.wording.version for each in found] == [SECOND, FIRST, 2, 1]
        assert [(each.by, each.written_at, each.shipped_version) for each in found[:2]] == [
            ("User 9", post.world.clock.now(), SHIPPED.version)
        ] * 2
        bodies = [json.loads(each.body)["body"] for each in events]
        assert [(each["version"], each["was"]) for each in bodies] == [(FIRST, SHIPPED.version), (SECOND, FIRST)]
        assert {each.actor_id for each in events} == {manager.user_id}
        # The chain is read by many; it holds which words, and not the words.
        assert "Good day" not in str(bodies)

    def test_of_an_older_version_count_again_as_a_new_one(self, post: Post, manager: Actor) -> None:
        change(post, manager, SHIPPED.version)
        assert back(post, manager, FIRST, SHIPPED.version) == SECOND
        with post.world.database.reading() as session:
            now = read_words(session, manager.clinic_id).of(MAIL)
        assert (now.body, now.subject, now.version) == (SHIPPED.body, SHIPPED.subject, SECOND)
        # The first shipped words had no link: they may not be sent any more.
        with pytest.raises(InvalidInput) as refused:
            back(post, manager, SECOND, 1)
        assert "$link is missing" in refused.value.problems["body"]
        with pytest.raises(NotFound):
            back(post, manager, SECOND, 77)


class TestAChange:
    def test_of_an_older_form_is_refused(self, post: Post, manager: Actor) -> None:
        change(post, manager, SHIPPED.version)
        with pytest.raises(StaleVersion) as stale:
            change(post, manager, SHIPPED.version, OWN.replace("Good day", "Dear"))
        assert stale.value.current_version == FIRST
        assert count(post) == 1

    @pytest.mark.parametrize(
        ("body", "sentence"),
        [
            (SHIPPED.body, "nothing has changed"),
            (OWN.replace("$phone", "us"), "$phone is missing"),
            (OWN + "\n\nAbout your pump.", "“pump” may not stand in a message"),
        ],
    )
    def test_that_may_not_be_sent_changes_nothing(self, post: Post, manager: Actor, body: str, sentence: str) -> None:
        with pytest.raises(InvalidInput) as refused:
            change(post, manager, SHIPPED.version, body)
        assert sentence in refused.value.problems["body"]
        assert count(post) == 0

    def test_of_a_text_counts_with_the_clinics_own_name_and_number(self, post: Post, manager: Actor) -> None:
        which = Which("arrival", "en", "sms")
        words = shipped(which).body
        with post.world.database.writing() as session:
            session.scalars(select(Clinic)).one().name = "R" * 41
        with pytest.raises(InvalidInput) as refused:
            change(post, manager, 2, words.replace("Reply", "Answer"), which)
        assert "one text message holds 160" in refused.value.problems["body"]
        with post.world.database.writing() as session:
            session.scalars(select(Clinic)).one().message_name = "River"
        assert change(post, manager, 2, words.replace("Reply", "Answer"), which) == FIRST

    def test_is_for_whoever_manages_the_clinic(self, post: Post, manager: Actor) -> None:
        for act in (lambda who: change(post, who, 2), lambda who: back(post, who, 2, 2)):
            with pytest.raises(NotPermitted):
                act(replace(manager, roles=frozenset({Role.LEAD_COORDINATOR})))

    def test_of_a_message_that_there_is_not_is_not_found(self, post: Post, manager: Actor) -> None:
        for other in ({"template": "farewell"}, {"language": "fr"}, {"channel": "phone"}):
            with pytest.raises(NotFound):
                change(post, manager, 2, which=replace(MAIL, **other), subject="x")


class TestTheNextPatient:
    def test_is_whoever_gets_the_message_next(self, post: Post, manager: Actor) -> None:
        with post.world.database.reading() as session:
            found = find_next(session, manager, MAIL)
            letter = find_next(session, manager, replace(MAIL, channel="letter"))
            assert find_next(session, manager, replace(MAIL, language="es")) is None
            assert find_next(session, manager, Which("refill", "en", "email")) is None
            assert find_next(session, replace(manager, clinic_id=2), MAIL) is None
        assert found is not None and letter is not None and found.case_id == post.world.case_id
        assert (found.values.first_name, found.values.date) == ("Ada", "Thursday, March 26, 2026")
        assert found.values.link == "[the patient's own link]" and letter.values.link == ""


class TestAMail:
    def test_says_the_same_in_html_and_brings_the_visit_for_a_calendar(self, post: Post) -> None:
        post.dispatch()
        (message,) = post.mailer.sent
        (file,) = message.attachments
        (link,) = LINK.findall(message.body)
        assert f'<a href="{link}">{link}</a>' in message.html
        assert file.filename == "appointment.ics" and "SUMMARY:Appointment at Riverside Clinic\r\n" in file.content
        # 9:00 in New York, and nothing that tells how long.
        assert "DTSTART:20260326T130000Z\r\n" in file.content and "DTEND" not in file.content
        assert link not in file.content and "Ada" not in file.content

    def test_keeps_the_name_of_a_visit_that_moves(self, post: Post) -> None:
        post.dispatch()
        post.world.move(post.visit, "2026-03-27T09:00")
        post.world.clock.advance(days=1)
        post.dispatch()
        before, after = (each.attachments[0].content for each in post.mailer.sent)
        uid = re.compile(r"UID:(\w{32})\r\n")
        assert uid.findall(before) == uid.findall(after) and "DTSTART:20260327T130000Z" in after

    def test_without_a_clock_time_in_its_words_brings_none(self, post: Post) -> None:
        with post.world.database.writing() as session:
            session.execute(update(Reminder).values(template="consent"))
        post.dispatch()
        (message,) = post.mailer.sent
        assert message.subject.startswith("A form to sign") and "<p>Hello Ada,</p>" in message.html
        assert message.attachments == ()


@pytest.mark.parametrize(
    "other",
    [
        {"subject": "x"},
        {"body": "x"},
        {"html": "<p>x</p>"},
        {"html": ""},
        {"attachments": ()},
        {"attachments": (Attachment("a.ics", "text/calendar", "other"),)},
    ],
)
def test_the_hash_covers_everything_that_a_patient_can_read(other: dict[str, object]) -> None:
    message = Message("a@b.example", "s", "b", "r", "<p>b</p>", (Attachment("a.ics", "text/calendar", "file"),))
    assert text_hash(replace(message, **other)) != text_hash(message)
    assert text_hash(replace(message, recipient="c@d.example", reference="q")) == text_hash(message)
