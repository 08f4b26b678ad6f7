"""What cannot be is refused at its field; what seldom is needs a reason, and is written down all the same."""

from collections.abc import Callable
from datetime import timedelta
from decimal import Decimal
from functools import partial

import pytest

from tests.support.devices import a_filling
from tests.support.journey import Journey
from tests.support.todos import codes, open_todos
from tests.support.visit_days import asked, confirm
from tracker.domain.errors import InvalidInput, Refused
from tracker.domain.facts import ChecklistItem, Fill, Interrogation
from tracker.domain.words import DeterminationKind, FillKind, Role
from tracker.services.checklists import Answer, answer_item
from tracker.services.decisions import review_deviation
from tracker.services.interrogations import Reading, record_interrogation
from tracker.services.refills import record_refill
from tracker.services.work import CaseRef, Work, Written

At = Callable[[str], Journey]
NURSE, PHYSICIAN = Role.NURSE, Role.PHYSICIAN


def refill(journey: Journey, reason: str = "", seen: frozenset[str] | None = None, **values: object) -> Written:
    """The pump, which holds 20 mL, is filled somewhere else."""
    alarm_on = journey.today + timedelta(days=90)
    dates = {"alarm_on": alarm_on, "alarm_on_again": alarm_on, "second_by": journey.user_ids[PHYSICIAN]}
    filling = a_filling(**dates, **values)
    record = partial(
        record_refill, filling=filling, kind=FillKind.ELSEWHERE, deviation_reason=reason, deviation_seen=seen
    )
    return journey.do(NURSE, record)


class TestMoreThanThePumpHolds:
    @pytest.mark.parametrize(("taken", "is_taken"), [("20", True), ("20.1", False)])
    def test_was_taken_out_needs_a_reason(self, at: At, taken: str, is_taken: bool) -> None:
        journey = at("maintained")
        if is_taken:
            refill(journey, residual_aspirated_ml=Decimal(taken))
            return
        with pytest.raises(Refused) as caught:
            refill(journey, residual_aspirated_ml=Decimal(taken))
        assert codes(caught.value.blockers) == {"residual_above_reservoir"}
        with pytest.raises(Refused):
            refill(journey, "x", frozenset({"lot_expired"}), residual_aspirated_ml=Decimal(taken))
        refill(journey, "Weighed twice", residual_aspirated_ml=Decimal(taken))
        fill = journey.look().snapshot.of(Fill)[-1]
        assert fill.residual_aspirated_ml == Decimal(taken)
        deviation = journey.look().snapshot.determination(DeterminationKind.DEVIATION)
        assert deviation is not None and deviation.value == "residual_above_reservoir"
        assert "20.1 mL were taken out of a pump that holds 20 mL" in deviation.reason

    def test_cannot_be_expected(self, at: At) -> None:
        journey = at("maintained")
        refill(journey, residual_expected_ml=Decimal(20))
        with pytest.raises(InvalidInput) as caught:
            refill(journey, "x", residual_expected_ml=Decimal("20.1"))
        assert caught.value.problems == {"residual_expected_ml": "The reservoir holds 20 mL. Read it again."}


class TestASecondRefill:
    """Of the same pump, which was filled elsewhere at this moment."""

    @pytest.mark.parametrize(
        ("minutes", "values", "is_asked"),
        [
            (1, {}, True),
            (10, {"volume_ml": Decimal("18.5"), "lot": "OTHER"}, True),
            (11, {}, False),
            (1, {"volume_ml": Decimal(10)}, False),
            (1, {"daily_dose_mcg": Decimal(300)}, False),
            (1, {"concentration_mcg_ml": Decimal(2000)}, False),
        ],
    )
    def test_soon_after_with_nearly_the_same_values_is_asked_back(
        self, at: At, minutes: int, values: dict[str, object], *, is_asked: bool
    ) -> None:
        journey = at("maintained")
        journey.clock.advance(days=1)
        refill(journey)
        before = len(journey.look().snapshot.of(Fill))
        journey.clock.advance(minutes=minutes)
        alarm_on = journey.today + timedelta(days=90)
        dates = {"alarm_on": alarm_on, "alarm_on_again": alarm_on, "second_by": journey.user_ids[PHYSICIAN]}
        again = partial(record_refill, filling=a_filling(**dates, **values), kind=FillKind.ELSEWHERE)
        if is_asked:
            (question,) = asked(journey, NURSE, again)
            assert question.field == "volume_ml" and "This pump was filled at 09:00" in question.sentence
            confirm(journey, NURSE, again, question.code)
        else:
            confirm(journey, NURSE, again)
        assert len(journey.look().snapshot.of(Fill)) == before + 1


