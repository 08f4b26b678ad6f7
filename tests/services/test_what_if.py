"""Questions that are played with many pairs: asked by people, played once, shown for a day, and of one clinic."""

from datetime import date, timedelta

import pytest
from sqlalchemy import func, select, update

from tests.support.played_clinic import fill_played
from tests.support.web import WebWorld
from tracker.domain.access import Actor
from tracker.domain.errors import NotPermitted
from tracker.domain.what_if.question import Change, Question, key_of
from tracker.domain.words import Role
from tracker.persistence.models import ClinicHistory, WhatIfQuestion
from tracker.queries.what_if import Refined, find_refined
from tracker.services import what_if
from tracker.services.what_if import ask_for_more, play_questions
from tracker.services.work import Work

ON = date(2026, 3, 17)
QUESTION: Question = {"trial": Change(weekdays=frozenset({0, 1}))}


@pytest.fixture
def world(world: WebWorld, monkeypatch: pytest.MonkeyPatch) -> WebWorld:
    # As many as have an interval: what two hundred say is the simulation's matter.
    monkeypatch.setattr(what_if, "PAIRS", 10)
    fill_played(world, weeks=40)
    return world


def ask(world: WebWorld, question: Question = QUESTION, *, role: Role = Role.MANAGER) -> bool:
    actor = Actor(world.user_ids[role], world.clinic_id, frozenset({role}), "")
    with world.database.writing() as session:
        return ask_for_more(Work(session, actor, world.ids, world.clock.now()), question, ON)


def play(world: WebWorld) -> int:
    return play_questions(world.database, world.clock, world.ids, pause=lambda: None)


def found(world: WebWorld, question: Question = QUESTION, clinic_id: int = 0) -> Refined | None:
    with world.database.reading() as session:
        return find_refined(session, clinic_id or world.clinic_id, key_of(question, ON))


def kept(world: WebWorld) -> int:
    with world.database.reading() as session:
        return session.scalars(select(func.count()).select_from(WhatIfQuestion)).one()


class TestAQuestion:
    def test_waits_until_it_is_played_and_is_played_once(self, world: WebWorld) -> None:
        assert found(world) is None and play(world) == 0
        assert ask(world)
        assert found(world) == Refined(None, None, None)
        world.clock.advance(minutes=2)
        assert (play(world), play(world)) == (1, 0)
        refined = found(world)
        assert refined is not None and refined.sheet is not None and refined.played_at == world.clock.now()
        assert refined.sheet.answer.startswith("With trials on two weekdays instead of one, ")
        assert "10 pairs of years." in refined.sheet.sections[0].definition
        assert found(world, {"trial": Change(slots=1)}) is None

    def test_asked_again_is_played_again(self, world: WebWorld) -> None:
        ask(world)
        play(world)
        assert ask(world) and kept(world) == 1
        assert found(world) == Refined(None, None, None) and play(world) == 1

    def test_is_forgotten_after_a_day(self, world: WebWorld) -> None:
        ask(world)
        play(world)
        world.clock.advance(hours=24)
        assert play(world) == 0 and kept(world) == 1
        world.clock.advance(minutes=1)
        play(world)
        assert kept(world) == 0

    def test_is_of_one_clinic(self, world: WebWorld) -> None:
        other = world.add_clinic("other")
        ask(world)
        play(world)
        assert found(world, clinic_id=other) is None

    def test_has_to_wait_where_too_many_were_asked(self, world: WebWorld, monkeypatch: pytest.MonkeyPatch) -> None:
        monkeypatch.setattr(what_if, "MOST", 2)
        questions: list[Question] = [{"trial": Change(slots=slots)} for slots in (1, 2, 3)]
        assert [ask(world, each) for each in questions] == [True, True, False]
        assert ask(world, questions[0]), "one that is there already is no further one"
        assert kept(world) == 2

    def test_is_asked_by_whoever_may_see_reports(self, world: WebWorld) -> None:
        with pytest.raises(NotPermitted):
            ask(world, role=Role.THERAPIST)
        assert kept(world) == 0

    def test_that_the_history_cannot_answer_any_more_goes_away(self, world: WebWorld) -> None:
        ask(world)
        with world.database.writing() as session:
            session.execute(update(ClinicHistory).values(form=0))
        assert play(world) == 0 and kept(world) == 0

    def test_holds_up_no_other_one(self, world: WebWorld) -> None:
        """One that cannot be read fails alone, and is said to have failed."""
        ask(world)
        with world.database.writing() as session:
            session.execute(update(WhatIfQuestion).values(question={"trial": {"colour": 3}}))
        world.clock.advance(seconds=1)
        ask(world, {"trial": Change(slots=1)})
        with pytest.raises(ExceptionGroup):
            play(world)
        assert found(world, {"trial": Change(slots=1)}) != Refined(None, None, None)


def test_nothing_is_played_while_another_process_is_at_it(world: WebWorld) -> None:
    ask(world)
    with world.database.writing() as session:
        what_if.take(session, clinic_id=world.clinic_id, name=what_if.JOB, token="other", now=world.clock.now())
    assert play(world) == 0 and found(world) == Refined(None, None, None)
    world.clock.advance(minutes=6)
    assert play(world) == 1
    assert timedelta(days=1) == what_if.KEPT
