"""What would change, as it is read: sentences with intervals, tables that agree with them, and too few as such."""

from dataclasses import replace

import pytest

from tests.support.played_clinic import played_clinic
from tracker.domain.pathway.definition import Pathway
from tracker.domain.report_sheets.drawing import Bars
from tracker.domain.report_sheets.sheet import Sheet
from tracker.domain.report_sheets.what_if import Played, observe_history, too_few_sheet, what_if_sheet
from tracker.domain.report_sheets.what_if_words import conditions, days_moved, number_moved
from tracker.domain.statistics.interval import Interval
from tracker.domain.statistics.paired import MeanDifference
from tracker.domain.what_if.comparison import Compared, Comparison, compare
from tracker.domain.what_if.flow import flow_of
from tracker.domain.what_if.observed import Observed
from tracker.domain.what_if.question import Change, Question, changed


@pytest.fixture(scope="module")
def observed(itb: Pathway) -> Observed:
    found = observe_history(played_clinic(), flow_of(itb))
    assert isinstance(found, Observed)
    return found


def moved(mean: float, low: float, high: float) -> Compared:
    return Compared(80.0, 80.0 + mean, MeanDifference(mean, Interval(low, high)))


NOWHERE = moved(0, 0, 0)
FASTER = Comparison(done=moved(14, 8, 20), days_since_referral=moved(-9, -12, -6), days_for_a_slot=moved(-5, -6, -4))
SAME = Comparison(done=NOWHERE, days_since_referral=NOWHERE, days_for_a_slot=NOWHERE)


CHANCE = "moves by no more than chance would move it"
NOTHING = "nothing can be said, because in too few of the years there was one"


class TestSentences:
    @pytest.mark.parametrize(
        ("compared", "said"),
        [
            (moved(-9, -12, -6), "the median wait from referral to trial falls by 9 days (6 to 12)"),
            (moved(9.4, 6.2, 12.1), "the median wait from referral to trial rises by 9 days (6 to 12)"),
            (moved(-1, -1.5, -0.5), "the median wait from referral to trial falls by 1 day (0.5 to 1.5)"),
            (moved(0.3, -1, 3), f"the median wait from referral to trial {CHANCE} (−1.0 to 3.0 days)"),
            (moved(0.3, -4, 5), f"the median wait from referral to trial {CHANCE} (−4 to 5 days)"),
            (NOWHERE, "the median wait from referral to trial does not change"),
            (Compared(None, None, None), f"of the median wait from referral to trial {NOTHING}"),
        ],
    )
    def test_say_days_with_their_interval(self, compared: Compared, said: str) -> None:
        assert days_moved("trial", compared) == said

    @pytest.mark.parametrize(
        ("compared", "said"),
        [
            (moved(14, 8, 20), "14 more trials (8 to 20)"),
            (moved(-14, -20, -8), "14 fewer trials (8 to 20)"),
            (moved(1, 0.5, 1.5), "1 more trial (0.5 to 1.5)"),
            (moved(3, -1, 7), "as many trials as now but for chance (−1.0 to 7.0)"),
            (NOWHERE, "as many trials as now"),
        ],
    )
    def test_say_how_many(self, compared: Compared, said: str) -> None:
        assert number_moved("trial", compared) == said

    @pytest.mark.parametrize(
        ("question", "said"),
        [
            ({"trial": Change(weekdays=frozenset({0, 1, 2, 3}))}, "trials on four weekdays instead of one"),
            ({"trial": Change(weekdays=frozenset({4}))}, "trials on Fri instead of Tue"),
            ({"trial": Change(turnaround=5)}, "payers answering about trials within 5 days instead of 12"),
            ({"implant": Change(slots=2)}, "2 implant slots a day instead of 1"),
            ({"implant": Change(lost=20)}, "20 % of implant visits missed or cancelled instead of 0 %"),
            (
                {"implant": Change(notice=1), "trial": Change(slots=9)},
                "9 trial slots a day instead of 3 and a notice of 1 day before an implant date instead of 12",
            ),
            (
                {"trial": Change(slots=4, notice=7), "implant": Change(slots=3)},
                (
                    "4 trial slots a day instead of 3, a notice of 7 days before a trial date instead of 10 and "
                    "3 implant slots a day instead of 1"
                ),
            ),
        ],
    )
    def test_say_what_is_changed_and_what_it_was(self, observed: Observed, question: Question, said: str) -> None:
        assert conditions(observed, question) == said


