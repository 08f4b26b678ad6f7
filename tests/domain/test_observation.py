"""What is due after a dose: taken within the tolerance, missed after it, never filled in."""

from datetime import UTC, datetime, timedelta

import pytest

from tests.domain.builders import STARTS, Case
from tracker.domain.facts import Assessment, VitalSigns
from tracker.domain.observation import after_dose, baseline, next_due, over_at, timeline
from tracker.domain.pathway.observation import ObservationRule
from tracker.pathways import catalogue

SECOND, MINUTE, HOUR = timedelta(seconds=1), timedelta(minutes=1), timedelta(hours=1)
RULE = ObservationRule((1, 2, 4), (1, 2, 4), 30, (), "", "", "", None)
#: 23:00 in New York before the clocks go back.
EVE = datetime(2026, 11, 1, 3, 0, tzinfo=UTC)


def states(case: Case, now: datetime, over: datetime | None = None) -> list[str]:
    dose = case.snapshot.attempt_dose
    assert dose is not None
    scores, signs = after_dose(case.snapshot, dose)
    return [due.state.value for due in timeline(RULE, dose, (*scores, *signs), now, over)]


@pytest.mark.parametrize("given", [STARTS, EVE])
@pytest.mark.parametrize(
    ("after", "expected"),
    [
        (30 * MINUTE - SECOND, ["coming", "coming", "coming"]),
        (30 * MINUTE, ["now", "coming", "coming"]),
        (90 * MINUTE, ["now", "now", "coming"]),
        (90 * MINUTE + SECOND, ["missed", "now", "coming"]),
        (5 * HOUR, ["missed", "missed", "missed"]),
    ],
)
def test_each_due_time_comes_is_there_and_is_missed(given: datetime, after: timedelta, expected: list[str]) -> None:
    assert states(Case().dosed(given), given + after) == expected


@pytest.mark.parametrize(
    ("minutes", "expected"),
    [
        (89, ["taken", "missed"]),
        (91, ["missed", "taken"]),
        (150, ["missed", "taken"]),
        (151, ["missed", "missed"]),
    ],
)
def test_scores_belong_to_the_due_time_they_are_near(minutes: int, expected: list[str]) -> None:
    case = Case().dosed(STARTS).scored(minutes / 60)
    assert states(case, STARTS + 5 * HOUR) == [*expected, "missed"]


def test_vital_signs_alone_leave_the_scores_missed() -> None:
    case = Case().dosed(STARTS)
    dose = case.snapshot.attempt_dose
    assert dose is not None
    case.record(VitalSigns, dose_seq=dose.seq, effective_at=STARTS + HOUR)
    scores, signs = after_dose(case.snapshot, dose)
    due = timeline(RULE, dose, (*scores, *signs), STARTS + 2 * HOUR, None)[0]
    assert (due.state, due.lacks, due.taken_at) == ("missed", ("scores",), STARTS + HOUR)


def test_what_would_be_due_after_the_end_is_not_missed() -> None:
    case = Case().dosed(STARTS).scored(1)
    assert states(case, STARTS + 9 * HOUR, STARTS + 3 * HOUR) == ["taken", "missed", "over"]


def test_the_next_one_is_the_first_that_is_not_over() -> None:
    case = Case().dosed(STARTS)
    dose = case.snapshot.attempt_dose
    assert dose is not None
    found = next_due(timeline(RULE, dose, (), STARTS + 100 * MINUTE, None))
    assert found is not None
    assert (found.hours, found.at) == (2, STARTS + 2 * HOUR)
    assert next_due(timeline(RULE, dose, (), STARTS + 5 * HOUR, None)) is None


def test_an_observation_runs_until_it_is_closed_or_ended() -> None:
    pathway = catalogue.current("itb")
    case = Case("trial_observation").visit("trial", "arrived").dosed(STARTS, appointment=1)
    dose = case.snapshot.attempt_dose
    assert dose is not None
    assert over_at(pathway, case.snapshot, dose) is None
    assert over_at(pathway, case.at_stage("trial_review").snapshot, dose) == STARTS + 8 * HOUR
    ended = STARTS + 2 * HOUR
    case.determined("observation_ended", "early", at=ended, attempt=1)
    assert over_at(pathway, case.snapshot, dose) == ended


def test_the_baseline_is_the_last_before_the_dose() -> None:
    case = Case().dosed(STARTS)
    for value, hours in (("3", -48), ("4", -1), ("0", 1)):
        case.record(Assessment, value=value, effective_at=STARTS + hours * HOUR)
    assert [each.value for each in baseline(case.snapshot, case.snapshot.attempt_dose)] == ["4"]
    assert [each.value for each in baseline(case.snapshot, None)] == ["0"]
