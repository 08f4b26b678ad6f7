"""Whoever was told by another message is not among those who get nothing."""

from datetime import UTC, datetime, timedelta

import pytest
from sqlalchemy import update

from tests.factories.case_world import CaseWorld
from tests.factories.post import SOON, Post
from tests.queries.test_reminder_preview import previewed, why
from tests.support.fixed import FixedClock, SeededIds
from tracker.persistence.database import Database
from tracker.persistence.models import Reminder

#: An hour before the visit: nothing about it is of use any more.
LAST_HOUR = datetime(2026, 3, 26, 12, tzinfo=UTC)


@pytest.fixture
def post(database: Database, clock: FixedClock, ids: SeededIds) -> Post:
    return Post(CaseWorld(database, clock, ids))


def test_that_were_told_by_a_later_one(post: Post) -> None:
    post.world.clock.set(SOON + timedelta(days=1))
    post.dispatch()
    post.world.clock.set(LAST_HOUR)
    with post.world.database.writing() as session:
        session.execute(update(Reminder).where(Reminder.key.contains("soon")).values(closed_reason="too_late"))
    assert why(previewed(post.world)) == {"arrival_soon": "superseded"}


def test_that_are_told_by_a_later_one_to_come(post: Post) -> None:
    with post.world.database.writing() as session:
        values = {"state": "expired", "closed_reason": "too_late", "next_action_at": None}
        session.execute(update(Reminder).where(Reminder.key.contains("soon")).values(values))
    assert why(previewed(post.world)) == {"arrival_soon": "superseded"}


def test_that_were_told_and_have_confirmed(post: Post) -> None:
    post.dispatch()
    post.world.clock.set(LAST_HOUR)
    assert why(previewed(post.world)) == {"arrival_eve": "too_late"}
    post.world.change(post.visit, state="confirmed")
    assert why(previewed(post.world)) == {"arrival_eve": "confirmed"}


def test_but_not_where_they_confirmed_and_none_was_sent(post: Post) -> None:
    """Nothing but a confirmation: whoever was never told the time is one who gets nothing."""
    with post.world.database.writing() as session:
        values = {"state": "expired", "closed_reason": "too_late", "next_action_at": None}
        session.execute(update(Reminder).values(values))
    post.world.clock.set(LAST_HOUR)
    post.world.change(post.visit, state="confirmed")
    assert set(why(previewed(post.world)).values()) == {"too_late"}