@pytest.fixture
def sheet(observed: Observed) -> Sheet:
    question = {"trial": Change(weekdays=frozenset({0, 1, 2, 3}))}
    return what_if_sheet(observed, question, Played(20, {"trial": FASTER, "implant": SAME}))


class TestSheet:
    def test_answers_in_one_sentence_for_waits_and_one_for_numbers(self, sheet: Sheet) -> None:
        assert sheet.answer == (
            "With trials on four weekdays instead of one, the median wait from referral to trial falls by 9 days (6 to "
            "12); the median wait from referral to implant does not change. In a year there are 14 more trials (8 to "
            "20) and as many implants as now."
        )

    def test_has_present_changed_and_difference_with_its_interval(self, sheet: Sheet) -> None:
        waits = sheet.sections[0]
        rows = {row.key: [cell.value for cell in row.cells] for row in waits.table.rows}
        assert rows["trial-referral"] == [80, 71, -9, -12, -6] and rows["implant-date"] == [80, 80, 0, 0, 0]
        assert isinstance(waits.drawing, Bars)
        assert [(bar.total, bar.figures, bar.parts[0].style) for bar in waits.drawing.bars[:2]] == [
            (80, "80", "solid"),
            (71, "71", "hatch"),
        ]

    def test_says_what_the_interval_is_of(self, sheet: Sheet) -> None:
        for section in sheet.sections[:2]:
            assert "20 pairs of years." in section.definition and "simulation's own error" in section.definition

    def test_has_the_rules_beside_each_other(self, sheet: Sheet) -> None:
        rules = {row.key: [cell.value for cell in row.cells] for row in sheet.sections[2].table.rows}
        assert len(rules) == 10
        assert rules["trial-weekdays"] == ["Tue", "Mon, Tue, Wed, Thu"]
        assert rules["implant-notice"] == ["12 days", "as it is"]

    def test_has_only_the_rules_where_nothing_is_changed(self, observed: Observed) -> None:
        told = what_if_sheet(observed, {}, None)
        assert [section.key for section in told.sections] == ["rules"] and told.answer.startswith("Nothing is changed")

    def test_leaves_out_a_procedure_with_too_few(self, observed: Observed) -> None:
        rare = replace(observed, seen={**observed.seen, "implant": 19})
        told = what_if_sheet(rare, {"trial": Change(slots=1)}, Played(20, {"trial": FASTER, "implant": FASTER}))
        assert "Too few implants in the last year to say anything about them." in told.answer
        assert not [row.key for section in told.sections[:2] for row in section.table.rows if "implant" in row.key]
        assert "more implants" not in told.answer

    def test_says_where_there_is_nothing_to_simulate_from(self, itb: Pathway) -> None:
        found = observe_history(played_clinic(weeks=20), flow_of(itb))
        assert not isinstance(found, Observed)
        told = too_few_sheet(found)
        assert told.answer == "Too few patients to say what would change: 20 of 26 weeks of history."
        assert told.sections[0].is_too_few and not told.sections[0].table.rows


def test_what_is_played_is_what_is_said(observed: Observed) -> None:
    """Payers that answer at once bring trials forward by about the twelve days that they take now."""
    question = {"trial": Change(turnaround=0)}
    found = compare(observed.clinic, observed.policy, changed(observed, question), seed=1, replications=10)
    told = what_if_sheet(observed, question, Played(10, found))
    row = told.sections[0].table.rows[0]
    difference = row.cells[2].value
    assert isinstance(difference, float) and -16 < difference < -8
    assert f"falls by {round(-difference)} days" in told.answer
