"""Which reminders there are, and which calls stand in for them, as visits, addresses and wishes change."""

from datetime import date

import pytest
from sqlalchemy import update

from tests.factories.case_world import CaseWorld
from tests.factories.post import Post
from tests.support.fixed import FixedClock, SeededIds
from tracker.persistence.database import Database
from tracker.persistence.models import Clinic, ContactPoint
from tracker.persistence.vocabulary import SET_ASIDE_REMINDER
from tracker.services.reconcile import reconcile_due, ring


@pytest.fixture
def world(database: Database, clock: FixedClock, ids: SeededIds) -> CaseWorld:
    return CaseWorld(database, clock, ids)


@pytest.fixture
def post(world: CaseWorld) -> Post:
    return Post(world)


def counting(world: CaseWorld) -> list[tuple[str, str]]:
    """The state and channel of the reminders that count."""
    return [(each.state, each.channel) for each in world.reminders() if each.state not in SET_ASIDE_REMINDER]


class TestPlanning:
    def test_makes_a_reminder_for_each_rule_of_a_visit(self, world: CaseWorld) -> None:
        point = world.email()
        world.book("evaluation", "2026-04-20T09:00")
        assert [(each.state, each.channel, each.contact_point_id) for each in world.reminders()] == [
            ("planned", "email", point)
        ] * 3
        assert [each.next_action_at for each in world.reminders()] == [each.wanted_at for each in world.reminders()]

    def test_moves_with_the_visit(self, world: CaseWorld) -> None:
        world.email()
        visit = world.book("evaluation", "2026-04-20T09:00")
        world.move(visit, "2026-04-27T09:00")
        assert {(each.state, each.contact_key[-16:]) for each in world.reminders()} == {
            ("cancelled", "2026-04-20T09:00"),
            ("planned", "2026-04-27T09:00"),
        }

    def test_does_not_start_again_when_the_visit_is_confirmed(self, post: Post) -> None:
        before = [(each.key, each.state) for each in post.world.reminders()]
        post.world.change(post.visit, state="confirmed")
        assert [(each.key, each.state) for each in post.world.reminders()] == before

    def test_revives_what_was_cancelled_and_repeats_nothing_that_was_sent(self, post: Post) -> None:
        post.dispatch()
        off = post.world.change(post.visit, state="cancelled")
        assert post.states() == ["expired", "accepted", "cancelled"]
        post.world.change(off, state="booked")
        assert post.states() == ["expired", "accepted", "planned"]
        post.world.clock.advance(hours=1)
        assert post.dispatch() == 0

    def test_asks_for_one_call_where_no_message_can_go(self, world: CaseWorld) -> None:
        world.book("evaluation", "2026-04-20T09:00")
        assert [(each.state, each.closed_reason) for each in world.reminders()] == [("tasked", "no_address")] * 3
        (task,) = world.tasks()
        assert (task.kind, task.owner_role, task.due_on, task.done_at) == (
            "call",
            "coordinator",
            date(2026, 4, 13),
            None,
        )

    def test_takes_the_call_back_when_the_visit_is_off_and_asks_again_when_it_is_on(self, world: CaseWorld) -> None:
        visit = world.book("evaluation", "2026-04-20T09:00")
        off = world.change(visit, state="cancelled")
        assert [task.done_at is None for task in world.tasks()] == [False]
        world.change(off, state="booked")
        assert [task.done_at is None for task in world.tasks()] == [True]

    def test_writes_instead_of_calling_once_there_is_an_address(self, world: CaseWorld) -> None:
        world.book("evaluation", "2026-04-20T09:00")
        world.email()
        with world.database.writing() as session:
            ring(session, clinic_id=world.clinic_id, patient_id=world.patient_id, now=world.clock.now())
        reconcile_due(world.database, world.clock, world.ids, pause=lambda: None)
        assert counting(world) == [("planned", "email")] * 3
        assert [task.outcome for task in world.tasks()] == ["not needed: a message can be sent"]
        assert world.reconcile() == 0

    def test_calls_instead_of_writing_once_the_patient_opted_out(self, world: CaseWorld) -> None:
        world.email()
        world.book("evaluation", "2026-04-20T09:00")
        with world.database.writing() as session:
            session.execute(update(ContactPoint).values(opted_out_at=world.clock.now()))
        world.reconcile()
        assert counting(world) == [("tasked", "phone")] * 3
        assert {each.closed_reason for each in world.reminders() if each.state == "tasked"} == {"opted_out"}
        assert [task.done_at for task in world.tasks()] == [None]
        assert world.reconcile() == 0

    def test_goes_another_way_once_there_is_a_better_one_and_back(self, world: CaseWorld) -> None:
        world.email()
        world.book("evaluation", "2026-04-20T09:00")
        with world.database.writing() as session:
            session.execute(update(Clinic).values(sends_texts=True))
        mobile = world.email("+13035550142", kind="phone", texts_agreed_at=world.clock.now())
        world.reconcile()
        assert counting(world) == [("planned", "sms")] * 3
        with world.database.writing() as session:
            ended = update(ContactPoint).where(ContactPoint.id == mobile).values(ended_at=world.clock.now())
            session.execute(ended)
        world.reconcile()
        assert counting(world) == [("planned", "email")] * 3
        assert len(world.reminders()) == 6 and world.reconcile() == 0
        assert world.tasks() == []
