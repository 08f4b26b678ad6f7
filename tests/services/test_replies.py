"""What follows from an answer: a visit confirmed as told, a task, an end of messages; and from a report of delivery."""

import pytest
from sqlalchemy import insert, select, update

from tests.factories.case_world import CaseWorld, visit_values
from tests.factories.facts import make
from tests.factories.post import SOON, Post
from tests.factories.rows import a_case, a_clinic, a_patient
from tests.support.fixed import FixedClock, SeededIds
from tracker.domain.facts import Appointment
from tracker.persistence.database import Database
from tracker.persistence.facts import insert_fact
from tracker.persistence.models import (
    AppointmentRow,
    Clinic,
    ContactPoint,
    ContactPointChange,
    Event,
    InboundMessage,
    Patient,
    StaffTask,
    StageCount,
    User,
)
from tracker.services import patients
from tracker.services.patients import Reach
from tracker.services.reconcile import reconcile_due
from tracker.services.replying.texts import PICTURE, InboundText, receive_text
from tracker.services.system_actor import PATIENT_NAME, patient_actor
from tracker.services.work import Work

MOBILE = "+13035550142"


class Line:
    """A patient with a visit who was reminded of it by text, and the number it went to."""

    def __init__(self, world: CaseWorld) -> None:
        self.post, self.world = Post(world), world
        world.email(MOBILE, kind="phone", texts_agreed_at=world.clock.now())
        with world.database.writing() as session:
            session.execute(update(Clinic).values(sends_texts=True))
            session.execute(insert(StageCount).values(clinic_id=world.clinic_id, pathway="itb", stage="referred", n=9))
        world.reconcile()
        self.post.dispatch()
        self.count = 0

    def says(self, text: str, *, sender: str = MOBILE, provider_id: str = "", **more: bool) -> str:
        """A text comes in; returns what it is answered with."""
        self.count += 1
        inbound = InboundText(provider_id=provider_id or f"SM{self.count}", sender=sender, text=text, **more)
        with self.world.database.writing() as session:
            return receive_text(session, inbound, now=self.world.clock.now(), ids=self.world.ids)

    def visit(self) -> AppointmentRow:
        """As it stands."""
        with self.world.database.reading() as session:
            return session.scalars(
                select(AppointmentRow).where(
                    AppointmentRow.superseded_by.is_(None), AppointmentRow.case_id == self.world.case_id
                )
            ).one()

    def tasks(self) -> list[StaffTask]:
        """What replies ask of people."""
        return [each for each in self.world.tasks() if each.kind.startswith("reply_")]

    def sharing(self, *, is_told: bool = True) -> int:
        """Another patient at the same number; ``is_told``: who was reminded of a visit too. Returns their case."""
        world, now = self.world, self.world.clock.now()
        with world.database.writing() as session:
            clinic = session.get(Clinic, world.clinic_id)
            patient = a_patient(session, clinic, 2, given_name="Bea")
            case = a_case(session, patient, 2, last_seq=1)
            session.execute(
                insert(ContactPoint).values(
                    clinic_id=clinic.id, id=world.ids.row_id(now), patient_id=patient.id, kind="phone", value=MOBILE,
                    as_typed=MOBILE, owner="patient", is_possible=True, texts_agreed_at=now, created_at=now,
                )
            )  # fmt: skip
            if is_told:
                visit = make(
                    Appointment, 1, effective_at=now, recorded_at=now, **visit_values("evaluation", "2026-03-26T11:00")
                )
                insert_fact(session, clinic.id, case.id, visit)
            case.reconcile_at = now
            case_id = case.id
        self.look()
        self.post.dispatch()
        return int(case_id)

    def look(self) -> None:
        """The scheduler's pass."""
        reconcile_due(self.world.database, self.world.clock, self.world.ids, pause=lambda: None)

    def stopped(self) -> list[bool]:
        """Of every row of the number, whether nothing is sent there."""
        with self.world.database.reading() as session:
            rows = session.scalars(select(ContactPoint.opted_out_at).where(ContactPoint.value == MOBILE))
            return [each is not None for each in rows]

    def history(self) -> list[tuple[str, str, int | None]]:
        """What was done about reaching them, how, and by whom of the clinic."""
        with self.world.database.reading() as session:
            rows = session.scalars(select(ContactPointChange).order_by(ContactPointChange.id))
            return [(each.what, each.detail, each.changed_by) for each in rows]

    def events(self, kind: str) -> list[Event]:
        """Of a kind, with their authors."""
        with self.world.database.reading() as session:
            return list(session.scalars(select(Event).where(Event.kind == kind)))