def read(months: int, **values: object) -> Callable[[Work, CaseRef], Written]:
    return partial(record_interrogation, reading=Reading(cause="routine", battery_months=months, **values))


class TestABattery:
    @pytest.mark.parametrize("months", [0, 131])
    def test_that_is_unusual_is_asked_back(self, at: At, months: int) -> None:
        journey = at("maintained")
        (question,) = asked(journey, NURSE, read(months))
        assert question.field == "battery_months"
        confirm(journey, NURSE, read(months), question.code)
        assert journey.look().snapshot.of(Interrogation)[-1].battery_months == months

    @pytest.mark.parametrize("values", [{"months": 0, "replacement_indicated": True}, {"months": 1}, {"months": 130}])
    def test_that_is_usual_is_not(self, at: At, values: dict[str, object]) -> None:
        confirm(journey := at("maintained"), NURSE, read(**values))
        assert journey.look().snapshot.of(Interrogation)[-1].battery_months == values["months"]

    def test_lasts_no_twenty_years(self, at: At) -> None:
        journey = at("maintained")
        (question,) = asked(journey, NURSE, read(240))
        assert "240" in question.sentence
        with pytest.raises(InvalidInput, match="No battery of a pump lasts that long"):
            journey.do(NURSE, read(241))


class TestAVolumeReadInThePump:
    """Filled with 20 mL ten days before, at 0.2 mL a day."""

    @pytest.mark.parametrize(("read_ml", "is_asked"), [("17", False), ("16.9", True), ("19", False), ("19.1", True)])
    def test_far_from_what_was_expected_is_asked_back_and_a_to_do(
        self, at: At, read_ml: str, *, is_asked: bool
    ) -> None:
        journey = at("maintained")
        journey.clock.advance(days=10)
        reading = partial(record_interrogation, reading=Reading(cause="routine", reservoir_ml=Decimal(read_ml)))
        if not is_asked:
            journey.do(NURSE, reading)
            assert "discrepancy" not in open_todos(journey)
            return
        (question,) = asked(journey, NURSE, reading)
        assert question.field == "reservoir_ml" and "Arithmetic says about 18.0 mL" in question.sentence
        confirm(journey, NURSE, reading, question.code)
        assert "discrepancy" in open_todos(journey)
        seq = journey.look().snapshot.of(Interrogation)[-1].seq
        journey.do(PHYSICIAN, lambda w, r: review_deviation(w, r, seq=seq, finding="catheter is looked at"))
        assert "discrepancy" not in open_todos(journey)


class TestAnItemOfTheRefill:
    @pytest.fixture
    def here(self, at: At) -> Journey:
        journey = at("maintained")
        visit = journey.look().snapshot.booked("refill")
        assert visit is not None
        journey.come(visit.appointment)
        return journey

    def answer(self, journey: Journey, item: str, value: str, reason: str = "") -> Written:
        given = Answer(item, value=value, reason=reason, seen=0)
        visit = journey.look().snapshot.visit("refill")
        assert visit is not None
        return journey.do(NURSE, partial(answer_item, appointment=visit.appointment, answer=given))

    def test_of_more_than_the_pump_holds_is_a_deviation_with_a_reason(self, here: Journey) -> None:
        with pytest.raises(InvalidInput) as caught:
            self.answer(here, "residual", "20.1")
        asked_for = "The reservoir holds 20 mL. Read it again; if this was measured, say why."
        assert caught.value.problems == {"reason": asked_for}
        self.answer(here, "residual", "20.1", "Weighed twice")
        assert here.look().snapshot.of(ChecklistItem)[-1].value == "20.1"
        deviations = here.look().snapshot.determinations(DeterminationKind.DEVIATION)
        assert [each.value for each in deviations] == ["residual_above_reservoir"]

    def test_of_as_much_as_it_holds_is_none(self, here: Journey) -> None:
        self.answer(here, "residual", "20")
        assert not here.look().snapshot.determinations(DeterminationKind.DEVIATION)

    def test_of_no_month_of_battery_left_needs_a_reason(self, here: Journey) -> None:
        with pytest.raises(InvalidInput) as caught:
            self.answer(here, "battery", "0")
        said = "0 months is unusual. Read it again; if it is so, say what is done about it."
        assert caught.value.problems == {"reason": said}
        self.answer(here, "battery", "0", "Indicator is on, physician called")
        self.answer_again(here)

    def answer_again(self, journey: Journey) -> None:
        answers = [each for each in journey.look().snapshot.of(ChecklistItem) if each.item == "battery"]
        assert [each.value for each in answers] == ["0"]
        assert not journey.look().snapshot.determinations(DeterminationKind.DEVIATION)
