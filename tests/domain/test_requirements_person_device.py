"""Boundary tables: what must be known of the patient, what must be determined, and what a device needs."""

from datetime import UTC, date, datetime, timedelta

import pytest

from tests.domain.builders import ANSWERED, NOW, STARTS, Case
from tracker.domain.facts import Fill
from tracker.domain.pathway.requirements import Requirement
from tracker.domain.pathway.requirements.device import (
    AlarmDateKnown,
    DeviceRemoved,
    DeviceState,
    RefillDone,
    RefillPlanned,
)
from tracker.domain.pathway.requirements.person import (
    ContraindicationsAnswered,
    Determined,
    EvaluationComplete,
    MinimumAge,
    age_on,
)
from tracker.domain.words import DeterminationKind


def codes(need: Requirement, case: Case, at: datetime = NOW) -> list[str]:
    return [blocker.code for blocker in need.blockers(case.snapshot, at)]


def lacks(need: Requirement, case: Case) -> list[str]:
    return [blocker.param("what") for blocker in need.blockers(case.snapshot, NOW)]


class TestEvaluation:
    NEED = EvaluationComplete()

    @pytest.mark.parametrize(
        ("values", "missing"),
        [
            ({}, []),
            ({"spasticity_origin": ""}, ["spasticity_origin"]),
            ({"oral_therapy_failed": False}, ["oral_therapy"]),
            ({"oral_therapy_failed": None, "spasticity_origin": ""}, ["spasticity_origin", "oral_therapy"]),
            ({"indication": "pain"}, ["off_label_reason"]),
            ({"indication": "pain", "off_label_reason": "opioids failed", "spasticity_origin": ""}, []),
        ],
    )
    def test_says_why_this_therapy(self, values: dict[str, object], missing: list[str]) -> None:
        assert lacks(self.NEED, Case().evaluated(**values)) == missing

    def test_is_recorded_at_all(self) -> None:
        assert codes(self.NEED, Case()) == ["evaluation_missing"]


class TestContraindications:
    NEED = ContraindicationsAnswered(of_procedure="trial")

    @pytest.mark.parametrize("question", ANSWERED)
    def test_each_is_answered(self, question: str) -> None:
        assert lacks(self.NEED, Case().evaluated(**{question: None})) == [question]

    @pytest.mark.parametrize("question", sorted(set(ANSWERED) - {"hypersensitivity"}))
    def test_one_that_is_present_needs_a_plan(self, question: str) -> None:
        case = Case().evaluated(**{question: True})
        assert codes(self.NEED, case) == ["contraindication_without_plan"]
        assert codes(self.NEED, case.evaluated(**{question: True}, contraindication_plan="treated first")) == []

    def test_hypersensitivity_forbids_whatever_the_plan(self) -> None:
        case = Case().evaluated(hypersensitivity=True, contraindication_plan="slowly")
        assert codes(self.NEED, case) == ["contraindicated"]

    def test_all_of_them_are_named_at_once(self) -> None:
        assert lacks(self.NEED, Case().evaluated(**dict.fromkeys(ANSWERED))) == list(ANSWERED)
        assert codes(self.NEED, Case()) == ["evaluation_missing"]

    def test_are_excused_by_a_deviation(self) -> None:
        assert codes(self.NEED, Case().deviated("trial", "contraindications")) == []


