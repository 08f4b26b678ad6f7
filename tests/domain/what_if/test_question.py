"""What is asked about which rules: as people say it, as it is stored, and under which key."""

from datetime import date, timedelta

import pytest

from tests.support.histories import AS_OF
from tests.support.played_clinic import played_clinic
from tracker.domain.forecast.forecast import TooFew
from tracker.domain.forecast.stage_visits import StageVisit
from tracker.domain.pathway.definition import Pathway
from tracker.domain.report_sheets.what_if import observe_history
from tracker.domain.what_if.flow import flow_of
from tracker.domain.what_if.observed import Observed, observe
from tracker.domain.what_if.question import Change, changed, key_of, read_question, written

TODAY = AS_OF.date()
WEEK = timedelta(days=7)


@pytest.fixture(scope="module")
def observed(itb: Pathway) -> Observed:
    found = observe_history(played_clinic(), flow_of(itb))
    assert isinstance(found, Observed)
    return found


class TestObserved:
    def test_has_the_rules_of_the_last_year(self, observed: Observed) -> None:
        """Of 52 trials five had a lost visit before, and one more is to come."""
        trial, implant = observed.policy["trial"], observed.policy["implant"]
        assert (trial.weekdays, implant.weekdays) == ({1}, {2})
        assert trial.lost == pytest.approx(0.1, abs=0.02) and implant.lost == 0
        assert (trial.notice_days, implant.notice_days) == (10, 12)
        assert observed.turnaround == {"trial": 12, "implant": 14 + 1}, "who is never authorized still waits"
        assert observed.seen == {"trial": 52, "implant": 41} and observed.referrals == 51

    def test_does_not_know_the_future(self, itb: Pathway) -> None:
        flow = flow_of(itb)
        visits = [
            StageVisit(str(week), "trial_booked", TODAY - week * WEEK, TODAY - (week - 2) * WEEK, "trial_day")
            for week in range(60)
        ]
        assert observe(flow, visits, TODAY - 90 * WEEK) == TooFew("", "weeks", 0, 26)
        assert observe(flow, visits, TODAY - 20 * WEEK) == TooFew("implant", "procedures", 0, 20)

    def test_needs_half_a_year(self, itb: Pathway) -> None:
        flow = flow_of(itb)
        assert observe_history(played_clinic(weeks=25), flow) == TooFew("", "weeks", 25, 26)
        assert observe_history(played_clinic(weeks=27), flow) == TooFew("trial", "procedures", 19, 20)
        assert isinstance(observe_history(played_clinic(weeks=38), flow), Observed)

    def test_says_of_which_procedure_there_are_too_few(self, itb: Pathway) -> None:
        found = observe_history(played_clinic(weeks=38), flow_of(itb))
        assert isinstance(found, Observed)
        assert found.is_enough("trial") and not found.is_enough("implant")


class TestQuestion:
    def test_changes_what_it_says_and_nothing_else(self, observed: Observed) -> None:
        asked = Change(turnaround=3, weekdays=frozenset({0, 4}), slots=2, lost=25, notice=0)
        found = changed(observed, {"trial": asked})
        trial = found["trial"]
        assert (trial.turnaround, trial.weekdays, trial.slots, trial.lost, trial.notice_days) == (
            0.25, {0, 4}, 2, 0.25, 0,
        )  # fmt: skip
        assert found["implant"] == observed.policy["implant"]
        assert changed(observed, {}) == observed.policy

    def test_of_what_is_not_there_is_refused(self, observed: Observed) -> None:
        with pytest.raises(ValueError, match="no procedure"):
            changed(observed, {"refill": Change(slots=1)})
        silent = Observed(observed.clinic, observed.policy, {}, observed.seen)
        with pytest.raises(ValueError, match="how long"):
            changed(silent, {"trial": Change(turnaround=1)})

    def test_is_read_as_it_was_written(self) -> None:
        question = {
            "trial": Change(weekdays=frozenset({3, 0}), turnaround=0),
            "implant": Change(slots=2, lost=0, notice=1),
        }
        assert written(question)["trial"] == {"weekdays": [0, 3], "turnaround": 0}
        assert read_question(written(question)) == question

    def test_has_one_key_a_day_however_it_was_typed(self) -> None:
        one = {"trial": Change(slots=2), "implant": Change(lost=3)}
        other = {"implant": Change(lost=3), "trial": Change(slots=2)}
        day = date(2026, 3, 17)
        assert key_of(one, day) == key_of(other, day)
        assert len({key_of(one, day), key_of(one, day + timedelta(days=1)), key_of({}, day)}) == 3
        assert key_of({"trial": Change(slots=2)}, day) != key_of({"implant": Change(slots=2)}, day)