@pytest.fixture
def line(database: Database, clock: FixedClock, ids: SeededIds) -> Line:
    line = Line(CaseWorld(database, clock, ids))
    assert [each.recipient for each in line.post.texter.sent] == [MOBILE]
    return line


class TestAYes:
    def test_confirms_the_visit_as_the_patients_own_word(self, line: Line) -> None:
        said = line.says("Yes, thank you!")
        assert said.startswith("Riverside Clinic: Thank you. Your visit is confirmed.")
        assert (line.visit().state, line.visit().reason, line.visit().version) == ("confirmed", "text message", 2)
        (event,) = line.events("visit_confirmed")
        with line.world.database.reading() as session:
            assert session.get(User, event.actor_id).name == PATIENT_NAME
            assert session.scalars(select(ContactPoint.verified_at).where(ContactPoint.value == MOBILE)).one()
        assert line.tasks() == []
        assert line.history() == [("verified", "message", None)]

    def test_said_twice_is_written_once(self, line: Line) -> None:
        line.says("C")
        line.world.clock.advance(hours=2)
        assert "confirmed" in line.says("si")
        assert line.visit().version == 2

    def test_handed_over_again_is_answered_as_before_and_changes_nothing(self, line: Line) -> None:
        first = line.says("C", provider_id="SM7")
        line.world.change(line_fact(line), state="cancelled")
        assert line.says("C", provider_id="SM7") == first
        with line.world.database.reading() as session:
            stored = session.scalars(select(InboundMessage)).one()
        assert (stored.understood, stored.answer, stored.case_id) == ("confirm", "confirmed", line.world.case_id)
        assert MOBILE not in stored.sender_hash and len(stored.sender_hash) == 64
        assert line.tasks() == []

    @pytest.mark.parametrize(
        ("change", "said"),
        [
            ({"state": "cancelled"}, "was cancelled"),
            (visit_values("evaluation", "2026-03-27T09:00"), "was moved to another time"),
        ],
    )
    def test_to_a_visit_that_is_off_says_so_and_has_somebody_call(
        self, line: Line, change: dict[str, object], said: str
    ) -> None:
        line.world.change(line_fact(line), **change)
        before = line.visit()
        assert said in line.says("Y")
        after = line.visit()
        assert (after.state, after.version) == (before.state, before.version)
        assert [each.kind for each in line.tasks()] == ["reply_off"]

    def test_to_a_visit_that_has_passed_says_so(self, line: Line) -> None:
        line.world.clock.set(line.visit().starts_at)
        assert "has passed" in line.says("Y")
        assert line.visit().state == "booked"

    def test_of_somebody_who_is_here_changes_nothing(self, line: Line) -> None:
        line.world.change(line_fact(line), state="arrived")
        assert "has passed" in line.says("Y")
        assert line.visit().state == "arrived"


class TestANo:
    @pytest.mark.parametrize("text", ["N", "no puedo", "I can't make it, sorry"])
    def test_is_a_task_at_once_and_cancels_nothing(self, line: Line, text: str) -> None:
        assert "Nothing is cancelled" in line.says(text)
        assert (line.visit().state, line.visit().version) == ("booked", 1)
        (task,) = line.tasks()
        assert (task.kind, task.owner_role, task.case_id) == ("reply_cannot", "coordinator", line.world.case_id)
        assert task.due_on == SOON.date()
        assert task.params == {"visit": "2026-03-26T09:00", "how": "text message", "said": ""}
        assert len(line.events("cannot_come")) == 1

    def test_is_one_task_until_that_is_done_and_then_another(self, line: Line) -> None:
        line.says("N")
        line.says("no")
        assert len(line.tasks()) == 1
        with line.world.database.writing() as session:
            # Ended by a person.
            actor = patient_actor(session, 1, line.world.clock.now(), line.world.ids)
            session.execute(
                update(StaffTask).values(done_at=line.world.clock.now(), done_by=actor.user_id, outcome="called")
            )
        line.says("No puedo")
        assert sorted(each.done_at is None for each in line.tasks()) == [False, True]


