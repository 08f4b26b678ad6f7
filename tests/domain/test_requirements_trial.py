"""Boundary tables: what a trial needs and shows. A second early, on time, after; as the clocks change."""

from datetime import UTC, date, datetime, timedelta

import pytest

from tests.domain.builders import DAY, NOW, STARTS, Case
from tracker.domain.facts import AdverseEvent, TrialDose
from tracker.domain.pathway.requirements import Requirement
from tracker.domain.pathway.requirements.trial import (
    AdverseEventsAnswered,
    AssessmentRecorded,
    DoseGiven,
    DoseOrdered,
    MinimumInterval,
    Observed,
    OutcomeIs,
    TrialResult,
)

SECOND, HOUR, ONE = timedelta(seconds=1), timedelta(hours=1), timedelta(days=1)


def codes(need: Requirement, case: Case, at: datetime = NOW) -> list[str]:
    return [blocker.code for blocker in need.blockers(case.snapshot, at)]


class TestScore:
    NEED = AssessmentRecorded(occasion="after_dose", from_hours=2, to_hours=8, of_procedure="trial")

    @pytest.mark.parametrize(
        ("after", "expected"),
        [
            (2 * HOUR - SECOND, ["score_missing"]),
            (2 * HOUR, []),
            (8 * HOUR, []),
            (8 * HOUR + SECOND, ["score_missing"]),
        ],
    )
    def test_is_taken_within_the_window(self, after: timedelta, expected: list[str]) -> None:
        assert codes(self.NEED, Case().dosed().scored(after / HOUR)) == expected

    @pytest.mark.parametrize("hours", [2, 8])
    def test_is_counted_in_hours_that_pass_not_on_the_wall(self, hours: int) -> None:
        # 23:00 in New York before the clocks go back: the wall shows 00:00 and 06:00 at the edges of the window.
        case = Case().dosed(datetime(2026, 11, 1, 3, 0, tzinfo=UTC))
        outside = -1 / 3600 if hours == 2 else 1 / 3600
        assert codes(self.NEED, case.scored(hours + outside)) == ["score_missing"]
        assert codes(self.NEED, case.scored(hours)) == []

    def test_belongs_to_this_attempts_dose(self) -> None:
        assert codes(self.NEED, Case().dosed().scored(4).next_attempt("trial").dosed()) == ["score_missing"]

    def test_is_not_asked_once_the_observation_ended_early(self) -> None:
        case = Case().dosed().determined("observation_ended", "early", attempt=1)
        assert codes(self.NEED, case) == []
        assert codes(self.NEED, case.next_attempt("trial").dosed()) == ["score_missing"]

    def test_is_excused_by_a_deviation(self) -> None:
        assert codes(self.NEED, Case().dosed().deviated("trial", "assessment.after_dose")) == []

    def test_at_baseline_is_any_score_before_a_dose(self) -> None:
        need = AssessmentRecorded(occasion="baseline")
        assert codes(need, Case().dosed().scored(4)) == ["baseline_missing"]
        assert codes(need, Case().baseline()) == []


class TestAdverseEvents:
    NEED = AdverseEventsAnswered(from_hours=2, of_procedure="trial")

    @pytest.mark.parametrize(
        ("after", "expected"), [(2 * HOUR - SECOND, ["adverse_events_open"]), (2 * HOUR, []), (8 * HOUR, [])]
    )
    def test_that_did_not_happen_were_asked_about_late_enough(self, after: timedelta, expected: list[str]) -> None:
        assert codes(self.NEED, Case().dosed().asked(after / HOUR)) == expected
        assert codes(self.NEED, Case().dosed().asked(after / HOUR, happened="not_known")) == expected

    def test_that_happened_are_answered_whenever_they_did(self) -> None:
        assert codes(self.NEED, Case().dosed().asked(0.1, happened="yes", severity="mild")) == []

    def test_are_answered_one_by_one(self) -> None:
        case = Case().dosed().asked().without(AdverseEvent, event="seizure").without(AdverseEvent, event="nausea")
        (blocker,) = self.NEED.blockers(case.snapshot, NOW)
        assert (blocker.param("left"), blocker.param("first")) == ("2", "nausea")

    def test_are_asked_about_after_each_dose(self) -> None:
        case = Case().dosed().asked().next_attempt("trial").dosed()
        assert codes(self.NEED, case) == ["adverse_events_open"]
        assert codes(self.NEED, Case()) == []

    def test_count_from_any_time_where_the_observation_ended_early(self) -> None:
        case = Case().dosed().determined("observation_ended", "early", attempt=1)
        assert codes(self.NEED, case) == ["adverse_events_open"]
        assert codes(self.NEED, case.asked(0.1)) == []


