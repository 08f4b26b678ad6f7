"""What a clinic settles of its messages, through the real form; and what messages then say."""

import html
from dataclasses import replace

import pytest
from sqlalchemy import select, update

from tests.factories.case_world import CaseWorld
from tests.factories.post import Post
from tests.factories.rows import a_member
from tests.support.fixed import FixedClock, SeededIds
from tests.support.mailers import RecordingMailer
from tests.support.web import Browser, WebWorld
from tracker.domain.access import Actor
from tracker.domain.words import Role
from tracker.persistence.chain import verify_chain
from tracker.persistence.database import Database
from tracker.persistence.models import Case, Clinic, Event
from tracker.services.message_settings import change_messages
from tracker.services.work import Work

URL = "/admin/messages"


@pytest.fixture
def manager(world: WebWorld) -> Browser:
    """The manager's browser."""
    return world.sign_in(Role.MANAGER)


@pytest.fixture
def post(sqlite_database: Database, clock: FixedClock, ids: SeededIds) -> Post:
    """A visit whose reminder is due."""
    return Post(CaseWorld(sqlite_database, clock, ids))


def settings(**values: object) -> dict[str, object]:
    usual = {"sends_texts": "y", "quiet_from": "21:30", "quiet_until": "07:45", "message_name": "Riverside"}
    found = {"expected_version": 1, **usual, **values}
    return {name: value for name, value in found.items() if value is not None}


def of_clinic(world: WebWorld, **values: object) -> None:
    with world.database.writing() as session:
        session.execute(update(Clinic).where(Clinic.id == world.clinic_id).values(**values))


def plain(text: str) -> str:
    return html.unescape(text)


class TestTheSettings:
    def test_are_kept_with_one_event(self, world: WebWorld, manager: Browser) -> None:
        assert manager.submit(URL, settings()).status_code == 303
        with world.database.reading() as session:
            clinic = session.get_one(Clinic, world.clinic_id)
            assert verify_chain(session, world.clinic_id).is_whole
            assert session.scalars(select(Event.kind)).all() == ["messages_changed"]
        assert (clinic.sends_texts, clinic.quiet_from, clinic.quiet_until) == (True, "21:30", "07:45")
        assert (clinic.message_name, clinic.version) == ("Riverside", 2)
        text = plain(manager.get(URL).get_data(as_text=True))
        assert 'value="21:30"' in text and 'value="Riverside"' in text
        assert "Maria: Riverside Wed, Sep 23" in text and "Maria: Riverside mié, 23 de sep" in text

    def test_stop_texts_again(self, world: WebWorld, manager: Browser) -> None:
        of_clinic(world, sends_texts=True)
        assert manager.submit(URL, settings(sends_texts=None)).status_code == 303
        with world.database.reading() as session:
            assert not session.get_one(Clinic, world.clinic_id).sends_texts

    @pytest.mark.parametrize(
        ("change", "sentence"),
        [
            ({"quiet_from": "nine"}, "Type a time, for example 21:00."),
            ({"quiet_from": "25:00"}, "Type a time, for example 21:00."),
            ({"quiet_until": ""}, "Type a time, for example 08:00."),
            ({"message_name": "x" * 21}, "Use at most 20 characters"),
            ({"message_name": "River Pump Clinic"}, "“pump” tells what patients are treated for."),
            ({"message_name": "Dr. Núñez Neuro"}, "“neuro” tells what patients are treated for."),
            ({"message_name": "Клиника у реки"}, "Choose a shorter name, with plain letters."),
        ],
    )
    def test_refuse_what_cannot_be_with_a_sentence_at_the_field(
        self, world: WebWorld, manager: Browser, change: dict[str, str], sentence: str
    ) -> None:
        answer = manager.submit(URL, settings(**change))
        text = plain(answer.get_data(as_text=True))
        assert answer.status_code == 422
        assert sentence in text.partition("<form")[2]
        ((_, typed),) = change.items()
        assert f'value="{typed}"' in text or not typed
        with world.database.reading() as session:
            assert session.get_one(Clinic, world.clinic_id).version == 1

    def test_need_a_neutral_name_where_the_clinics_own_is_not(self, world: WebWorld, manager: Browser) -> None:
        of_clinic(world, name="Riverside Pump Clinic")
        answer = manager.submit(URL, settings(message_name=""))
        assert answer.status_code == 422
        assert "The clinic's own name tells what patients are treated for (“pump”)" in plain(
            answer.get_data(as_text=True)
        )
        assert manager.post(URL, settings()).status_code == 303

    def test_without_quiet_hours_say_so(self, manager: Browser) -> None:
        manager.submit(URL, settings(quiet_from="08:00", quiet_until="08:00"))
        assert "There are no quiet hours: messages go out at night too." in manager.get(URL).get_data(as_text=True)

    def test_of_an_older_form_are_refused(self, manager: Browser) -> None:
        manager.submit(URL, settings())
        assert manager.post(URL, settings()).status_code == 409

    def test_say_where_no_text_can_leave(self, world: WebWorld, manager: Browser) -> None:
        assert "No text messages leave here" in manager.get(URL).get_data(as_text=True)
        world.app.extensions["runtime"] = replace(world.runtime, texter=RecordingMailer())
        assert "No text messages leave here" not in manager.get(URL).get_data(as_text=True)

    def test_say_that_sending_is_paused_and_that_no_number_is_known(self, world: WebWorld, manager: Browser) -> None:
        text = manager.get(URL).get_data(as_text=True)
        assert "no message says where" in text and "Nothing leaves until it is resumed" not in text
        of_clinic(world, phone="303-555-0148", sending_paused_at=world.clock.now())
        text = manager.get(URL).get_data(as_text=True)
        assert "no message says where" not in text and "Nothing leaves until it is resumed" in text
        assert "Call 303-555-0148." in text


class TestTheReconciler:
    @pytest.mark.parametrize(("sends_texts", "looks_again"), [(True, True), (False, False)])
    def test_looks_at_every_case_once_texts_are_switched(
        self, post: Post, *, sends_texts: bool, looks_again: bool
    ) -> None:
        world, now = post.world, post.world.clock.now()
        with world.database.writing() as session:
            session.execute(update(Case).values(reconcile_at=None))
            person = a_member(session, session.scalars(select(Clinic)).one(), 9)
            actor = Actor(person.id, world.clinic_id, frozenset({Role.MANAGER}), "User 9")
            change_messages(
                Work(session, actor, world.ids, now), expected_version=1, sends_texts=sends_texts,
                quiet_from="20:00", quiet_until="08:00", message_name="Riverside",
            )  # fmt: skip
        with world.database.reading() as session:
            assert session.scalars(select(Case.reconcile_at)).one() == (now if looks_again else None)


class TestAMessage:
    @pytest.mark.parametrize(
        ("name", "chosen", "said"),
        [
            ("Riverside Clinic", "", "at Riverside Clinic on"),
            ("Riverside Clinic", "Our House", "at Our House on"),
            ("Riverside Pump Clinic", "", "at your clinic on"),
        ],
    )
    def test_carries_the_neutral_name(self, post: Post, name: str, chosen: str, said: str) -> None:
        with post.world.database.writing() as session:
            session.execute(update(Clinic).values(name=name, message_name=chosen))
        post.dispatch()
        (message,) = post.mailer.sent
        assert said in message.body
        assert "ump" not in message.subject + message.body
