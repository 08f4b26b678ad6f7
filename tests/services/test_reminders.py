"""Reminders on their way out: planned, taken, sent, and never lost or left where nobody must clear them."""

from datetime import UTC, datetime, timedelta
from threading import Thread

import pytest
from sqlalchemy import event, select, update

from tests.factories.case_world import CaseWorld
from tests.factories.post import REPLIES_AT, SOON, Post
from tests.support.fixed import FixedClock, SeededIds
from tests.support.mailers import RecordingMailer
from tracker.domain.facts import Appointment, Determination
from tracker.domain.mail import MailRejected, MailUnavailable, MailUncertain, Message
from tracker.persistence.database import Database
from tracker.persistence.models import Clinic, ContactPoint, DeploymentValue, Patient, Reminder
from tracker.services.delivering.accounting import complete
from tracker.services.delivering.attempts import begin
from tracker.services.reminders import Dispatcher, pause_sending, resume_sending

#: What a message must never carry, however it was written.
DENIED = ("baclofen", "pump", "intrathecal", "spasticity", "implant", "refill", "trial", "neuro", "surgery", "dose")


@pytest.fixture
def world(database: Database, clock: FixedClock, ids: SeededIds) -> CaseWorld:
    return CaseWorld(database, clock, ids)


@pytest.fixture
def post(world: CaseWorld) -> Post:
    return Post(world)


def by_day_and_night(post: Post) -> None:
    """The clinic knows no quiet hours."""
    with post.world.database.writing() as session:
        session.execute(update(Clinic).values(quiet_from="00:00", quiet_until="00:00"))


class TestSending:
    def test_hands_over_what_is_due_and_nothing_else(self, post: Post) -> None:
        assert post.dispatch() == 1
        (message,) = post.mailer.sent
        assert message.recipient == "ada@example.org"
        assert "Hello Ada," in message.body
        assert "Thursday, March 26, 2026" in message.body
        assert "9:00 AM" in message.body
        assert post.states() == ["expired", "accepted", "planned"]

    def test_says_nothing_that_others_should_not_read(self, post: Post) -> None:
        with post.world.database.writing() as session:
            session.execute(update(Patient).values(allergies="baclofen", city="Springfield"))
        post.dispatch()
        said = f"{post.mailer.sent[0].subject} {post.mailer.sent[0].body}".lower()
        with post.world.database.reading() as session:
            patient = session.scalars(select(Patient)).one()
        hidden = [patient.family_name, patient.mrn, patient.city, patient.birth_on.isoformat(), str(patient.id)]
        assert [each for each in [*hidden, *DENIED] if each.lower() in said] == []

    def test_keeps_no_address_in_the_attempt(self, post: Post) -> None:
        post.dispatch()
        (attempt,) = post.attempts()
        assert (attempt.outcome, attempt.reference) == ("accepted", post.mailer.sent[0].reference)
        assert "ada" not in attempt.recipient_hash
        assert len(attempt.recipient_hash) == 64

    def test_does_nothing_again(self, post: Post) -> None:
        post.dispatch()
        assert post.dispatch() == 0
        post.world.clock.advance(minutes=30)
        assert post.dispatch() == 0
        assert len(post.mailer.sent) == 1

    def test_reads_the_address_again(self, post: Post) -> None:
        with post.world.database.writing() as session:
            session.execute(update(ContactPoint).values(ended_at=post.world.clock.now()))
        post.world.clock.advance(minutes=1)
        post.world.email("new@example.org")
        post.dispatch()
        assert [each.recipient for each in post.mailer.sent] == ["new@example.org"]

    def test_reads_the_opt_out_again_and_asks_for_a_call(self, post: Post) -> None:
        with post.world.database.writing() as session:
            session.execute(update(ContactPoint).values(opted_out_at=post.world.clock.now()))
        assert post.dispatch() == 0
        assert post.soon().state == "tasked"
        assert [task.params["why"] for task in post.world.tasks()] == ["opted_out"]

    @pytest.mark.parametrize("table", [Determination, Appointment])
    def test_reads_death_and_cancellation_again(self, post: Post, table: type) -> None:
        """Even where nobody reconciled after the fact was written."""
        with post.world.database.writing() as session:
            if table is Appointment:
                session.connection().exec_driver_sql("UPDATE appointments SET superseded_by = 99")
        if table is Determination:
            post.world.write(Determination, kind="death", value="")
            with post.world.database.writing() as session:
                session.execute(update(Reminder).values(state="due", next_action_at=post.world.clock.now()))
        assert post.dispatch() == 0
        assert post.soon().state == "cancelled"

    def test_sends_the_latest_after_a_silence_and_never_a_burst(self, post: Post) -> None:
        post.world.clock.set(SOON + timedelta(hours=25))
        assert post.dispatch() == 1
        assert post.states() == ["expired", "cancelled", "accepted"]
        assert post.soon().closed_reason == "superseded"
        assert post.world.tasks() == []

    def test_says_too_late_and_asks_for_a_call_while_the_visit_is_still_to_come(self, post: Post) -> None:
        post.world.clock.set(datetime(2026, 3, 26, 12, 0, tzinfo=UTC))
        assert post.dispatch() == 0
        assert post.states()[1:] == ["expired", "expired"]
        assert [task.params["why"] for task in post.world.tasks()] == ["too_late"]

    def test_leaves_a_visit_that_is_over_to_the_unmarked_day(self, post: Post) -> None:
        post.world.clock.advance(days=30)
        assert post.dispatch() == 0
        assert {each.next_action_at for each in post.world.reminders()} == {None}
        assert post.world.tasks() == []


