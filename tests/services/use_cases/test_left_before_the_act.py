"""A time of leaving before what was done in the visit is asked back, and taken once somebody says that it is so."""

from functools import partial
from typing import Any

import pytest

from tests.support.visit_days import asked, confirm, now_says
from tracker.domain.facts import VisitMoment
from tracker.domain.words import Role
from tracker.services import visit_day


@pytest.mark.parametrize("kind", ["discharged", "admitted", "transferred"])
def test_is_asked_back(at: Any, kind: str) -> None:
    journey = at("trial_day")
    came_at = journey.clock.now()
    journey.clock.advance(minutes=30)
    journey.go("trial_observation")
    given_at = journey.look().snapshot.attempt_dose.effective_at
    assert given_at > came_at
    number = journey.visit_for("trial")
    left = partial(visit_day.record_moment, appointment=number, kind=kind, happened_at=came_at)
    questions = asked(journey, Role.NURSE, left)
    at_time = f"{journey.calendar.wall(given_at):%H:%M}"
    said = f"Something of this visit is recorded at {at_time}, after this time. Read the time again."
    assert said in [each.sentence for each in questions]
    confirm(journey, Role.NURSE, left, *[each.code for each in questions])
    assert journey.look().snapshot.of(VisitMoment)[-1].effective_at == came_at


def test_is_not_asked_of_the_time_of_the_act(at: Any) -> None:
    journey = at("trial_observation")
    journey.clock.advance(hours=5)
    given_at = journey.look().snapshot.attempt_dose.effective_at
    number = journey.visit_for("trial")
    confirm(
        journey, Role.NURSE, partial(visit_day.record_moment, appointment=number, kind="admitted", happened_at=given_at)
    )
    assert now_says(journey) == "admitted"