class TestObservation:
    NEED = Observed(hours=4, of_procedure="trial")
    #: 23:00 in New York on the eve of the change of clocks: four hours later the wall shows 04:00.
    EVE = datetime(2026, 3, 8, 4, 0, tzinfo=UTC)

    @pytest.mark.parametrize("given", [STARTS, EVE])
    def test_lasts_its_hours_also_as_the_clocks_change(self, given: datetime) -> None:
        case = Case().dosed(given)
        assert codes(self.NEED, case, given + 4 * HOUR - SECOND) == ["observation_running"]
        assert codes(self.NEED, case, given + 4 * HOUR) == []

    def test_says_until_when_on_the_wall(self) -> None:
        (blocker,) = self.NEED.blockers(Case().dosed(self.EVE).snapshot, self.EVE)
        assert blocker.param("until") == "2026-03-08T04:00"

    def test_turns_when_it_is_over(self) -> None:
        snapshot = Case().dosed(STARTS).snapshot
        assert self.NEED.turns_at(snapshot, STARTS) == STARTS + 4 * HOUR
        assert self.NEED.turns_at(snapshot, STARTS + 4 * HOUR) is None
        assert self.NEED.turns_at(Case().snapshot, STARTS) is None

    def test_needs_a_dose_of_this_attempt(self) -> None:
        assert codes(self.NEED, Case().dosed().next_attempt("trial")) == ["dose_missing"]

    def test_may_end_early_with_a_reason(self) -> None:
        case = Case().dosed(NOW).determined("observation_ended", "early", attempt=1)
        assert codes(self.NEED, case) == []

    def test_is_excused_by_a_deviation(self) -> None:
        assert codes(self.NEED, Case().dosed(NOW).deviated("trial", "observed")) == []


class TestDose:
    def test_is_of_this_attempt_and_series(self) -> None:
        assert codes(DoseGiven(), Case()) == ["dose_missing"]
        assert codes(DoseGiven(), Case().dosed()) == []
        assert codes(DoseGiven(), Case().dosed().next_attempt("trial")) == ["dose_missing"]

    def test_that_was_given_cannot_be_denied(self) -> None:
        assert codes(DoseGiven(absent=True), Case().dosed()) == ["dose_was_given"]
        assert codes(DoseGiven(absent=True), Case()) == []

    def test_is_never_excused_by_a_deviation(self) -> None:
        assert codes(DoseGiven(of_procedure="trial"), Case().deviated("trial", "dose")) == ["dose_missing"]


class TestDoseOrder:
    NEXT = DoseOrdered(max_in_series=3)
    OF_THE_ACT = DoseOrdered(max_in_series=3, of_procedure="trial")

    @pytest.mark.parametrize(("given", "expected"), [(0, []), (2, []), (3, ["series_full"]), (4, ["series_full"])])
    def test_has_room_in_the_series(self, given: int, expected: list[str]) -> None:
        case = Case()
        for _ in range(given):
            case = case.dosed().next_attempt("trial")
        assert codes(self.NEXT, case.ordered()) == expected

    def test_counts_each_series_by_itself(self) -> None:
        case = Case().dosed().dosed().dosed().next_attempt("trial", series=True)
        assert codes(self.NEXT, case.ordered()) == []

    def test_must_be_newer_than_the_dose_before(self) -> None:
        case = Case().ordered().dosed()
        assert codes(self.NEXT, case) == ["dose_not_ordered"]
        assert codes(self.NEXT, case.ordered("75")) == []
        assert codes(self.NEXT, Case()) == ["dose_not_ordered"]

    def test_stands_for_the_dose_that_was_given_on_it(self) -> None:
        assert codes(self.OF_THE_ACT, Case().ordered().dosed()) == []
        assert codes(self.OF_THE_ACT, Case().ordered().dosed().next_attempt("trial").dosed()) == ["dose_not_ordered"]

    def test_is_excused_by_a_deviation(self) -> None:
        assert codes(self.OF_THE_ACT, Case().dosed().deviated("trial", "dose_order")) == []