class TestAge:
    OF_THE_TRIAL = MinimumAge(years=4, of_procedure="trial")
    TODAY = MinimumAge(years=4)
    #: The visit begins at 23:30 in New York on 17 March, already the 18th in UTC.
    LATE = datetime(2026, 3, 18, 3, 30, tzinfo=UTC)

    @pytest.mark.parametrize(
        ("born", "expected"),
        [
            (date(2022, 3, 17), []),
            (date(2022, 3, 18), ["too_young"]),
            (date(2022, 3, 16), []),
        ],
    )
    @pytest.mark.parametrize("starts", [STARTS, LATE])
    def test_is_reached_on_the_day_of_the_trial(self, born: date, expected: list[str], starts: datetime) -> None:
        assert codes(self.OF_THE_TRIAL, Case(born=born).visit("trial", starts=starts)) == expected

    def test_of_a_procedure_is_not_judged_before_there_is_a_date(self) -> None:
        assert codes(self.OF_THE_TRIAL, Case()) == ["no_date_yet"]
        assert self.OF_THE_TRIAL.turns_at(Case().snapshot, NOW) is None

    @pytest.mark.parametrize(
        ("years", "born", "birthday"),
        [
            (4, date(2022, 3, 18), datetime(2026, 3, 18, 4, tzinfo=UTC)),
            (4, date(2024, 2, 29), datetime(2028, 2, 29, 5, tzinfo=UTC)),
            (5, date(2024, 2, 29), datetime(2029, 3, 1, 5, tzinfo=UTC)),
        ],
    )
    def test_today_turns_at_midnight_of_the_birthday(self, years: int, born: date, birthday: datetime) -> None:
        need, case = MinimumAge(years=years), Case(born=born)
        assert need.turns_at(case.snapshot, NOW) == birthday
        assert codes(need, case, birthday - timedelta(seconds=1)) == ["too_young"]
        assert codes(need, case, birthday) == []
        assert need.turns_at(case.snapshot, birthday) is None

    def test_is_excused_by_a_deviation(self) -> None:
        assert codes(self.OF_THE_TRIAL, Case(born=date(2025, 1, 1)).visit("trial").deviated("trial", "age")) == []

    @pytest.mark.parametrize(
        ("day", "years"),
        [(date(2026, 2, 28), 1), (date(2026, 3, 1), 2), (date(2028, 2, 28), 3), (date(2028, 2, 29), 4)],
    )
    def test_of_a_leap_day_child_grows_on_the_first_of_march(self, day: date, years: int) -> None:
        assert age_on(date(2024, 2, 29), day) == years


class TestDetermination:
    def test_stands_with_its_value(self) -> None:
        need = Determined(determination=DeterminationKind.DECISION, value="accepted", purpose="trial")
        assert codes(need, Case()) == ["not_determined"]
        assert codes(need, Case().determined("decision", "declined", attempt=1)) == ["not_determined"]
        assert codes(need, Case().determined("decision", "accepted", attempt=1)) == []
        assert codes(need, Case().determined("decision", "accepted", attempt=1).next_attempt("trial")) == [
            "not_determined"
        ]

    def test_needs_a_second_person_where_the_file_says_so(self) -> None:
        need = Determined(determination=DeterminationKind.TRANSFER, value="completed", second_person=True)
        assert codes(need, Case().determined("transfer", "completed")) == ["not_determined"]
        assert codes(need, Case().determined("transfer", "completed", second_by=2)) == []

    def test_may_have_to_be_absent(self) -> None:
        need = Determined(determination=DeterminationKind.DEATH, absent=True)
        assert codes(need, Case()) == []
        assert codes(need, Case().determined("death")) == ["determined"]

    def test_is_never_excused_by_a_deviation(self) -> None:
        need = Determined(determination=DeterminationKind.DECISION, of_procedure="trial")
        assert codes(need, Case().deviated("trial", "decision")) == ["not_determined"]