class TestFailing:
    def test_for_now_is_tried_again_ever_later(self, post: Post) -> None:
        post.mailer.failing = lambda _number: MailUnavailable("down")
        waits = []
        for _ in range(7):
            assert post.dispatch() == 1
            next_at = post.soon().next_action_at
            assert next_at is not None
            waits.append((next_at - post.world.clock.now()) / timedelta(minutes=1))
            post.world.clock.set(next_at - timedelta(seconds=1))
            assert post.dispatch() == 0
            post.world.clock.advance(seconds=1)
        assert waits == [1, 2, 5, 15, 60, 60, 60]

    def test_for_good_asks_for_a_call_at_once(self, post: Post) -> None:
        post.mailer.failing = lambda _number: MailRejected("550 no such user")
        post.dispatch()
        assert (post.soon().state, post.soon().closed_reason) == ("tasked", "rejected")
        assert [task.params["why"] for task in post.world.tasks()] == ["rejected"]
        assert [each.error for each in post.attempts()] == ["550 no such user"]

    def test_until_it_is_useless_asks_for_a_call(self, post: Post) -> None:
        by_day_and_night(post)
        post.mailer.failing = lambda _number: MailUnavailable("down")
        (eve,) = [each for each in post.world.reminders() if "arrival_eve" in each.key]
        post.world.clock.set(eve.useless_after - timedelta(seconds=50))
        assert post.dispatch() == 1
        (eve,) = [each for each in post.world.reminders() if "arrival_eve" in each.key]
        assert (eve.state, eve.closed_reason) == ("tasked", "unavailable")
        assert [task.params["why"] for task in post.world.tasks()] == ["unavailable"]

    def test_without_an_answer_is_looked_up(self, post: Post) -> None:
        post.mailer = RecordingMailer(can_look_up=True)
        post.mailer.failing = lambda _number: MailUncertain("timed out")
        post.dispatch()
        assert post.soon().state == "unknown"
        reference = post.attempts()[0].reference
        post.mailer.failing = lambda _number: None
        post.mailer.sent.append(Message("", "", "", reference))
        post.world.clock.advance(minutes=5)
        assert post.dispatch() == 0
        assert post.soon().state == "accepted"

    def test_without_an_answer_is_sent_once_more_and_then_a_person_calls(self, post: Post) -> None:
        post.mailer.failing = lambda _number: MailUncertain("timed out")
        for _ in range(4):
            post.dispatch()
            post.world.clock.advance(minutes=5)
        assert post.mailer.tried == 2
        assert (post.soon().state, post.soon().closed_reason) == ("tasked", "unknown")
        assert len({each.reference for each in post.attempts()}) == 1
        assert [task.params["why"] for task in post.world.tasks()] == ["unknown"]


