"""The pump is read between refills: saved whatever it says, and a changed dose voids the printed date."""

from collections.abc import Callable
from datetime import timedelta
from decimal import Decimal
from typing import Any

import pytest
from sqlalchemy import select

from tests.support.journey import Journey
from tests.support.todos import open_todos
from tracker.domain.errors import InvalidInput, NotPermitted
from tracker.domain.facts import Device, Interrogation
from tracker.domain.words import Role
from tracker.persistence.models import Obligation
from tracker.services import corrections, refills
from tracker.services.interrogations import Reading, record_interrogation

At = Callable[[str], Journey]


def read(journey: Journey, role: Role = Role.NURSE, **values: Any) -> None:
    """The dose is one and a half times what it was, and nothing was printed."""
    reading = Reading(**{"cause": "dose", "daily_dose_mcg": Decimal(300), **values})
    journey.do(role, lambda w, r: record_interrogation(w, r, reading))


def refill_due(journey: Journey) -> Obligation:
    with journey.database.reading() as session:
        return session.scalars(select(Obligation).where(Obligation.kind == "refill", Obligation.is_open)).one()


class TestAReading:
    def test_of_a_new_dose_without_a_print_out_makes_the_date_due_today(self, at: At) -> None:
        journey = at("maintained")
        before = refill_due(journey)
        read(journey)

        assert "alarm_date" in open_todos(journey)
        assert refill_due(journey).id == before.id, "it is the same refill"
        assert str(refill_due(journey).params["latest"]) < str(before.params["latest"])

    def test_with_a_print_out_moves_the_latest_date(self, at: At) -> None:
        journey = at("maintained")
        new = journey.today + timedelta(days=12)
        read(journey, alarm_on=new, alarm_on_again=new)

        assert "alarm_date" not in open_todos(journey)
        assert refill_due(journey).params["latest"] == new.isoformat()

    def test_printed_too_late_waits_for_a_second_reader_who_is_somebody_else(self, at: At) -> None:
        journey = at("maintained")
        late = journey.today + timedelta(days=200)
        read(journey, alarm_on=late, alarm_on_again=late)
        assert "alarm_date" in open_todos(journey)

        with pytest.raises(InvalidInput):
            journey.do(Role.NURSE, lambda w, r: refills.confirm_alarm_date(w, r, alarm_on=late))
        journey.do(Role.PHYSICIAN, lambda w, r: refills.confirm_alarm_date(w, r, alarm_on=late))
        assert "alarm_date" not in open_todos(journey)

    def test_struck_out_brings_the_old_date_back(self, at: At) -> None:
        journey = at("maintained")
        before = refill_due(journey).params["latest"]
        read(journey)
        (reading,) = journey.look().snapshot.of(Interrogation)
        journey.do(Role.NURSE, lambda w, r: corrections.strike(w, r, seq=reading.seq, reason="another patient's"))

        assert refill_due(journey).params["latest"] == before
        assert "alarm_date" not in open_todos(journey)

    @pytest.mark.parametrize(
        ("wrong", "field"),
        [
            ({"cause": "curiosity"}, "cause"),
            ({"cause": "routine"}, "cause"),
            ({"daily_dose_mcg": None}, "daily_dose_mcg"),
            ({"daily_dose_mcg": Decimal(0)}, "daily_dose_mcg"),
            ({"cause": "alarm_volume", "daily_dose_mcg": None}, "alarm_volume_ml"),
            ({"alarm_volume_ml": Decimal(-1)}, "alarm_volume_ml"),
            ({"alarm_volume_ml": Decimal("20.1")}, "alarm_volume_ml"),
            ({"cause": "routine", "daily_dose_mcg": None, "alarm_volume_ml": Decimal(7)}, "cause"),
            ({"reservoir_ml": Decimal("20.1")}, "reservoir_ml"),
            ({"battery_months": -1}, "battery_months"),
        ],
    )
    def test_that_cannot_be_is_refused_at_the_field(self, at: At, wrong: dict[str, object], field: str) -> None:
        journey = at("maintained")
        with pytest.raises(InvalidInput) as caught:
            read(journey, **wrong)
        assert set(caught.value.problems) == {field}

    def test_of_nothing_changed_names_what_differs_from_the_record(self, at: At) -> None:
        journey = at("maintained")
        fill = journey.look().snapshot.last_fill
        assert fill is not None and fill.alarm_volume_ml == 2 and fill.daily_dose_mcg == 100
        with pytest.raises(InvalidInput) as caught:
            read(journey, cause="routine", alarm_volume_ml=Decimal(7))
        dose, volume = "The last dose on record is 100 mcg.", "The last alarm volume on record is 2 mL."
        assert caught.value.problems == {"cause": f"{dose} {volume} Choose what was changed."}
        read(journey, cause="routine", daily_dose_mcg=Decimal(100), alarm_volume_ml=Decimal(2))
        read(journey, cause="alarm_volume", daily_dose_mcg=None, alarm_volume_ml=Decimal(7))
        with pytest.raises(InvalidInput, match="The last alarm volume on record is 7 mL"):
            read(journey, cause="routine", daily_dose_mcg=None, alarm_volume_ml=Decimal(2))

    @pytest.mark.parametrize(("first", "second", "field"), [(30, 31, "alarm_on_again"), (-1, -1, "alarm_on"),
                                                            (834, 834, "alarm_on")])  # fmt: skip
    def test_has_its_date_typed_twice_alike_and_possible(self, at: At, first: int, second: int, field: str) -> None:
        journey = at("maintained")
        days = [journey.today + timedelta(days=each) for each in (first, second)]
        with pytest.raises(InvalidInput) as caught:
            read(journey, alarm_on=days[0], alarm_on_again=days[1])
        assert set(caught.value.problems) == {field}

    def test_may_print_the_longest_that_a_pump_can_last(self, at: At) -> None:
        journey = at("maintained")
        # 40 mL at 0.048 mL/day.
        on = journey.today + timedelta(days=833)
        read(journey, alarm_on=on, alarm_on_again=on)

    def test_is_of_a_pump_that_is_in(self, at: At) -> None:
        journey = at("trial_day")
        assert not journey.look().snapshot.of(Device)
        with pytest.raises(InvalidInput):
            read(journey)

    def test_is_not_for_coordinators(self, at: At) -> None:
        with pytest.raises(NotPermitted):
            read(at("maintained"), Role.COORDINATOR)
