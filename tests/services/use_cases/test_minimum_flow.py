"""A pump gives no less than its make can: a dose and a concentration that come to less were read wrongly."""

from collections.abc import Callable
from datetime import timedelta
from decimal import Decimal

import pytest

from tests.support.devices import a_filling, a_pump
from tests.support.journey import Journey
from tracker.domain.errors import InvalidInput
from tracker.domain.facts import Fill
from tracker.domain.words import Role
from tracker.pathways.catalogue import current

At = Callable[[str], Journey]
TWO_THOUSAND, FIFTY = Decimal(2000), Decimal(50)


def test_is_asked_of_a_refill_at_its_field(at: At) -> None:
    journey = at("maintained")
    with pytest.raises(InvalidInput) as caught:
        journey.refill(concentration_mcg_ml=TWO_THOUSAND, daily_dose_mcg=FIFTY)
    assert caught.value.problems == {
        "daily_dose_mcg": "This is 0.025 mL a day; the pump gives at least 0.048. Read both again."
    }


@pytest.mark.parametrize(("dose", "is_possible"), [("23.99", False), ("24", True)])
def test_is_what_the_pump_just_gives(at: At, dose: str, is_possible: bool) -> None:
    journey = at("maintained")
    before = len(journey.look().snapshot.of(Fill))
    if is_possible:
        journey.refill(daily_dose_mcg=Decimal(dose))
    else:
        with pytest.raises(InvalidInput):
            journey.refill(daily_dose_mcg=Decimal(dose))
    assert len(journey.look().snapshot.of(Fill)) == before + is_possible


@pytest.mark.parametrize(("model", "is_possible"), [("SynchroMed III", False), ("Prometra II", True)])
def test_is_that_of_the_pump_that_is_implanted(at: At, model: str, is_possible: bool) -> None:
    journey = at("implant_day")
    journey.tick(journey.visit_for("implant"), "before")
    alarm_on = journey.today + timedelta(days=90)
    filling = a_filling(
        alarm_on=alarm_on,
        alarm_on_again=alarm_on,
        second_by=journey.user_ids[Role.PHYSICIAN],
        concentration_mcg_ml=TWO_THOUSAND,
        daily_dose_mcg=FIFTY,
    )
    pump = a_pump(model=model)
    if is_possible:
        journey.implant(pump=pump, filling=filling)
    else:
        with pytest.raises(InvalidInput) as caught:
            journey.implant(pump=pump, filling=filling)
        assert list(caught.value.problems) == ["daily_dose_mcg"]
    assert (journey.look().snapshot.pump is not None) is is_possible


@pytest.mark.parametrize(
    ("model", "least"),
    [("SynchroMed II", "0.048"), ("Medtronic Synchro Med 8637-40", "0.048"), ("Prometra II", None), ("", None)],
)
def test_is_the_pathways_by_the_make_in_the_name(model: str, least: str | None) -> None:
    found = current("itb").minimum_flow_ml_day(model)
    assert found == (None if least is None else Decimal(least))