class TestPause:
    def test_of_a_clinic_or_of_all_sends_nothing_until_it_is_over(self, post: Post) -> None:
        for clinic_id in (post.world.clinic_id, None):
            with post.world.database.writing() as session:
                pause_sending(session, now=post.world.clock.now(), clinic_id=clinic_id)
            assert post.dispatch() == 0
            with post.world.database.writing() as session:
                resume_sending(session, clinic_id=clinic_id)
        assert post.dispatch() == 1

    def test_does_not_hide_what_becomes_useless(self, post: Post) -> None:
        with post.world.database.writing() as session:
            pause_sending(session, now=post.world.clock.now())
        post.world.clock.set(datetime(2026, 3, 26, 12, 0, tzinfo=UTC))
        assert post.dispatch() == 0
        assert post.states()[1:] == ["expired", "expired"]
        assert len(post.world.tasks()) == 1

    def test_lets_go_of_what_was_held(self, post: Post) -> None:
        post.hold()
        with post.world.database.writing() as session:
            pause_sending(session, now=post.world.clock.now())
        post.world.clock.advance(minutes=5)
        post.dispatch()
        assert post.soon().state == "due"

    def test_stands_between_a_demonstration_and_real_mail(self, post: Post) -> None:
        with post.world.database.writing() as session:
            session.add(DeploymentValue(name="is_demo", value="yes"))
        with pytest.raises(PermissionError, match="demonstration"):
            post.dispatch()
        post.texter = RecordingMailer(reaches_people=False)
        assert post.dispatcher(RecordingMailer(reaches_people=False)).dispatch_due().accepted == 1


class TestAClaim:
    def test_is_held_by_one(self, post: Post) -> None:
        assert len(post.hold()) == 1
        assert post.hold() == []
        assert post.dispatch() == 0

    def test_that_ran_out_is_taken_by_another_and_the_slow_one_sends_nothing(self, post: Post) -> None:
        (held,) = post.hold()
        post.world.clock.advance(minutes=5)
        assert post.dispatch() == 1
        assert post.take(held) is None
        assert [each.outcome for each in post.attempts()] == ["accepted"]

    def test_whose_call_takes_too_long_changes_nothing_any_more(self, post: Post) -> None:
        (held,) = post.hold()
        slow = post.take(held)
        assert slow is not None
        for _ in range(2):  # it is looked up, then sent once more
            post.world.clock.advance(minutes=5)
            post.dispatch()
        with post.world.database.writing() as session:
            assert not begin(session, slow, post.world.clock.now())
            complete(
                session,
                slow,
                MailRejected("late"),
                now=post.world.clock.now(),
                ids=post.world.ids,
                chance=lambda: 0.5,
            )
        assert post.soon().state == "accepted"
        assert [each.outcome for each in post.attempts()] == ["unknown", "accepted"]

    def test_does_not_outlast_its_lease(self, post: Post) -> None:
        (held,) = post.hold()
        post.world.clock.advance(minutes=5)
        assert post.take(held) is None

    @pytest.mark.parametrize("fact", ["cancelled", "death", "opted_out"])
    def test_is_decided_when_its_turn_comes(self, post: Post, fact: str) -> None:
        (held,) = post.hold()
        if fact == "cancelled":
            post.world.change(post.visit, state="cancelled")
        elif fact == "death":
            post.world.write(Determination, kind="death", value="")
        else:
            with post.world.database.writing() as session:
                session.execute(update(ContactPoint).values(opted_out_at=post.world.clock.now()))
        assert post.take(held) is None
        assert post.soon().state == ("tasked" if fact == "opted_out" else "cancelled")


