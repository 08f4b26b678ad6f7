"""A reminder goes by one way after the other, by day, in the patient's language, and at last a person calls."""

from datetime import timedelta

import pytest
from sqlalchemy import select, update

from tests.factories.case_world import CaseWorld
from tests.factories.post import SOON, Post
from tests.support.fixed import FixedClock, SeededIds
from tracker.domain.facts import Device, Fill
from tracker.domain.mail import MailRejected, MailUnavailable, MailUncertain
from tracker.persistence.database import Database
from tracker.persistence.models import Clinic, ContactPoint, DeliveryAttempt, Patient, Reminder

MOBILE = "+13035550142"


@pytest.fixture
def world(database: Database, clock: FixedClock, ids: SeededIds) -> CaseWorld:
    return CaseWorld(database, clock, ids)


@pytest.fixture
def post(world: CaseWorld) -> Post:
    """A visit; the patient takes texts and has an e-mail address. It is time for the reminder of two days before."""
    post = Post(world)
    world.email(MOBILE, kind="phone", texts_agreed_at=world.clock.now())
    of_clinic(post, sends_texts=True)
    world.reconcile()
    return post


def of_clinic(post: Post, **values: object) -> None:
    with post.world.database.writing() as session:
        session.execute(update(Clinic).values(**values))


def of_patient(post: Post, **values: object) -> None:
    with post.world.database.writing() as session:
        session.execute(update(Patient).values(**values))
    post.world.reconcile()


def soon(post: Post) -> list[tuple[str, str, str]]:
    """Channel, state and reason of the reminder of two days before, in the order in which they were tried."""
    found = [each for each in post.world.reminders() if "arrival_soon" in each.key]
    return [(each.channel, each.state, each.closed_reason) for each in sorted(found, key=lambda each: each.id)]


def counting(post: Post) -> list[tuple[str, str, str]]:
    return [each for each in soon(post) if each[1] != "cancelled"]


class TestAText:
    def test_goes_to_the_number_and_not_by_mail_too(self, post: Post) -> None:
        assert post.dispatch() == 1
        (message,) = post.texter.sent
        assert (message.recipient, message.subject) == (MOBILE, "")
        assert message.body.startswith("Ada: Riverside Clinic Thu, Mar 26, 9:00 AM.")
        assert post.mailer.sent == []
        assert counting(post) == [("sms", "accepted", "")]

    def test_that_is_refused_goes_on_as_mail_at_once(self, post: Post) -> None:
        post.texter.failing = lambda _number: MailRejected("21211")
        assert post.dispatch() == 1
        assert counting(post) == [("email", "planned", ""), ("sms", "passed_on", "rejected")]
        assert post.dispatch() == 1
        assert [each.recipient for each in post.mailer.sent] == ["ada@example.org"]
        assert counting(post) == [("email", "accepted", ""), ("sms", "passed_on", "rejected")]
        assert post.world.tasks() == []
        assert post.world.reconcile() == 0

    def test_that_no_way_is_left_for_is_a_persons(self, post: Post) -> None:
        post.texter.failing = lambda _number: MailRejected("21211")
        post.mailer.failing = lambda _number: MailRejected("550")
        post.dispatch()
        post.dispatch()
        assert counting(post) == [("email", "tasked", "rejected"), ("sms", "passed_on", "rejected")]
        assert [(task.kind, task.params["why"], task.done_at) for task in post.world.tasks()] == [
            ("call", "rejected", None)
        ]
        assert post.world.reconcile() == 0

    def test_that_may_have_gone_is_not_said_again_by_mail(self, post: Post) -> None:
        post.texter.failing = lambda _number: MailUncertain("timed out")
        for _ in range(3):
            post.dispatch()
            post.world.clock.advance(minutes=6)
        assert post.texter.tried == 2 and post.mailer.tried == 0
        assert counting(post) == [("sms", "tasked", "unknown")]

    def test_of_a_provider_that_is_down_goes_on_after_hours(self, post: Post) -> None:
        post.texter.failing = lambda _number: MailUnavailable("503")
        for _ in range(7):
            assert post.dispatch() == 1
            post.world.clock.advance(minutes=75)
        assert (post.dispatch(), len(post.mailer.sent)) == (2, 1)
        assert counting(post) == [("email", "accepted", ""), ("sms", "passed_on", "unavailable")]

    def test_without_a_transport_is_no_silence(self, post: Post) -> None:
        dispatcher = post.dispatcher()
        object.__setattr__(dispatcher, "transports", {"email": post.mailer})
        dispatcher.dispatch_due()
        assert counting(post) == [("sms", "due", "")]

    def test_to_a_number_that_ended_meanwhile_goes_on_as_mail(self, post: Post) -> None:
        with post.world.database.writing() as session:
            session.execute(
                update(ContactPoint).where(ContactPoint.value == MOBILE).values(ended_at=post.world.clock.now())
            )
        assert post.dispatch() == 0
        assert counting(post) == [("email", "planned", ""), ("sms", "passed_on", "other_way")]
        assert post.dispatch() == 1 and len(post.mailer.sent) == 1