class TestWhatIsNotUnderstood:
    def test_is_read_by_a_person_word_for_word(self, line: Line) -> None:
        assert "Somebody will read this" in line.says("please don't stop")
        assert line.stopped() == [False]
        (task,) = line.tasks()
        assert (task.kind, task.params["said"]) == ("reply_unclear", "please don't stop")

    def test_is_a_task_each_time_and_answered_once_an_hour(self, line: Line) -> None:
        line.says("what?")
        assert line.says("who?") == ""
        assert {each.params["said"] for each in line.tasks()} == {"what?", "who?"}
        line.world.clock.advance(hours=1)
        assert line.says("where?") != ""

    def test_but_a_thank_you_after_a_yes_asks_for_nothing(self, line: Line) -> None:
        line.says("yes")
        assert line.says("Thanks!") == ""
        assert line.tasks() == []

    @pytest.mark.parametrize("text", ["", "Thanks!", "yes"])
    def test_with_a_picture_is_for_a_person_whatever_its_words(self, line: Line, text: str) -> None:
        line.says("yes")
        assert "Somebody will read this" in line.says(text, has_picture=True)
        (task,) = line.tasks()
        assert (task.kind, task.params["said"]) == ("reply_unclear", f"{text} {PICTURE}".strip())
        assert "No more messages" in line.says("STOP", has_picture=True)

    def test_of_a_number_of_nobody_is_a_task_with_the_number(self, line: Line) -> None:
        assert "We do not know this number" in line.says("C", sender="+13035550199")
        (task,) = line.tasks()
        assert (task.kind, task.case_id, task.params["how"]) == ("reply_unknown", None, "+13035550199")
        assert line.visit().state == "booked"

    def test_of_a_number_that_is_no_longer_theirs_is_nobodys(self, line: Line) -> None:
        with line.world.database.writing() as session:
            session.execute(
                update(ContactPoint).where(ContactPoint.value == MOBILE).values(ended_at=line.world.clock.now())
            )
        assert "We do not know this number" in line.says("C")
        assert line.visit().state == "booked"

    def test_of_a_number_of_nobody_among_clinics_is_told_to_call(self, line: Line) -> None:
        with line.world.database.writing() as session:
            a_clinic(session, 2)
        assert line.says("C", sender="+13035550199") == (
            "We do not know this number. Please call your clinic. Not read for emergencies."
        )
        assert line.tasks() == []

    def test_before_any_text_went_out_is_a_task_about_the_patient(self, line: Line) -> None:
        with line.world.database.writing() as session:
            session.execute(update(ContactPoint).values(value="+13035550111").where(ContactPoint.kind == "email"))
            session.execute(update(ContactPoint).values(kind="phone").where(ContactPoint.kind == "email"))
        line.says("C", sender="+13035550111")
        (task,) = line.tasks()
        assert (task.kind, task.case_id, task.params["said"]) == ("reply_unclear", line.world.case_id, "C")


class TestASharedNumber:
    def test_of_two_who_were_both_told_asks_a_person_for_both(self, line: Line) -> None:
        other = line.sharing()
        assert "can't tell whose visit" in line.says("C")
        assert line.visit().state == "booked"
        assert {(each.kind, each.case_id, each.params["said"]) for each in line.tasks()} == {
            ("reply_shared", line.world.case_id, "C"),
            ("reply_shared", other, "C"),
        }

    def test_of_whom_one_was_told_is_about_that_one(self, line: Line) -> None:
        line.sharing(is_told=False)
        assert "confirmed" in line.says("C")
        assert line.visit().state == "confirmed"

    def test_of_whom_one_visit_is_off_is_about_the_other(self, line: Line) -> None:
        other = line.sharing()
        line.world.change(line_fact(line), state="cancelled")
        assert "confirmed" in line.says("C")
        with line.world.database.reading() as session:
            of_other = select(AppointmentRow.state).where(
                AppointmentRow.case_id == other, AppointmentRow.superseded_by.is_(None)
            )
            assert session.scalars(of_other).one() == "confirmed"

    def test_is_stopped_for_both_and_confirmed_once(self, line: Line) -> None:
        other = line.sharing()
        assert "No more messages will come here" in line.says("Stop. Thank you")
        assert line.stopped() == [True, True]
        assert line.says("STOP") == ""
        assert {each.case_id for each in line.events("messages_stopped")} == {line.world.case_id, other}


