"""The time of an injection is what the rules are held against: what came after it does not count for it."""

from collections.abc import Callable
from datetime import datetime, timedelta
from decimal import Decimal

import pytest

from tests.support.journey import Journey
from tests.support.todos import codes
from tracker.domain.errors import Refused
from tracker.domain.facts import Determination, TrialDose
from tracker.domain.words import Role
from tracker.services import trials
from tracker.services.dose_check import Given, check_dose

At = Callable[[str], Journey]


@pytest.fixture
def later(at: At) -> Journey:
    """Half an hour after the patient came everything was answered; it is ten minutes later."""
    journey = at("trial_day")
    journey.order()
    journey.clock.advance(minutes=30)
    journey.tick(journey.visit_for("trial"), "before")
    journey.clock.advance(minutes=10)
    return journey


def fifty(journey: Journey, reason: str = "") -> Given:
    return Given(
        Decimal(50), Decimal(50), Decimal(1), "T-12", journey.today, journey.user_ids[Role.PHYSICIAN],
        deviation_reason=reason,
    )  # fmt: skip


def record(journey: Journey, at: datetime, reason: str = "") -> None:
    """The nurse records an injection of that time."""
    journey.do(Role.NURSE, lambda w, r: trials.give_dose(w, r, fifty(journey, reason), given_at=at))


def test_an_injection_in_the_minute_of_the_last_answer_is_by_the_book(later: Journey) -> None:
    record(later, (later.clock.now() - timedelta(minutes=10)).replace(second=0))
    assert len(later.look().snapshot.of(TrialDose)) == 1


@pytest.mark.parametrize(
    ("minutes", "expected"), [(11, {"checklist_open"}), (41, {"checklist_open", "dose_before_arrival"})]
)
def test_an_earlier_one_is_a_deviation_that_says_why(later: Journey, minutes: int, expected: set[str]) -> None:
    at = later.clock.now() - timedelta(minutes=minutes)
    assert codes(check_dose(later.look(), fifty(later), at)) == expected
    with pytest.raises(Refused) as caught:
        record(later, at)
    assert codes(caught.value.blockers) == expected
    record(later, at, "the list was ticked afterwards")
    deviation = later.look().snapshot.of(Determination)[-1]
    assert (deviation.kind, set(deviation.value.split())) == (
        "deviation",
        {"checklist.trial.before", *expected} - {"checklist_open"},
    )
    assert later.stage == "trial_observation"
