"""The look before an injection finds what the record would refuse, with the same words, and writes nothing."""

from collections.abc import Callable
from dataclasses import replace
from datetime import timedelta
from decimal import Decimal

import pytest

from tests.support.journey import Journey
from tests.support.todos import codes
from tracker.domain.errors import InvalidInput, Refused
from tracker.domain.facts import TrialDose
from tracker.domain.pathway.wording import sentence_of
from tracker.domain.words import Role
from tracker.services import trials
from tracker.services.dose_check import Given, check_dose

At = Callable[[str], Journey]
SECOND = timedelta(seconds=1)


def ready(at: At) -> Journey:
    """Everything is there for a test dose of 50 mcg."""
    journey = at("trial_day")
    journey.order()
    journey.tick(journey.visit_for("trial"), "before")
    return journey


def fifty(journey: Journey) -> Given:
    expires_on = journey.today + timedelta(days=90)
    return Given(Decimal(50), Decimal(50), Decimal(1), "T-12", expires_on, journey.user_ids[Role.PHYSICIAN])


def found(journey: Journey, given: Given) -> set[str]:
    """What the look finds; the record refuses for the very same, and nothing is written by either."""
    before = journey.look().snapshot.facts
    missing = codes(check_dose(journey.look(), given, journey.clock.now()))
    if missing:
        with pytest.raises(Refused) as caught:
            journey.do(Role.NURSE, lambda w, r: trials.give_dose(w, r, given))
        assert codes(caught.value.blockers) == missing
    assert journey.look().snapshot.facts == before
    return missing


def test_nothing_is_found_where_everything_is_there(at: At) -> None:
    journey = ready(at)
    assert found(journey, fifty(journey)) == set()


@pytest.mark.parametrize(
    ("changed", "expected"),
    [
        ({"dose_mcg": Decimal(75), "volume_ml": Decimal("1.5")}, {"dose_differs"}),
        ({"dose_mcg": Decimal(60), "volume_ml": Decimal("1.2")}, {"dose_differs", "dose_not_listed"}),
        ({"concentration_mcg_ml": Decimal(500), "volume_ml": Decimal("0.1")}, {"wrong_strength"}),
        ({"drug": "morphine"}, {"wrong_drug"}),
        ({"expires_on": None}, {"expiry_missing"}),
    ],
)
def test_each_stop_is_found(at: At, changed: dict[str, object], expected: set[str]) -> None:
    journey = ready(at)
    assert found(journey, replace(fifty(journey), **changed)) == expected  # type: ignore[arg-type]  # fields of Given


def test_the_last_day_of_the_lot_is_in_date_and_the_next_is_not(at: At) -> None:
    journey = ready(at)
    assert found(journey, replace(fifty(journey), expires_on=journey.today)) == set()
    assert found(journey, replace(fifty(journey), expires_on=journey.today - timedelta(days=1))) == {"lot_expired"}


def test_a_second_dose_is_stopped_until_24_hours_have_passed_and_says_until_when(at: At) -> None:
    journey = ready(at)
    given = fifty(journey)
    journey.do(Role.NURSE, lambda w, r: trials.give_dose(w, r, given))
    dose = journey.look().snapshot.of(TrialDose)[-1]
    journey.go("trial_review")
    journey.do(Role.PHYSICIAN, lambda w, r: trials.record_outcome(w, r, outcome="negative_repeatable"))
    journey.order("75")
    journey.step("another_dose")
    second = replace(given, dose_mcg=Decimal(75), volume_ml=Decimal("1.5"))
    free = dose.effective_at + timedelta(hours=24)
    missing = {each.code: each for each in check_dose(journey.look(), second, free - SECOND)}
    assert {"too_soon", "day_not_begun"} <= set(missing)
    wall = journey.calendar.wall(free)
    assert f"{wall:%a} {wall.day} {wall:%b} {wall:%H:%M}" in sentence_of(missing["too_soon"])
    assert "too_soon" not in codes(check_dose(journey.look(), second, free))


def test_amounts_that_contradict_each_other_are_said(at: At) -> None:
    journey = ready(at)
    with pytest.raises(InvalidInput) as caught:
        journey.do(Role.NURSE, lambda w, r: trials.give_dose(w, r, replace(fifty(journey), volume_ml=Decimal(2))))
    assert caught.value.problems == {"dose_mcg": "2 mL of 50 mcg/mL is 100 mcg, not 50. Read the three again."}


def test_a_dose_that_was_given_without_a_booked_visit_is_observed_too(at: At) -> None:
    journey = at("trial_to_book")
    journey.order()
    journey.dose(deviation_reason="given on the ward")
    assert journey.stage == "trial_observation"