class TestTheNight:
    def test_moves_a_message_to_the_morning(self, post: Post) -> None:
        post.world.clock.set(SOON - timedelta(hours=1))
        of_clinic(post, quiet_from="21:00", quiet_until="11:00")
        post.world.clock.set(SOON)
        assert post.dispatch() == 0
        assert counting(post) == [("sms", "due", "")]
        post.world.clock.set(SOON + timedelta(minutes=59, seconds=59))
        assert post.dispatch() == 0
        post.world.clock.advance(seconds=1)
        assert post.dispatch() == 1

    def test_keeps_that_a_person_released_the_message(self, post: Post) -> None:
        """Else it would be held back again in the morning."""
        of_clinic(post, quiet_from="21:00", quiet_until="11:00")
        with post.world.database.writing() as session:
            session.execute(update(Reminder).where(Reminder.state == "planned").values(closed_reason="released"))
        post.dispatch()
        assert counting(post) == [("sms", "due", "released")]

    def test_is_that_of_the_patients_zone(self, post: Post) -> None:
        """Four in the morning there; the wall time of the rule is theirs too."""
        of_patient(post, zone="Pacific/Honolulu")
        assert post.dispatch() == 0
        (way,) = [each for each in post.world.reminders() if "arrival_soon" in each.key and each.channel == "sms"]
        assert (way.state, way.next_action_at) == ("planned", SOON + timedelta(hours=6))

    def test_makes_a_call_of_what_would_come_too_late(self, post: Post) -> None:
        eve = next(each for each in post.world.reminders() if "arrival_eve" in each.key and each.channel == "sms")
        post.world.clock.set(eve.useless_after - timedelta(minutes=30))  # half past six
        assert post.dispatch() == 0
        found = {each.closed_reason for each in post.world.reminders() if "arrival_eve" in each.key}
        assert "quiet_hours" in found
        assert "quiet_hours" in {task.params["why"] for task in post.world.tasks()}


class TestALanguage:
    def test_is_the_patients(self, post: Post) -> None:
        of_patient(post, language="Spanish")
        post.dispatch()
        (message,) = post.texter.sent
        assert message.body.startswith("Ada: Riverside Clinic jue, 26 de mar, 9:00 am.")
        with post.world.database.reading() as session:
            attempt = session.scalars(
                select(DeliveryAttempt)
                .join(Reminder, Reminder.id == DeliveryAttempt.reminder_id)
                .where(Reminder.channel == "sms")
            ).one()
        assert (attempt.language, attempt.template_version, len(attempt.text_hash)) == ("es", 2, 64)

    def test_that_no_message_is_written_in_is_a_call_with_an_interpreter(self, post: Post) -> None:
        of_patient(post, language="vi")
        assert ("phone", "tasked", "no_language") in counting(post)
        assert "no_language" in {task.params["why"] for task in post.world.tasks()}


class TestACallOfTheRule:
    def test_is_a_task_at_its_time_unless_the_patient_confirmed(self, world: CaseWorld) -> None:
        post = Post(world)
        world.stand("maintained", "maintenance")
        pump = world.write(Device, kind="pump")
        world.write(Fill, device=pump.seq)
        visit = world.book("refill", "2026-04-10T09:00")
        call = next(each for each in world.reminders() if "refill_call" in each.key)
        world.clock.set(call.wanted_at - timedelta(seconds=1))
        post.dispatch()
        assert [task for task in world.tasks() if "refill_call" in task.key] == []
        world.clock.advance(seconds=1)
        post.dispatch()
        (task,) = [task for task in world.tasks() if "refill_call" in task.key]
        assert (task.params["why"], task.params["about"], task.done_at) == ("call_due", "refill", None)
        world.change(visit, state="confirmed")
        (task,) = [task for task in world.tasks() if "refill_call" in task.key]
        assert task.done_at is not None
