"""A bolus through the trial catheter is what the catheter is for: by the book, it is no deviation."""

from collections.abc import Callable
from datetime import timedelta

import pytest

from tests.support.journey import Journey
from tests.support.todos import codes, open_todos
from tracker.domain.errors import Refused
from tracker.domain.words import DeterminationKind, Role
from tracker.services import trials

At = Callable[[str], Journey]
THROUGH = "trial_catheter"


def with_catheter(at: At) -> Journey:
    """A dose is ordered and the trial catheter is in."""
    journey = at("trial_day")
    journey.order()
    journey.tick(journey.visit_for("trial"), "before")
    out_by = journey.today + timedelta(days=3)
    journey.do(Role.NURSE, lambda w, r: trials.place_trial_catheter(w, r, out_by_on=out_by))
    assert journey.stage == "trial_catheter_in"
    return journey


def missing(journey: Journey, **values: object) -> set[str]:
    """What a dose that is given now lacks."""
    with pytest.raises(Refused) as caught:
        journey.dose(**values)
    return codes(caught.value.blockers)


def test_a_dose_through_the_catheter_needs_no_reason(at: At) -> None:
    journey = with_catheter(at)
    journey.dose(route=THROUGH)
    assert journey.look().snapshot.determination(DeterminationKind.DEVIATION) is None
    assert "deviation_review" not in open_todos(journey)
    assert journey.stage == "trial_catheter_in"
    journey.do(Role.NURSE, lambda w, r: trials.remove_trial_catheter(w, r, tip_intact=True))
    assert journey.stage == "trial_review"


def test_a_puncture_with_a_catheter_in_does(at: At) -> None:
    assert {"device_in_place", "day_not_begun"} <= missing(with_catheter(at))


def test_one_that_was_not_ordered_does(at: At) -> None:
    assert missing(with_catheter(at), dose="75", route=THROUGH) == {"dose_differs"}


def test_a_second_one_waits_a_day_and_for_its_own_order(at: At) -> None:
    journey = with_catheter(at)
    journey.dose(route=THROUGH)
    journey.clock.advance(hours=12)
    assert missing(journey, route=THROUGH) == {"too_soon", "dose_not_ordered"}
    journey.clock.advance(hours=12)
    assert missing(journey, route=THROUGH) == {"dose_not_ordered"}
    journey.order("75")
    journey.dose("75", route=THROUGH)
    assert len(journey.look().snapshot.doses) == 2


def test_without_a_catheter_the_day_must_have_begun(at: At) -> None:
    journey = at("trial_to_book")
    assert "day_not_begun" in missing(journey, route=THROUGH)