class TestDevices:
    @pytest.mark.parametrize(
        ("device", "here", "into", "out"),
        [
            ("pump", [], ["no_device"], []),
            ("pump", ["pump"], [], ["device_in_place"]),
            ("pump", ["catheter"], ["no_device"], []),
            ("any", [], ["no_device"], []),
            ("any", ["catheter"], [], ["device_in_place"]),
            ("any", ["trial_catheter"], [], ["device_in_place"]),
        ],
    )
    def test_are_in_or_out(self, device: str, here: list[str], into: list[str], out: list[str]) -> None:
        case = Case()
        for kind in here:
            case = case.placed(kind)
        assert codes(DeviceState(device=device, in_place=True), case) == into
        assert codes(DeviceState(device=device, in_place=False), case) == out

    def test_that_were_removed_are_out(self) -> None:
        case = Case().placed().removed("pump")
        assert codes(DeviceState(device="any", in_place=False), case) == []

    def test_that_were_taken_out_are_not_waited_for_where_they_must_still_be_in(self) -> None:
        """A new pump is asked for by a step of its own; only striking out the removal brings this one back."""
        still = DeviceState(device="pump", in_place=True, still=True)
        out = Case().placed().removed("pump")
        assert [(each.code, each.clear_with) for each in still.missing(out.snapshot, NOW)] == [
            ("device_out", "correct")
        ]
        assert codes(DeviceState(device="pump", in_place=True), out) == ["no_device"]
        for never_out in (Case(), Case().placed("catheter")):
            assert codes(still, never_out) == ["no_device"]
        assert codes(still, out.placed()) == []

    def test_are_never_excused_by_a_deviation(self) -> None:
        need = DeviceState(device="pump", in_place=True, of_procedure="implant")
        assert codes(need, Case().deviated("implant", "device.pump")) == ["no_device"]

    @pytest.mark.parametrize(
        ("tip_intact", "expected"), [(True, []), (False, ["catheter_in"]), (None, ["catheter_in"])]
    )
    def test_a_trial_catheter_is_out_with_its_tip(self, tip_intact: bool | None, expected: list[str]) -> None:
        case = Case().placed("trial_catheter")
        assert codes(DeviceRemoved(), case) == ["catheter_in"]
        assert codes(DeviceRemoved(), case.removed("trial_catheter", tip_intact=tip_intact)) == expected
        assert codes(DeviceRemoved(), Case()) == ["catheter_in"]


class TestRefills:
    def test_an_alarm_date_is_that_of_the_pump_in_place(self) -> None:
        case = Case().placed()
        assert codes(AlarmDateKnown(), case) == ["alarm_date_unknown"]
        assert codes(AlarmDateKnown(), case.filled()) == []
        assert codes(AlarmDateKnown(), case.filled(alarm_on=None)) == ["alarm_date_unknown"]
        assert codes(AlarmDateKnown(), case.filled().removed("pump").placed()) == ["alarm_date_unknown"]

    @pytest.mark.parametrize(
        ("state", "expected"),
        [
            ("booked", []),
            ("confirmed", []),
            ("arrived", ["refill_not_booked"]),
            ("completed", ["refill_not_booked"]),
            ("cancelled", ["refill_not_booked"]),
            ("no_show", ["refill_not_booked"]),
        ],
    )
    def test_the_next_one_is_booked(self, state: str, expected: list[str]) -> None:
        assert codes(RefillPlanned(), Case().placed().filled().visit("refill", state)) == expected

    def test_or_planned_by_a_named_person_since_the_last_one(self) -> None:
        case = Case().placed().filled().determined("refill_plan")
        assert codes(RefillPlanned(), case) == []
        assert codes(RefillPlanned(), case.filled()) == ["refill_not_booked"]

    @pytest.mark.parametrize(
        ("kind", "expected"),
        [("implant", ["refill_not_done"]), ("taken_over", ["refill_not_done"]), ("refill", []), ("elsewhere", [])],
    )
    def test_the_first_one_follows_the_implant(self, kind: str, expected: list[str]) -> None:
        assert codes(RefillDone(), Case().placed().filled(kind)) == expected

    def test_a_refill_of_an_earlier_pump_does_not_count(self) -> None:
        case = Case().placed().filled("refill").removed("pump").placed()
        assert codes(RefillDone(), case) == ["refill_not_done"]
        assert codes(RefillDone(), case.without(Fill)) == ["refill_not_done"]

    @pytest.mark.parametrize("need", [AlarmDateKnown(), RefillPlanned(), RefillDone()])
    def test_are_cleared_by_nothing_while_no_pump_is_in(self, need: Requirement) -> None:
        (with_pump,) = need.missing(Case().placed().snapshot, NOW)
        (without,) = need.missing(Case().placed().removed("pump").snapshot, NOW)
        assert with_pump.clear_with and not without.clear_with

    @pytest.mark.parametrize("need", [AlarmDateKnown(of_procedure="implant"), RefillPlanned(of_procedure="implant")])
    def test_are_never_excused_by_a_deviation(self, need: Requirement) -> None:
        assert codes(need, Case().placed().deviated("implant", need.key)) != []