class TestStop:
    def test_moves_what_was_to_come_to_the_call_list(self, line: Line) -> None:
        line.says("STOP ALL")
        line.look()
        left = [each for each in line.world.reminders() if each.useless_after > line.world.clock.now()]
        left = [each for each in left if each.state not in ("accepted", "cancelled")]
        assert {(each.channel, each.state, each.closed_reason) for each in left} == {("phone", "tasked", "opted_out")}
        assert "opted_out" in {task.params["why"] for task in line.world.tasks() if task.kind == "call"}
        sent = len(line.post.texter.sent)
        line.world.clock.advance(days=1, hours=8)
        line.post.dispatch()
        assert len(line.post.texter.sent) == sent

    def test_that_the_provider_said_by_itself_is_not_said_again(self, line: Line) -> None:
        assert line.says("CANCEL", is_ended_there=True) == ""
        assert line.stopped() == [True]

    def test_is_undone_by_start(self, line: Line) -> None:
        line.says("STOP")
        line.look()
        assert "Messages will come here again" in line.says("START")
        assert line.stopped() == [False]
        assert line.history() == [("stopped", "", None), ("allowed", "", None)]
        line.look()
        assert "sms" in {each.channel for each in line.world.reminders() if each.state == "planned"}

    def test_is_kept_by_a_yes_which_is_heard_but_not_answered(self, line: Line) -> None:
        line.says("STOP")
        assert line.says("yes") == ""
        assert line.visit().state == "confirmed"
        assert line.stopped() == [True]

    def test_holds_when_the_number_is_typed_anew(self, line: Line) -> None:
        line.says("STOP")
        with line.world.database.writing() as session:
            actor = patient_actor(session, 1, line.world.clock.now(), line.world.ids)
            work = Work(session, actor, line.world.ids, line.world.clock.now())
            patients.add_reach(
                work, session.scalars(select(Patient)).one(), (Reach("phone", MOBILE, "303 555 0142", "caregiver"),)
            )
        assert line.stopped() == [True, True]
        line.says("START")
        assert line.stopped() == [False, False]

    def test_of_another_clinic_is_its_own(self, line: Line) -> None:
        """The number writes for all clinics: whoever ends its messages ends them all, and no other number's."""
        now = line.world.clock.now()
        with line.world.database.writing() as session:
            patient = a_patient(session, a_clinic(session, 2), 3)
            session.execute(
                insert(ContactPoint).values(
                    clinic_id=2, id=line.world.ids.row_id(now), patient_id=patient.id, kind="phone",
                    value="+13035550143", as_typed="", owner="patient", is_possible=True, created_at=now,
                )
            )  # fmt: skip
        line.says("STOP")
        with line.world.database.reading() as session:
            out = select(ContactPoint.opted_out_at).where(ContactPoint.clinic_id == 2)
            assert session.scalars(out).all() == [None]


class TestHelp:
    def test_says_who_writes_and_what_to_type(self, line: Line) -> None:
        said = line.says("HELP")
        assert "Riverside Clinic" in said and "555-0100" in said and "STOP" in said
        assert line.tasks() == []


@pytest.mark.parametrize(
    ("chosen", "said"), [("", "Your clinic: Thank you."), ("Mesa Associates", "Mesa Associates: Thank you.")]
)
def test_an_answer_names_no_clinic_whose_name_tells(line: Line, chosen: str, said: str) -> None:
    with line.world.database.writing() as session:
        session.execute(update(Clinic).values(name="Mesa Pain & Pump Center", message_name=chosen))
    assert line.says("Yes").startswith(said)


def line_fact(line: Line) -> Appointment:
    """The visit as a fact."""
    (visit,) = line.world.loaded().snapshot.of(Appointment)
    return visit
