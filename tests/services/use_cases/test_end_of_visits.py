"""What ends a visit completes it: nobody has to say twice that it is over, and nothing else ends with it."""

from collections.abc import Callable
from datetime import timedelta

import pytest

from tests.support.journey import Journey, a_filling
from tracker.domain.errors import NotFound
from tracker.domain.facts import Appointment, Fill
from tracker.domain.words import Role
from tracker.services import refills

At = Callable[[str], Journey]
COORDINATOR, NURSE, PHYSICIAN = Role.COORDINATOR, Role.NURSE, Role.PHYSICIAN


def state_of(journey: Journey, appointment: int) -> str:
    """What became of a visit."""
    return next(each.state for each in journey.look().snapshot.of(Appointment) if each.appointment == appointment)


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
