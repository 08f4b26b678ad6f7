"""The forecast as a sheet: stays become visits, weeks have their days, and too few is said as such."""

from datetime import date, timedelta

import pytest

from tests.support.histories import AS_OF, Told
from tracker.domain.forecast.stage_visits import StageVisit
from tracker.domain.report_sheets.drawing import Lines
from tracker.domain.report_sheets.forecast import forecast_sheet, stage_visits
from tracker.domain.report_sheets.sheet import Sheet
from tracker.domain.report_sheets.usual import usual_filter
from tracker.domain.report_sheets.words import Names
from tracker.domain.reporting.columns import Stays
from tracker.domain.reporting.filters import select
from tracker.domain.reporting.history import History

TODAY = AS_OF.date()


def steady(weeks: int) -> History:
    """One referral a week; a trial day three weeks later, and nothing after it."""
    told = Told()
    for week in range(weeks):
        referred = TODAY - timedelta(weeks=weeks - week)
        case = told.case(referred_on=referred)
        trial = referred + timedelta(days=21)
        is_there = trial <= TODAY
        told.add(Stays, case=case, stage="referred", entered_on=referred, left_on=trial if is_there else 0)
        if is_there:
            told.add(Stays, case=case, stage="trial_day", entered_on=trial, left_on=0)
    return told.history()


@pytest.fixture(scope="module")
def sheet() -> Sheet:
    history = steady(60)
    return forecast_sheet(history, select(history, usual_filter(TODAY)), Names())


class TestForecast:
    def test_expects_what_always_came(self, sheet: Sheet) -> None:
        trials = sheet.sections[0]
        # One a week; which day of its week a referral comes on is drawn, so that the last may fall just after the end.
        assert trials.answer == "25 trials are to be expected in the next 26 weeks (24–25)."
        first = trials.table.rows[0]
        assert first.label == "Wed 18 Mar 2026" and [cell.value for cell in first.cells] == [1, 1, 1, 1, 1, 1]
        assert isinstance(trials.drawing, Lines) and trials.drawing.series[0].values[-1] == 25

    def test_says_where_there_are_too_few(self, sheet: Sheet) -> None:
        implants = sheet.sections[1]
        assert (
            implants.answer
            == "Too few patients to say how many implants are coming: 0 of 20 implants in the last year."
        )
        assert not implants.table.rows and implants.drawing is None

    def test_stands_beside_what_was_said_three_months_ago(self, sheet: Sheet) -> None:
        back = sheet.sections[2]
        assert back.key == "back-trial" and len(back.table.rows) == 13
        assert back.answer == "In 13 of 13 weeks the number of trials lay within what was said."
        assert [row.cells[3].value for row in back.table.rows] == [1] * 13

    def test_is_the_same_for_the_same_history(self, sheet: Sheet) -> None:
        history = steady(60)
        assert forecast_sheet(history, select(history, usual_filter(TODAY)), Names()) == sheet


def test_stays_lead_where_the_next_one_begins_and_end_in_a_closed_stage() -> None:
    told = Told()
    days = [date(2026, 1, 1) + timedelta(days=10 * number) for number in range(4)]
    case = told.case(closed_on=days[2])
    told.add(Stays, case=case, stage="referred", entered_on=days[0], left_on=days[1])
    told.add(Stays, case=case, stage="evaluating", entered_on=days[1], left_on=days[2])
    told.add(Stays, case=case, stage="declined", entered_on=days[2], left_on=0)
    other = told.case()
    told.add(Stays, case=other, stage="referred", entered_on=days[3], left_on=0)
    told.add(Stays, case=told.case(pathway="itb_reoperation"), stage="referred", entered_on=days[0], left_on=0)
    history = told.history()
    assert stage_visits(history, select(history, usual_filter(TODAY))) == [
        StageVisit("0", "referred", days[0], days[1], "evaluating"),
        StageVisit("0", "evaluating", days[1], days[2], "declined"),
        StageVisit("1", "referred", days[3], None, ""),
    ]
