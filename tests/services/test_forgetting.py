"""The words of texts that came in are forgotten in time, never before somebody has read them."""

from datetime import timedelta

import pytest
from sqlalchemy import select, update

from tests.factories.case_world import CaseWorld
from tests.services.test_replies import Line
from tests.support.fixed import FixedClock, SeededIds
from tracker.persistence.database import Database
from tracker.persistence.models import InboundMessage, StaffTask
from tracker.services.replying.forgetting import WORDS_KEPT, forget_words


@pytest.fixture
def line(database: Database, clock: FixedClock, ids: SeededIds) -> Line:
    return Line(CaseWorld(database, clock, ids))


def words(line: Line) -> list[str]:
    with line.world.database.reading() as session:
        return list(session.scalars(select(InboundMessage.text).order_by(InboundMessage.id)))


def pass_by(line: Line, *, beyond: timedelta) -> None:
    at = line.world.clock.now() + WORDS_KEPT + beyond
    with line.world.database.writing() as session:
        forget_words(session, at=at)


def end_tasks(line: Line, kind: str) -> None:
    with line.world.database.writing() as session:
        done = {"done_at": line.world.clock.now(), "outcome": "read"}
        session.execute(update(StaffTask).where(StaffTask.kind == kind).values(done))


def test_words_are_kept_for_their_time_and_what_came_of_them_for_ever(line: Line) -> None:
    line.says("Yes, thank you", provider_id="SM1")
    pass_by(line, beyond=timedelta(0))
    assert words(line) == ["Yes, thank you"]
    pass_by(line, beyond=timedelta(microseconds=1))
    assert words(line) == [""]
    with line.world.database.reading() as session:
        row = session.scalars(select(InboundMessage)).one()
    assert (row.understood, row.answer, row.case_id) == ("confirm", "confirmed", line.world.case_id)


def test_what_nobody_has_read_is_kept_however_old(line: Line) -> None:
    line.says("Can my sister come too?", provider_id="SM_1%")
    line.says("and my dog?", sender="+13035550199", provider_id="SM2")
    pass_by(line, beyond=timedelta(days=400))
    assert words(line) == ["Can my sister come too?", "and my dog?"]
    end_tasks(line, "reply_unclear")
    pass_by(line, beyond=timedelta(days=400))
    assert words(line) == ["", "and my dog?"]
    end_tasks(line, "reply_unknown")
    pass_by(line, beyond=timedelta(days=400))
    assert words(line) == ["", ""]


def test_an_open_task_of_another_text_keeps_no_words(line: Line) -> None:
    line.says("Yes", provider_id="SM1")
    line.says("what about 3 pm?", provider_id="SM11")
    pass_by(line, beyond=timedelta(days=1))
    assert words(line) == ["", "what about 3 pm?"]


def test_a_text_that_is_handed_over_again_after_that_still_changes_nothing(line: Line) -> None:
    said = line.says("N", provider_id="SM1")
    pass_by(line, beyond=timedelta(days=1))
    end_tasks(line, "reply_cannot")
    assert line.says("N", provider_id="SM1") == said
    assert [each.done_at is None for each in line.tasks()] == [False]
