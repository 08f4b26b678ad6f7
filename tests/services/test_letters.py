"""A letter where no message can go: whoever wants one, or stopped messages, gets one that a person prints and posts."""

from datetime import date, timedelta

import pytest
from sqlalchemy import delete, select, update
from sqlalchemy.exc import IntegrityError

from tests.factories.case_world import CaseWorld
from tests.factories.rows import a_member
from tests.support.fixed import FixedClock, SeededIds
from tracker.domain.access import Actor
from tracker.domain.errors import InvalidInput, NotFound, NotPermitted, StaleVersion
from tracker.domain.facts import Appointment
from tracker.domain.neutral import words_not_to_tell
from tracker.domain.words import Role
from tracker.persistence.chain import verify_chain
from tracker.persistence.database import Database
from tracker.persistence.models import Clinic, ContactPoint, Event, Patient, Reminder, StaffTask, TaskLetter
from tracker.queries.letters import Letter, get_letter
from tracker.services.letters import post_letter, print_letter, text_hash
from tracker.services.work import Work

ADDRESS = "12 Industrial Way\nDenver, CO 80202"


class Desk:
    """A coordinator with the one call of a patient whom no message reaches, about a visit on 26 March at 9:00."""

    def __init__(self, world: CaseWorld, **patient: object) -> None:
        self.world = world
        with world.database.writing() as session:
            session.execute(update(Patient).values(postal_address=ADDRESS, **patient))
            person = a_member(session, session.scalars(select(Clinic)).one(), 9)
            self.actor = Actor(person.id, world.clinic_id, frozenset({Role.COORDINATOR}), "User 9")
        self.visit = world.book("evaluation", "2026-03-26T09:00")

    @property
    def task(self) -> StaffTask:
        """The call."""
        (task,) = self.world.tasks()
        return task

    def letter(self) -> Letter:
        with self.world.database.reading() as session:
            return get_letter(session, self.actor, self.task.id, self.world.clock.now())

    def print(self, actor: Actor | None = None) -> None:
        with self.world.database.writing() as session:
            print_letter(self._work(session, actor), task_id=self.task.id)

    def post(self, posted_on: date, actor: Actor | None = None) -> None:
        with self.world.database.writing() as session:
            post_letter(self._work(session, actor), task_id=self.task.id, posted_on=posted_on)

    def _work(self, session: object, actor: Actor | None) -> Work:
        return Work(session, actor or self.actor, self.world.ids, self.world.clock.now())


@pytest.fixture
def world(database: Database, clock: FixedClock, ids: SeededIds) -> CaseWorld:
    return CaseWorld(database, clock, ids)


@pytest.fixture
def desk(world: CaseWorld) -> Desk:
    return Desk(world)


class TestWhoGetsOne:
    def test_is_whoever_wants_letters_and_is_written_to_no_other_way(self, world: CaseWorld) -> None:
        world.email()
        desk = Desk(world, prefers="letter")
        assert desk.task.params["why"] == "prefers_letter"
        assert {(each.channel, each.state, each.closed_reason) for each in world.reminders()} == {
            ("phone", "tasked", "prefers_letter")
        }
        assert desk.letter().why_not == ""

    def test_is_whoever_stopped_messages(self, world: CaseWorld) -> None:
        world.email(opted_out_at=world.clock.now())
        desk = Desk(world)
        assert (desk.task.params["why"], desk.letter().why_not) == ("opted_out", "")

    def test_who_wants_messages_after_all_gets_them_again(self, world: CaseWorld) -> None:
        world.email()
        desk = Desk(world, prefers="letter")
        with world.database.writing() as session:
            session.execute(update(Patient).values(prefers=""))
        world.reconcile()
        assert desk.task.done_at is not None and desk.task.done_by is None
        assert {each.state for each in world.reminders() if each.channel == "email"} == {"planned"}