class TestInterval:
    NEED = MinimumInterval(hours=24, of_procedure="trial")
    #: 10:00 in New York on the day before the clocks go forward, and 10:00 on the next: 23 hours.
    SATURDAY, SUNDAY = datetime(2026, 3, 7, 15, 0, tzinfo=UTC), datetime(2026, 3, 8, 14, 0, tzinfo=UTC)

    @pytest.mark.parametrize(
        ("dose", "visit", "expected"),
        [
            (STARTS - 24 * HOUR + SECOND, STARTS, ["too_soon"]),
            (STARTS - 24 * HOUR, STARTS, []),
            (STARTS - 24 * HOUR - SECOND, STARTS, []),
            (SATURDAY, SUNDAY, ["too_soon"]),
            (SATURDAY, SUNDAY + HOUR, []),
        ],
    )
    def test_lies_between_a_dose_and_the_next_visit(self, dose: datetime, visit: datetime, expected: list[str]) -> None:
        case = Case().dosed(dose).next_attempt("trial").visit("trial", starts=visit)
        assert codes(self.NEED, case) == expected

    def test_lies_between_two_doses_whatever_was_booked(self) -> None:
        case = Case().dosed(STARTS - 23 * HOUR).next_attempt("trial").visit("trial", starts=STARTS + 9 * HOUR)
        assert codes(self.NEED, case) == []
        assert codes(self.NEED, case.dosed(STARTS)) == ["too_soon"]
        assert codes(self.NEED, case.without(TrialDose, attempt=2).dosed(STARTS + HOUR)) == []

    def test_says_when_it_is_over_on_the_wall(self) -> None:
        case = Case().dosed(self.SATURDAY).next_attempt("trial").visit("trial", starts=self.SUNDAY)
        (blocker,) = self.NEED.blockers(case.snapshot, NOW)
        assert blocker.param("free") == "2026-03-08T11:00"

    def test_counts_from_a_dose_of_an_earlier_series_too(self) -> None:
        case = Case().dosed(STARTS - HOUR).next_attempt("trial", series=True).visit("trial")
        assert codes(self.NEED, case) == ["too_soon"]

    def test_asks_nothing_of_a_first_dose_or_before_a_visit(self) -> None:
        assert codes(self.NEED, Case().visit("trial").dosed()) == []
        assert codes(self.NEED, Case().dosed().next_attempt("trial")) == []

    def test_is_excused_by_a_deviation(self) -> None:
        case = Case().dosed(STARTS - HOUR).next_attempt("trial").visit("trial").deviated("trial", "minimum_interval")
        assert codes(self.NEED, case) == []


class TestOutcome:
    NEED = OutcomeIs(outcomes=frozenset({"positive"}))

    def test_is_one_of_those_named_in_this_attempt(self) -> None:
        assert codes(self.NEED, Case()) == ["outcome_missing"]
        assert codes(self.NEED, Case().outcome("positive")) == []
        assert codes(self.NEED, Case().outcome("equivocal")) == ["outcome_is"]
        assert codes(self.NEED, Case().outcome("positive").next_attempt("trial")) == ["outcome_missing"]

    def test_the_latest_one_stands(self) -> None:
        assert codes(self.NEED, Case().outcome("positive").outcome("negative_final")) == ["outcome_is"]


