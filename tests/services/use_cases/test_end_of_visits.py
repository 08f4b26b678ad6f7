"""What ends a visit completes it: nobody has to say twice that it is over, and nothing else ends with it."""

from collections.abc import Callable
from datetime import timedelta

import pytest

from tests.support.devices import a_filling
from tests.support.journey import Journey, a_finding
from tests.support.todos import open_todos
from tracker.domain.errors import InvalidInput, NotFound
from tracker.domain.facts import Appointment, Fill
from tracker.domain.words import Role
from tracker.services import appointments, evaluations, refills, trials

At = Callable[[str], Journey]
COORDINATOR, NURSE, PHYSICIAN = Role.COORDINATOR, Role.NURSE, Role.PHYSICIAN


def state_of(journey: Journey, appointment: int) -> str:
    """What became of a visit."""
    return next(each.state for each in journey.look().snapshot.of(Appointment) if each.appointment == appointment)


class TestAVisitIsOver:
    def test_once_the_evaluation_is_recorded(self, at: At) -> None:
        journey = at("evaluating")
        visit = journey.visit_for("evaluation")
        journey.do(PHYSICIAN, lambda w, r: evaluations.record_evaluation(w, r, a_finding()))
        assert state_of(journey, visit) == "completed"

    def test_not_by_an_evaluation_on_paper_before_the_patient_came(self, at: At) -> None:
        journey = at("referred")
        visit = journey.book("evaluation", journey.in_days(3))
        journey.do(PHYSICIAN, lambda w, r: evaluations.record_evaluation(w, r, a_finding()))
        assert state_of(journey, visit) == "booked"

    def test_once_the_observation_is_closed(self, at: At) -> None:
        journey = at("trial_observation")
        visit = journey.visit_for("trial")
        assert state_of(journey, visit) == "arrived"
        journey.clock.advance(hours=4)
        journey.score("1", "after_dose")
        journey.ask_after_dose()
        journey.tick(visit, "after")
        journey.step("observation_closed", NURSE)
        assert state_of(journey, visit) == "completed"

    def test_once_the_trial_was_broken_off(self, at: At) -> None:
        journey = at("trial_day")
        visit = journey.visit_for("trial")
        journey.do(NURSE, lambda w, r: trials.abort_trial(w, r, why="failed_puncture", reason="scar"))
        assert (journey.stage, state_of(journey, visit)) == ("trial_review", "completed")

    def test_once_the_trial_catheter_is_out_and_no_sooner(self, at: At) -> None:
        journey = at("trial_day")
        visit = journey.visit_for("trial")
        journey.tick(visit, "before")
        out_by = journey.today + timedelta(days=3)
        journey.do(NURSE, lambda w, r: trials.place_trial_catheter(w, r, out_by_on=out_by))
        journey.clock.advance(days=2)
        journey.order()  # whatever is written brings the to-dos up to date
        assert state_of(journey, visit) == "arrived"
        assert "unmarked_day" not in open_todos(journey)
        journey.do(NURSE, lambda w, r: trials.remove_trial_catheter(w, r, tip_intact=True))
        assert (journey.stage, state_of(journey, visit)) == ("trial_review", "completed")

    def test_once_the_patient_is_discharged_with_the_pump(self, at: At) -> None:
        journey = at("recovering")
        assert state_of(journey, journey.visit_for("implant")) == "completed"

    def test_and_no_longer_asked_for_the_day_after(self, at: At) -> None:
        journey = at("implant_decision")
        journey.clock.advance(days=3)
        journey.order()
        assert "unmarked_day" not in open_todos(journey)

    def test_when_a_refill_is_recorded_the_day_after(self, at: At) -> None:
        journey = at("maintained")
        visit = journey.visit_for("refill")
        journey.come(visit)
        journey.clock.advance(days=1)
        journey.refill()
        assert state_of(journey, visit) == "completed"


class TestAnArrivedVisit:
    def test_is_not_moved(self, at: At) -> None:
        journey = at("trial_day")
        visit, slot = journey.visit_for("trial"), appointments.Slot(starts=journey.in_days(3), minutes=60)
        with pytest.raises(InvalidInput) as caught:
            journey.do(COORDINATOR, lambda w, r: appointments.move(w, r, appointment=visit, slot=slot))
        assert "The patient came" in caught.value.problems["starts"]
        assert state_of(journey, visit) == "arrived"


class TestARefill:
    def test_ends_no_visit_for_anything_else(self, at: At) -> None:
        journey = at("maintained")
        follow_up = journey.book("follow_up", journey.in_days(1))
        journey.come(follow_up)
        alarm_on = journey.today + timedelta(days=90)
        filling = a_filling(alarm_on=alarm_on, alarm_on_again=alarm_on, second_by=journey.user_ids[PHYSICIAN])
        fills = journey.look().snapshot.of(Fill)
        with pytest.raises(NotFound):
            journey.do(NURSE, lambda w, r: refills.record_refill(w, r, filling, appointment=follow_up))
        assert state_of(journey, follow_up) == "arrived"
        assert journey.look().snapshot.of(Fill) == fills
