"""A lot that had expired was given all the same: it is recorded, with a reason, and a physician looks at it."""

from collections.abc import Callable
from datetime import timedelta

import pytest

from tests.support.devices import a_filling
from tests.support.journey import Journey
from tests.support.todos import codes, open_todos
from tracker.domain.errors import Refused
from tracker.domain.facts import Fill
from tracker.domain.words import DeterminationKind, Role
from tracker.services import decisions

At = Callable[[str], Journey]


def give(journey: Journey, **values: object) -> None:
    """A test dose of a lot that expired the day before."""
    journey.dose(expires_on=journey.today - timedelta(days=1), **values)


def refill(journey: Journey, **values: object) -> None:
    """A refill with a lot that expired the day before."""
    journey.refill(expires_on=journey.today - timedelta(days=1), **values)


def implant(journey: Journey, **values: object) -> None:
    """An implant whose first fill was of a lot that expired the day before."""
    alarm_on, expired_on = journey.today + timedelta(days=90), journey.today - timedelta(days=1)
    second = journey.user_ids[Role.PHYSICIAN]
    filling = a_filling(alarm_on=alarm_on, alarm_on_again=alarm_on, second_by=second, expires_on=expired_on)
    journey.implant(filling=filling, **values)


def at_the_trial(at: At) -> Journey:
    """Everything is there for the test dose."""
    journey = at("trial_day")
    journey.order()
    journey.tick(journey.visit_for("trial"), "before")
    return journey


def at_the_implant(at: At) -> Journey:
    """Everything is there for the implant."""
    journey = at("implant_day")
    journey.tick(journey.visit_for("implant"), "before")
    return journey


def on_the_way_to_a_refill(at: At) -> Journey:
    """A pump is in, and no day of a procedure has begun."""
    return at("maintained")


ACTS = [(at_the_trial, give), (at_the_implant, implant), (on_the_way_to_a_refill, refill)]


@pytest.mark.parametrize(("bring", "act"), ACTS)
class TestAnExpiredLot:
    def test_is_asked_a_reason_and_nothing_else(
        self, at: At, bring: Callable[[At], Journey], act: Callable[..., None]
    ) -> None:
        journey = bring(at)
        before = journey.look().snapshot.facts
        with pytest.raises(Refused) as caught:
            act(journey)
        assert codes(caught.value.blockers) == {"lot_expired"}
        assert journey.look().snapshot.facts == before

    def test_is_recorded_with_it_and_a_physician_reviews_it(
        self, at: At, bring: Callable[[At], Journey], act: Callable[..., None]
    ) -> None:
        journey = bring(at)
        act(journey, deviation_reason="read after it was given")
        deviation = journey.look().snapshot.determination(DeterminationKind.DEVIATION)
        assert deviation is not None
        assert deviation.value == "lot_expired"
        assert deviation.reason.startswith("read after it was given (missing: The lot expired")
        assert "deviation_review" in open_todos(journey)
        seq = deviation.seq
        journey.do(Role.PHYSICIAN, lambda w, r: decisions.review_deviation(w, r, seq=seq, finding="no effect seen"))
        assert "deviation_review" not in open_todos(journey)


def test_a_lot_of_its_last_day_is_in_date(at: At) -> None:
    journey = at("maintained")
    journey.refill(expires_on=journey.today)
    assert journey.look().snapshot.determination(DeterminationKind.DEVIATION) is None


def test_a_refill_with_an_expired_lot_names_the_fill_and_plans_the_next_one(at: At) -> None:
    journey = at("maintained")
    refill(journey, deviation_reason="only lot in the house")
    snapshot = journey.look().snapshot
    deviation = snapshot.determination(DeterminationKind.DEVIATION)
    assert deviation is not None
    assert deviation.about_seq == snapshot.of(Fill)[-1].seq
    assert "refill" in open_todos(journey)