class TestALetter:
    def test_says_what_a_message_says_and_goes_to_the_patient(self, desk: Desk) -> None:
        letter = desk.letter()
        assert letter.text is not None
        assert (letter.clinic, letter.phone) == ("Riverside Clinic", "555-0100")
        assert (letter.addressee, letter.address) == ("Ada Family1", ("12 Industrial Way", "Denver, CO 80202"))
        assert letter.dated == "March 17, 2026"
        assert letter.text.subject == "Your appointment on Thursday, March 26, 2026"
        assert "Please arrive at 9:00 AM." in letter.text.body and "Dear Ada," in letter.text.body
        assert "Family1" not in letter.text.body
        assert words_not_to_tell(f"{letter.clinic} {letter.text.subject} {letter.text.body}") == ()

    def test_is_in_the_patients_language_under_a_neutral_name(self, desk: Desk) -> None:
        with desk.world.database.writing() as session:
            session.execute(update(Patient).values(language="Spanish"))
            session.execute(update(Clinic).values(name="Riverside Pump Clinic"))
        letter = desk.letter()
        assert letter.text is not None
        assert (letter.language, letter.clinic, letter.dated) == ("es", "su clínica", "17 de marzo de 2026")
        assert "Tiene una cita en su clínica el jueves, 26 de marzo de 2026." in letter.text.body

    def test_is_about_what_the_reminder_was_about_that_it_stands_in_for(self, desk: Desk) -> None:
        with desk.world.database.writing() as session:
            session.execute(update(Reminder).values(template="consent"))
        letter = desk.letter()
        assert letter.text is not None and letter.text.subject == "A form to sign before Thursday, March 26, 2026"
        with desk.world.database.writing() as session:
            session.execute(update(StaffTask).values(key="of something else"))
        assert desk.letter().why_not == "no_words"

    @pytest.mark.parametrize(
        ("change", "why_not"),
        [
            ({"postal_address": ""}, "no_address"),
            ({"language": "Hmong"}, "no_language"),
            ({"language": "Hmong", "postal_address": ""}, "no_language"),
        ],
    )
    def test_that_there_is_not_says_why_and_is_not_printed(
        self, desk: Desk, change: dict[str, str], why_not: str
    ) -> None:
        with desk.world.database.writing() as session:
            session.execute(update(Patient).values(change))
        assert desk.letter().why_not == why_not
        with pytest.raises(InvalidInput):
            desk.print()
        with desk.world.database.reading() as session:
            assert session.scalars(select(TaskLetter)).all() == []

    def test_about_a_visit_that_is_off_is_none(self, desk: Desk) -> None:
        visit = desk.world.change(desk.visit, state="cancelled")
        assert isinstance(visit, Appointment) and desk.letter().why_not == "no_visit"

    def test_is_of_the_viewers_clinic_and_of_a_call(self, desk: Desk) -> None:
        task_id, now = desk.task.id, desk.world.clock.now()
        elsewhere = Actor(desk.actor.user_id, 2, desk.actor.roles, "User 9")
        with desk.world.database.writing() as session:
            with pytest.raises(NotFound):
                get_letter(session, elsewhere, task_id, now)
            session.execute(update(StaffTask).values(kind="reach_doubts"))
            with pytest.raises(NotFound):
                get_letter(session, desk.actor, task_id, now)


class TestPrinting:
    def test_is_recorded_each_time_and_closes_nothing(self, desk: Desk) -> None:
        desk.print()
        desk.world.clock.advance(hours=1)
        desk.print()
        letter = desk.letter()
        assert [(each.by, each.language, each.version) for each in letter.printed] == [("User 9", "en", 1)] * 2
        assert letter.printed[0].printed_at - letter.printed[1].printed_at == timedelta(hours=1)
        assert {each.text_hash for each in letter.printed} == {text_hash(letter)}
        assert desk.task.done_at is None and letter.is_open
        with desk.world.database.reading() as session:
            events = session.scalars(select(Event).where(Event.kind == "letter_printed")).all()
            assert [each.case_id for each in events] == [desk.world.case_id] * 2
            assert verify_chain(session, desk.world.clinic_id).is_whole

    def test_is_told_apart_from_what_would_be_printed_now(self, desk: Desk) -> None:
        desk.print()
        with desk.world.database.writing() as session:
            session.execute(update(Clinic).values(message_name="River"))
        letter = desk.letter()
        assert letter.printed[0].text_hash != text_hash(letter)

    def test_is_for_whoever_sees_the_list(self, desk: Desk) -> None:
        desk_person = Actor(desk.actor.user_id, desk.actor.clinic_id, frozenset({Role.FRONT_DESK}), "User 9")
        for act in (lambda: desk.print(desk_person), lambda: desk.post(date(2026, 3, 17), desk_person)):
            with pytest.raises(NotPermitted):
                act()

    @pytest.mark.parametrize("statement", [delete(TaskLetter), update(TaskLetter).values(language="es")])
    def test_cannot_be_changed_afterwards(self, desk: Desk, statement: object) -> None:
        desk.print()
        with pytest.raises(IntegrityError, match="cannot be changed"), desk.world.database.writing() as session:
            session.execute(statement)


class TestPosting:
    def test_ends_the_call(self, desk: Desk) -> None:
        desk.print()
        desk.world.clock.advance(days=1)
        desk.post(date(2026, 3, 18))
        assert (desk.task.outcome, desk.task.done_by) == ("Letter posted on Wed 18 Mar 2026", desk.actor.user_id)
        # What is ended is not opened again by the reconciler, and not printed any more.
        desk.world.reconcile()
        assert desk.task.done_at is not None and not desk.letter().is_open
        with pytest.raises(StaleVersion):
            desk.print()

    @pytest.mark.parametrize("posted_on", [date(2026, 3, 16), date(2026, 3, 18)])
    def test_is_not_before_the_printing_and_not_to_come(self, desk: Desk, posted_on: date) -> None:
        desk.print()
        with pytest.raises(InvalidInput, match="Tue 17 Mar 2026"):
            desk.post(posted_on)
        assert desk.task.done_at is None
        desk.post(date(2026, 3, 17))
        assert desk.task.done_at is not None

    def test_needs_a_letter(self, desk: Desk) -> None:
        with pytest.raises(InvalidInput, match="Print the letter first"):
            desk.post(date(2026, 3, 17))


def test_an_address_that_ended_is_no_reason_for_two_calls(world: CaseWorld) -> None:
    world.email()
    desk = Desk(world, prefers="letter")
    with world.database.writing() as session:
        session.execute(update(ContactPoint).values(ended_at=world.clock.now()))
    world.reconcile()
    assert len(world.tasks()) == 1 and desk.letter().text is not None
