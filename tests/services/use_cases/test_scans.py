"""An MRI is planned by whoever hears of it, decided on by a physician, prepared by those who treat."""

from collections.abc import Callable
from datetime import timedelta

import pytest

from tests.support.journey import Journey
from tests.support.todos import open_todos
from tracker.domain.errors import InvalidInput, NotFound, NotPermitted
from tracker.domain.words import Role
from tracker.services import corrections, scans
from tracker.services.interrogations import Reading, record_interrogation

At = Callable[[str], Journey]
MRI = {"scan_task", "scan_reading", "scan_decision"}


def plan(journey: Journey, days: int = 9, role: Role = Role.COORDINATOR) -> int:
    day = journey.today + timedelta(days=days)
    return journey.do(role, lambda w, r: scans.plan_scan(w, r, scan_on=day, place="County")).fact_seqs[0]


def read(journey: Journey, cause: str) -> None:
    journey.do(Role.NURSE, lambda w, r: record_interrogation(w, r, Reading(cause=cause)))


class TestAScan:
    def test_asks_for_a_reading_before_and_one_after(self, at: At) -> None:
        journey = at("maintained")
        plan(journey)
        assert open_todos(journey) & MRI == {"scan_task", "scan_reading"}
        journey.clock.advance(hours=24 * 9)
        read(journey, "routine")
        assert open_todos(journey) & MRI == {"scan_reading"}
        journey.clock.advance(hours=2)
        read(journey, "mri")
        assert open_todos(journey) & MRI == set()

    def test_already_done_is_recorded_too(self, at: At) -> None:
        journey = at("maintained")
        plan(journey, days=-3)
        assert "scan_reading" in open_todos(journey)

    @pytest.mark.parametrize("days", [367, -365 * 80])
    def test_on_a_day_that_cannot_be_is_refused(self, at: At, days: int) -> None:
        with pytest.raises(InvalidInput) as caught:
            plan(at("maintained"), days)
        assert set(caught.value.problems) == {"scan_on"}

    def test_needs_a_pump(self, at: At) -> None:
        with pytest.raises(InvalidInput):
            plan(at("evaluating"))

    def test_called_off_is_struck_out_by_those_who_treat(self, at: At) -> None:
        journey = at("maintained")
        seq = plan(journey)
        with pytest.raises(NotPermitted):
            journey.do(Role.COORDINATOR, lambda w, r: corrections.strike(w, r, seq=seq, reason="called off"))
        journey.do(Role.NURSE, lambda w, r: corrections.strike(w, r, seq=seq, reason="called off"))
        assert open_todos(journey) & MRI == set()


class TestADecision:
    def test_is_asked_for_where_the_alarm_sounded_and_ends_with_words(self, at: At) -> None:
        journey = at("maintained")
        journey.clock.advance(hours=1)
        read(journey, "alarm")
        seq = plan(journey)
        assert "scan_decision" in open_todos(journey)
        with pytest.raises(InvalidInput):
            journey.do(Role.PHYSICIAN, lambda w, r: scans.decide_scan(w, r, scan_seq=seq, reason=" "))
        with pytest.raises(NotPermitted):
            journey.do(Role.NURSE, lambda w, r: scans.decide_scan(w, r, scan_seq=seq, reason="go"))
        journey.do(Role.PHYSICIAN, lambda w, r: scans.decide_scan(w, r, scan_seq=seq, reason="refilled before"))
        assert "scan_decision" not in open_todos(journey)

    def test_is_of_a_scan_that_stands(self, at: At) -> None:
        with pytest.raises(NotFound):
            at("maintained").do(Role.PHYSICIAN, lambda w, r: scans.decide_scan(w, r, scan_seq=1, reason="go"))


class TestATask:
    @pytest.mark.parametrize("task", ["read_before", "prayed"])
    def test_that_no_word_ends_is_not_recorded(self, at: At, task: str) -> None:
        journey = at("maintained")
        seq = plan(journey)
        with pytest.raises(NotFound):
            journey.do(Role.NURSE, lambda w, r: scans.record_scan_task(w, r, scan_seq=seq, task=task, reason="done"))

    def test_needs_words(self, at: At) -> None:
        journey = at("maintained")
        seq = plan(journey)
        with pytest.raises(InvalidInput):
            journey.do(
                Role.NURSE,
                lambda w, r: scans.record_scan_task(w, r, scan_seq=seq, task="emptied_before", reason=" "),
            )