class Died(BaseException):
    """The process, at a statement."""


class TestACrash:
    @pytest.mark.slow
    def test_at_any_statement_loses_nothing_and_sends_twice_at_most(
        self, sqlite_database: Database, ids: SeededIds
    ) -> None:
        """Statement by statement, until one run passes through undisturbed."""
        world = CaseWorld(sqlite_database, FixedClock(datetime(2026, 3, 17, 15, 0, tzinfo=UTC)), ids)
        world.email()
        died, point = True, 0
        while died:
            point += 1
            world.clock.set(datetime(2026, 3, 17, 15, 0, tzinfo=UTC) + timedelta(days=8 * point))
            visit = world.book("evaluation", f"{world.clock.now() + timedelta(days=2):%Y-%m-%d}T09:00")
            mailer = RecordingMailer()
            dispatcher = Dispatcher(
                database=sqlite_database,
                clock=world.clock,
                ids=world.ids,
                transports={"email": mailer},
                replies_at=REPLIES_AT,
                chance=lambda: 0.5,
                pause=lambda: None,
            )
            died = crash_at(sqlite_database, point, dispatcher)
            for _ in range(8):
                world.clock.advance(minutes=5)
                dispatcher.dispatch_due()
            mine = [each for each in world.reminders() if each.subject == f"appointment:{visit.appointment}"]
            begun = [each for each in mine if each.wanted_at <= world.clock.now()]
            assert [each.state for each in begun] == ["accepted"], point
            assert 1 <= len(mailer.sent) <= 2, point
            assert len({each.reference for each in mailer.sent}) == 1
            world.change(visit, state="cancelled")
        assert point > 20

    def test_during_the_call_is_unknown_and_sent_once_more(self, post: Post) -> None:
        def die(message: object) -> None:
            raise Died

        dispatcher = post.dispatcher()
        real = post.mailer.send
        post.mailer.send = die  # type: ignore[method-assign, assignment]  # the process dies in here
        with pytest.raises(Died):
            dispatcher.dispatch_due()
        post.mailer.send = real  # type: ignore[method-assign]  # and another takes its place
        assert post.soon().state == "in_flight"
        post.world.clock.advance(minutes=5)
        post.dispatch()
        assert post.soon().state == "unknown"
        assert post.dispatch() == 1
        assert [each.outcome for each in post.attempts()] == ["unknown", "accepted"]


def crash_at(database: Database, number: int, dispatcher: Dispatcher) -> bool:
    """Run a pass that dies at its n-th statement; false if it has fewer."""
    count = 0

    def die(*_args: object) -> None:
        nonlocal count
        count += 1
        if count == number:
            raise Died

    for engine in (database.read, database.write):
        event.listen(engine, "before_cursor_execute", die)
    try:
        dispatcher.dispatch_due()
    except Died:
        return True
    finally:
        for engine in (database.read, database.write):
            event.remove(engine, "before_cursor_execute", die)
        database.dispose()
    return False


class TestFourDispatchers:
    def test_on_one_database_send_everything_once(self, post: Post) -> None:
        for number in range(24):
            post.world.clock.advance(seconds=1)
            post.world.book("follow_up", f"2026-03-26T{10 + number // 4:02d}:{number % 4 * 15:02d}", minutes=15)
        mailers = [RecordingMailer() for _ in range(4)]
        failed: list[BaseException] = []

        def run(mailer: RecordingMailer) -> None:
            try:
                post.dispatcher(mailer).dispatch_due()
            except BaseException as error:  # noqa: BLE001  # looked at below, in the thread that can fail the test
                failed.append(error)

        threads = [Thread(target=run, args=(mailer,)) for mailer in mailers]
        for thread in threads:
            thread.start()
        for thread in threads:
            thread.join()
        assert failed == []
        references = [message.reference for mailer in mailers for message in mailer.sent]
        assert len(references) == len(set(references)) == 25
        assert {each.state for each in post.world.reminders() if "arrival_soon" in each.key} == {"accepted"}
