"""What trials showed and why patients leave, by hand for ten patients in February 2026."""

from datetime import date

from tests.support.histories import Told
from tracker.domain.reporting.columns import Stays, Trials
from tracker.domain.reporting.filters import Filter, select
from tracker.domain.reporting.trials import TrialReport, trial_report

FEBRUARY = {"from_on": date(2026, 2, 1), "until_on": date(2026, 3, 1)}


def feb(day: int) -> date:
    return date(2026, 2, day)


class TestTrials:
    def counted(self, **asked: object) -> TrialReport:
        told = Told()
        for number in range(10):
            diagnosis = "stroke" if number % 2 else "multiple_sclerosis"
            told.case(diagnosis=diagnosis, closed_on=feb(9) if number == 2 else 0)
        rows = (
            # case, clinician, micrograms, day, outcome, its day
            (0, 5, 50, feb(1), "positive", feb(2)),
            (1, 5, 50, feb(2), "negative_repeatable", feb(3)),
            (1, 6, 75, feb(9), "positive", feb(10)),
            (2, 6, 50, feb(3), "positive", feb(3)),
            (3, 5, 0, 0, "aborted", feb(4)),
            (4, 5, 50, feb(28), "", 0),
            (5, 6, 62.5, feb(5), "negative_final", feb(6)),
            (6, 6, 50, date(2026, 1, 31), "positive", feb(1)),
            (7, 5, 50, date(2026, 3, 1), "positive", date(2026, 3, 2)),
            (8, 0, 50, feb(7), "equivocal", feb(8)),
        )
        for case, clinician, dose, given, outcome, on in rows:
            told.add(
                Trials, case=case, clinician=clinician, dose_ng=int(dose * 1000), given_on=given, outcome=outcome,
                outcome_on=on,
            )  # fmt: skip
        ways = ((0, "recovering", feb(20)), (6, "recovering", date(2026, 1, 5)), (2, "declined", feb(9)))
        for case, stage, on in ways:
            told.add(Stays, case=case, stage=stage, entered_on=on)
        history = told.history()
        return trial_report(history, select(history, Filter(**FEBRUARY, **asked)))

    def test_are_shared_out_among_those_with_an_outcome(self) -> None:
        found = self.counted().everybody
        assert (found.trials.cases, found.open.cases) == ((0, 1, 1, 2, 3, 4, 5, 8), (4,))
        assert (found.positive.part.cases, found.positive.whole.n) == ((0, 1, 2), 7)
        assert [(name, each.n) for name, each in found.outcomes] == [
            ("positive", 3), ("aborted", 1), ("equivocal", 1), ("negative_final", 1), ("negative_repeatable", 1),
        ]  # fmt: skip

    def test_are_told_by_dose_diagnosis_and_clinician(self) -> None:
        found = self.counted()
        assert [(each.name, each.trials.n, each.positive.part.n) for each in found.by_dose] == [
            ("", 1, 0), ("50", 5, 2), ("62.5", 1, 0), ("75", 1, 1),
        ]  # fmt: skip
        assert [(each.name, each.trials.n) for each in found.by_diagnosis] == [("multiple_sclerosis", 4), ("stroke", 4)]
        assert [(each.name, each.trials.n) for each in found.by_clinician] == [("5", 4), ("6", 3), ("0", 1)]

    def test_count_each_converted_patient_once_and_only_by_a_later_implant(self) -> None:
        """0, 1, 2 and 6 had their first positive outcome in February; 6 had a pump before."""
        found = self.counted().conversion
        assert (found.implanted.part.cases, found.implanted.whole.cases) == ((0,), (0, 1, 2, 6))
        assert [each.cases for _, each in found.left] == [(2,)]
        assert found.waits.cases == (1, 6)


def test_leaving_is_told_by_stage_and_reason() -> None:
    told = Told()
    ways = (
        ("trial_review", "trial_unsuccessful", "no response", feb(3)),
        ("trial_review", "trial_unsuccessful", "no response", feb(28)),
        ("trial_review", "trial_unsuccessful", "goals not met", feb(4)),
        ("referred", "unreachable", "three calls", feb(1)),
        ("referred", "unreachable", "three calls", date(2026, 3, 1)),
        ("maintained", "transferred", "moved away", feb(5)),
        ("evaluating", "", "", 0),
    )
    for stage, closed_as, reason, on in ways:
        case = told.case(stage=closed_as or stage, reason=reason, closed_on=on)
        if stage == "maintained":
            told.add(Stays, case=case, stage="recovering", entered_on=date(2025, 1, 2), left_on=date(2025, 3, 2))
        told.add(Stays, case=case, stage=stage, entered_on=date(2026, 1, 2), left_on=on)
        if closed_as:
            told.add(Stays, case=case, stage=closed_as, entered_on=on)
    history = told.history()
    found = trial_report(history, select(history, Filter(**FEBRUARY))).leaving
    assert [(each.stage, each.closed_as, each.reason, each.cases.cases) for each in found] == [
        ("trial_review", "trial_unsuccessful", "no response", (0, 1)),
        ("referred", "unreachable", "three calls", (3,)),
        ("trial_review", "trial_unsuccessful", "goals not met", (2,)),
    ]
