"""What was done afterwards is recorded by its rule, and a transfer that was asked for is not yet one."""

from collections.abc import Callable
from datetime import date, timedelta

import pytest

from tests.support.journey import Journey
from tests.support.todos import open_todos
from tracker.domain.errors import InvalidInput, NotFound, NotPermitted
from tracker.domain.obligations import Obligation, obligations
from tracker.domain.words import Role
from tracker.services import steps
from tracker.services.follow_ups import record_follow_up

At = Callable[[str], Journey]


def due(journey: Journey) -> dict[str, Obligation]:
    case = journey.look()
    found = obligations(case.pathway, case.snapshot, journey.clock.now()).of("follow_up")
    return {dict(each.params)["rule"]: each for each in found}


def follow(journey: Journey, rule: str, result: str, *, role: Role = Role.NURSE, about: int | None = None,
           next_on: date | None = None) -> None:  # fmt: skip
    seq = int(dict(due(journey)[rule].params)["about"]) if about is None else about
    journey.do(role, lambda w, r: record_follow_up(w, r, rule=rule, about_seq=seq, result=result, next_on=next_on))


class TestAFollowUp:
    def test_that_ends_it_takes_it_off_the_list(self, at: At) -> None:
        journey = at("recovering")
        before = set(due(journey))
        follow(journey, "wound_check", "healing well")

        assert before - set(due(journey)) == {"wound_check"}

    def test_that_does_not_end_it_asks_for_the_next(self, at: At) -> None:
        journey = at("recovering")
        follow(journey, "titration", "goes on", next_on=journey.today + timedelta(days=9))

        assert due(journey)["titration"].anchor_on == journey.today + timedelta(days=9)

    @pytest.mark.parametrize(
        ("result", "ahead", "field"),
        [("well enough", None, "result"), ("healing well", 3, "next_on"), ("concern: physician told", -1, "next_on")],
    )
    def test_that_cannot_be_is_refused_at_the_field(self, at: At, result: str, ahead: int | None, field: str) -> None:
        journey = at("recovering")
        next_on = None if ahead is None else journey.today + timedelta(days=ahead)
        with pytest.raises(InvalidInput) as caught:
            follow(journey, "wound_check", result, next_on=next_on)
        assert set(caught.value.problems) == {field}

    def test_of_a_rule_or_a_fact_that_is_not_there_finds_nothing(self, at: At) -> None:
        journey = at("recovering")
        with pytest.raises(NotFound):
            follow(journey, "wound_check", "healing well", about=9999)
        with pytest.raises(NotFound):
            journey.do(Role.NURSE, lambda w, r: record_follow_up(w, r, rule="tea", about_seq=1, result="drunk"))

    def test_is_not_for_the_front_desk(self, at: At) -> None:
        with pytest.raises(NotPermitted):
            follow(at("recovering"), "wound_check", "healing well", role=Role.FRONT_DESK)


class TestATransferAskedFor:
    def test_keeps_every_refill_due_here(self, at: At) -> None:
        journey = at("maintained")
        day = journey.today + timedelta(days=14)
        journey.do(Role.COORDINATOR, lambda w, r: steps.ask_transfer(w, r, to_clinic="Mesa", until_on=day))

        assert {"refill", "transfer"} <= open_todos(journey)

    def test_is_over_once_it_was_completed(self, at: At) -> None:
        journey = at("maintained")
        day, second = journey.today + timedelta(days=14), journey.user_ids[Role.PHYSICIAN]
        journey.do(Role.COORDINATOR, lambda w, r: steps.ask_transfer(w, r, to_clinic="Mesa", until_on=day))
        journey.do(Role.COORDINATOR, lambda w, r: steps.record_transfer(w, r, to_clinic="Mesa", second_by=second))

        assert "transfer" not in open_todos(journey)

    def test_names_the_clinic_and_a_day_to_come(self, at: At) -> None:
        journey = at("maintained")
        with pytest.raises(InvalidInput) as caught:
            journey.do(
                Role.COORDINATOR,
                lambda w, r: steps.ask_transfer(w, r, to_clinic=" ", until_on=journey.today - timedelta(days=1)),
            )
        assert set(caught.value.problems) == {"to_clinic", "until_on"}
