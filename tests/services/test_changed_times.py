"""A visit whose time was changed: each time is told anew, and where no message comes in time, a person does."""

from datetime import UTC, datetime, timedelta

import pytest
from sqlalchemy import update

from tests.factories.case_world import CaseWorld
from tests.factories.post import Post
from tests.support.fixed import FixedClock, SeededIds
from tracker.domain.contacts import time_told
from tracker.persistence.database import Database
from tracker.persistence.models import Clinic

#: A quarter of an hour after the reminder of the day before has gone: 10:15 in New York.
DAY_BEFORE = datetime(2026, 3, 25, 14, 15, tzinfo=UTC)


@pytest.fixture
def post(database: Database, clock: FixedClock, ids: SeededIds) -> Post:
    """Somebody who was told of tomorrow, 9:00."""
    post = Post(CaseWorld(database, clock, ids))
    with database.writing() as session:
        session.execute(update(Clinic).values(quiet_from="00:00", quiet_until="00:00"))
    post.world.clock.set(DAY_BEFORE)
    post.dispatch()
    assert "9:00 AM" in post.mailer.sent.pop().body
    return post


def said(post: Post) -> list[str]:
    """What leaves now."""
    post.dispatch()
    found = [each.body for each in post.mailer.sent]
    post.mailer.sent.clear()
    return found


class TestATime:
    def test_that_was_changed_back_is_told_again(self, post: Post) -> None:
        moved = post.world.move(post.visit, "2026-03-26T13:00")
        (there,) = said(post)
        post.world.move(moved, "2026-03-26T09:00")
        (back,) = said(post)
        assert "1:00 PM" in there and "9:00 AM" in back
        assert said(post) == []

    def test_of_the_arrival_alone_is_told_too(self, post: Post) -> None:
        starts_at = post.visit.starts_at
        post.world.change(post.visit, arrive_at=starts_at - timedelta(hours=2), state="booked", moves=1)
        (text,) = said(post)
        assert "7:00 AM" in text

    def test_that_is_confirmed_is_not_told_again(self, post: Post) -> None:
        post.world.change(post.visit, state="confirmed")
        assert said(post) == []

    def test_so_near_that_no_message_is_of_use_is_told_by_a_person(self, post: Post) -> None:
        post.world.move(post.visit, "2026-03-25T11:30")
        assert said(post) == []
        (task,) = post.world.tasks()
        assert (task.kind, task.params["why"], task.done_at) == ("call", "too_late", None)
        post.world.reconcile()
        post.dispatch()
        assert len(post.world.tasks()) == 1

    def test_that_has_come_is_told_by_nobody(self, post: Post) -> None:
        post.world.move(post.visit, "2026-03-25T10:00")
        assert said(post) == []
        assert post.world.tasks() == []

    def test_that_was_told_is_not_called_about_when_it_is_near(self, post: Post) -> None:
        post.world.move(post.visit, "2026-03-26T13:00")
        assert len(said(post)) == 1
        post.world.clock.set(datetime(2026, 3, 26, 16, 30, tzinfo=UTC))
        post.world.reconcile()
        assert said(post) == []
        assert post.world.tasks() == []

    def test_of_a_visit_booked_for_in_an_hour_needs_no_call(self, post: Post) -> None:
        """Whoever booked it was spoken with."""
        post.world.change(post.visit, state="cancelled")
        post.world.book("follow_up", "2026-03-25T11:30")
        assert said(post) == []
        assert post.world.tasks() == []


def test_the_time_that_was_told_is_read_from_the_key() -> None:
    assert time_told("7:arrival_soon:1:2026-03-26T09:00") == ("2026-03-26T09:00", 0)
    assert time_told("7:arrival_soon:1:final4:moved2:2026-03-26T09:00") == ("2026-03-26T09:00", 2)
    with pytest.raises(ValueError, match="no time"):
        time_told("7:arrival_soon:1")
