"""What is done before a procedure that is booked, and after a visit that was missed."""

from datetime import date, timedelta

import pytest

from tests.domain.builders import DAY, NOW, Case
from tracker.domain.facts import FollowUp
from tracker.domain.obligations import Obligation, obligations
from tracker.domain.obligations.follow_ups import is_there
from tracker.domain.words import Role
from tracker.pathways.catalogue import current

ITB = current()
#: A Tuesday, four weeks from now.
TRIAL_ON = DAY + timedelta(days=28)


def booked(in_days: int = 28, **values: object) -> Case:
    case = Case("trial_booked")
    return case.visit("trial", starts=NOW + timedelta(days=in_days), **values)


def asked(case: Case, rule: str) -> list[Obligation]:
    found = obligations(ITB, case.snapshot, NOW).of("follow_up")
    return [each for each in found if dict(each.params)["rule"] == rule]


def called(case: Case, result: str, *, days_ago: int = 0, rule: str = "health_call") -> Case:
    return case.record(
        FollowUp, rule=rule, about_seq=1, result=result, next_on=None, effective_at=NOW - timedelta(days=days_ago)
    )


class TestTheHealthCall:
    def test_is_due_three_open_days_before(self) -> None:
        (found,) = asked(booked(), "health_call")
        assert found.due_on == date(2026, 4, 9)  # Thursday; the weekend is not counted
        assert (found.owner, found.subject) == (Role.NURSE, "follow_up:health_call:1")
        assert (found.escalate_on, found.critical_on) == (date(2026, 4, 10), date(2026, 4, 10))

    def test_is_due_from_the_day_of_a_late_booking(self) -> None:
        (found,) = asked(booked(1, recorded_at=NOW), "health_call")
        assert found.due_on == DAY

    def test_stays_late_when_the_visit_is_confirmed(self) -> None:
        (found,) = asked(booked(1, recorded_at=NOW, timed_at=NOW - timedelta(days=20)), "health_call")
        assert found.due_on == date(2026, 3, 13)

    @pytest.mark.parametrize(
        ("result", "is_asked"),
        [("well, comes", False), ("something to ask: physician told", False), ("not reached", True)],
    )
    def test_ends_with_an_answer(self, result: str, is_asked: bool) -> None:
        assert bool(asked(called(booked(5), result), "health_call")) is is_asked

    @pytest.mark.parametrize(("days_ago", "is_asked"), [(2, False), (3, True)])
    def test_is_made_again_where_the_procedure_moved_away_from_it(self, days_ago: int, is_asked: bool) -> None:
        """The visit is in five days; seven are fresh enough."""
        assert bool(asked(called(booked(5), "well, comes", days_ago=days_ago), "health_call")) is is_asked

    @pytest.mark.parametrize("state", ["arrived", "completed", "cancelled", "no_show"])
    def test_is_not_made_for_a_procedure_that_is_not_to_come(self, state: str) -> None:
        assert asked(booked(state=state), "health_call") == []

    def test_is_not_made_for_another_visit(self) -> None:
        assert asked(Case("evaluation_booked").visit("evaluation", starts=NOW + timedelta(days=9)), "health_call") == []


def test_the_plan_is_written_two_weeks_before() -> None:
    (found,) = asked(booked(), "preparation")
    assert found.due_on == TRIAL_ON - timedelta(days=14)
    done = called(booked(), "plan given to the patient", rule="preparation")
    assert asked(done, "preparation") == []
    later = called(booked(), "not there yet", rule="preparation")
    (again,) = asked(later, "preparation")
    assert again.due_on == DAY + timedelta(days=2)


class TestAMissedVisit:
    def test_is_called_about_the_same_day(self) -> None:
        (found,) = asked(Case("evaluation_booked").visit("evaluation", "no_show", starts=NOW), "after_no_show")
        assert (found.due_on, found.owner) == (DAY, Role.COORDINATOR)

    @pytest.mark.parametrize("state", ["booked", "completed", "cancelled"])
    def test_is_not_called_about_once_another_was_booked(self, state: str) -> None:
        case = Case("maintained").visit("refill", "no_show", starts=NOW - timedelta(days=1))
        assert asked(case.visit("refill", state, starts=NOW + timedelta(days=1)), "after_no_show") == []

    def test_of_a_closed_case_is_called_about_where_it_was_a_refill(self) -> None:
        assert asked(Case("unreachable").visit("refill", "no_show", starts=NOW), "after_no_show") != []
        assert asked(Case("unreachable").visit("follow_up", "no_show", starts=NOW), "after_no_show") == []


def test_what_it_is_about_is_a_fact_or_a_visit_by_its_first_number() -> None:
    case = Case("trial_booked").visit("trial", "confirmed", starts=NOW, appointment=7)
    snapshot = case.determined("death").snapshot
    assert [number for number in range(1, 9) if is_there(snapshot, number)] == [1, 2, 7]
    assert not is_there(Case("trial_booked").snapshot, 1)