class TestTrialResult:
    NEED = TrialResult(max_age_days=365, waiver_for=frozenset({"pain"}), earlier_benefit=True, of_procedure="implant")
    STALE = TrialResult(max_age_days=365, stale=True)
    #: 23:30 in New York, already tomorrow in UTC.
    LATE = datetime(2025, 3, 18, 3, 30, tzinfo=UTC)

    @pytest.mark.parametrize(
        ("found", "expected", "stale"),
        [
            (STARTS - 365 * ONE, [], ["result_in_date"]),
            (STARTS - 366 * ONE, ["trial_result_too_old"], []),
            (LATE, [], ["result_in_date"]),
            (LATE - ONE, ["trial_result_too_old"], []),
        ],
    )
    def test_counts_until_the_day_of_the_implant(self, found: datetime, expected: list[str], stale: list[str]) -> None:
        case = Case().outcome("positive", found).visit("implant")
        assert (codes(self.NEED, case), codes(self.STALE, case)) == (expected, stale)

    def test_without_a_booked_implant_only_the_step_back_asks_its_age(self) -> None:
        case = Case().outcome("positive", NOW - 366 * ONE)
        assert (codes(self.NEED, case), codes(self.STALE, case)) == ([], [])
        assert codes(self.NEED, case, NOW + 400 * ONE) == []

    def test_turns_at_midnight_of_the_clinic_only_for_the_step_back(self) -> None:
        case = Case().outcome("positive", NOW - 365 * ONE)
        midnight = datetime(2026, 3, 18, 4, 0, tzinfo=UTC)
        assert self.STALE.turns_at(case.snapshot, NOW) == midnight
        assert codes(self.STALE, case, midnight - SECOND) == ["result_in_date"]
        assert codes(self.STALE, case, midnight) == []
        assert self.STALE.turns_at(case.snapshot, midnight) is None
        assert self.NEED.turns_at(case.snapshot, NOW) is None
        assert self.STALE.turns_at(Case().snapshot, NOW) is None
        assert self.STALE.turns_at(case.visit("implant").snapshot, NOW) is None

    @pytest.mark.parametrize("outcome", ["positive_function_lost", "negative_final", "equivocal", "aborted"])
    def test_no_other_outcome_is_enough(self, outcome: str) -> None:
        assert codes(self.NEED, Case().outcome(outcome)) == ["no_positive_trial"]

    def test_a_later_trial_that_failed_takes_its_place(self) -> None:
        case = Case().outcome("positive").next_attempt("trial").outcome("negative_final")
        assert codes(self.NEED, case) == ["no_positive_trial"]
        assert codes(self.STALE, case) == ["result_in_date"]

    def test_an_earlier_benefit_stands_for_it_where_the_file_allows_it(self) -> None:
        case = Case().determined("earlier_benefit", "documented")
        assert codes(self.NEED, case) == []
        assert codes(TrialResult(max_age_days=365), case) == ["no_positive_trial"]

    @pytest.mark.parametrize(
        ("indication", "second", "expected"),
        [
            ("pain", 2, []),
            ("pain", None, ["no_positive_trial"]),
            ("spasticity", 2, ["no_positive_trial"]),
            ("spasticity", None, ["no_positive_trial"]),
        ],
    )
    def test_is_waived_for_pain_with_two_signatures(
        self, indication: str, second: int | None, expected: list[str]
    ) -> None:
        case = Case().evaluated(indication=indication).determined("waiver", "trial_result", second_by=second)
        assert codes(self.NEED, case) == expected

    def test_is_excused_by_a_deviation_of_this_implant_attempt(self) -> None:
        case = Case().deviated("implant", "trial_result")
        assert codes(self.NEED, case) == []
        assert codes(self.NEED, case.next_attempt("implant")) == ["no_positive_trial"]

    def test_says_until_when_it_counted(self) -> None:
        case = Case().outcome("positive", STARTS - 400 * ONE).visit("implant")
        (blocker,) = self.NEED.blockers(case.snapshot, NOW)
        assert (blocker.param("ends"), blocker.param("on")) == (str(date(2026, 2, 10)), str(DAY))
