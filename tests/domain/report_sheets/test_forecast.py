"""The forecast as a sheet: stays become visits, weeks have their days, and too few is said as such."""

from collections.abc import Sequence
from dataclasses import replace
from datetime import date, timedelta

import pytest

from tests.support.histories import AS_OF, Told
from tracker.domain.forecast import forecast as method
from tracker.domain.forecast.stage_visits import StageVisit
from tracker.domain.report_sheets.drawing import Lines
from tracker.domain.report_sheets.forecast import forecast_sheet, forecast_sheets, stage_visits
from tracker.domain.report_sheets.sheet import Sheet
from tracker.domain.report_sheets.usual import usual_filter
from tracker.domain.report_sheets.words import Names
from tracker.domain.reporting.columns import Stays
from tracker.domain.reporting.filters import select
from tracker.domain.reporting.history import History

TODAY = AS_OF.date()


def steady(weeks: int, payers: Sequence[int] = (0,)) -> History:
    """One referral a week, of these payers in turn; a trial day three weeks later, and nothing after it."""
    told = Told()
    for week in range(weeks):
        referred = TODAY - timedelta(weeks=weeks - week)
        case = told.case(referred_on=referred, payer=payers[week % len(payers)])
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


@pytest.fixture
def _few_futures(monkeypatch: pytest.MonkeyPatch) -> None:
    """What five hundred of them say stands above; here, what is made of them."""
    monkeypatch.setattr(method, "MODELS", 2)


@pytest.mark.usefixtures("_few_futures")
class TestHorizon:
    def test_is_what_was_asked_for_and_changes_nothing_that_is_said_of_a_week(self) -> None:
        history = steady(60)
        sheets = {
            months: forecast_sheet(history, select(history, replace(usual_filter(TODAY), months=months)), Names())
            for months in (3, 12)
        }
        short, long = (sheets[months].sections[0] for months in (3, 12))
        assert (len(short.table.rows), len(long.table.rows)) == (13, 52)
        assert "in the next 13 weeks" in short.answer and "in the next 52 weeks" in long.answer
        assert short.table.rows == long.table.rows[:13]

    def test_of_all_at_once_says_the_same(self) -> None:
        history = steady(60)
        everybody = select(history, usual_filter(TODAY))
        found, alone = forecast_sheets(history, everybody, Names()), forecast_sheet(history, everybody, Names())
        assert list(found) == [3, 6, 9, 12]
        assert found[6].sections[:4] == alone.sections and len(found[6].sections) == 7


@pytest.mark.usefixtures("_few_futures")
class TestGroups:
    """Two of three referrals of one payer, each a week: 60 weeks of 40 and of 20 cases."""

    def shared(self) -> History:
        return steady(60, payers=(31, 31, 32))

    def test_are_drawn_where_there_are_enough(self) -> None:
        history = self.shared()
        names = Names(payers={31: "Medicare", 32: "Aetna"})
        told = forecast_sheets(history, select(history, usual_filter(TODAY)), names)[6]
        payer = next(section for section in told.sections if section.key == "by-payer")
        assert payer.answer.startswith("Of 2 groups by payer, 1 ")
        rows = {row.label: [cell.value for cell in row.cells] for row in payer.table.rows}
        assert list(rows) == ["Aetna", "Medicare"]
        assert rows["Aetna"] == [None] * 6 + ["Too few patients to say: trials and implants"]
        middle, low, high = rows["Medicare"][:3]
        assert low <= 17 <= high and 15 <= middle <= 19  # type: ignore[operator]  # whole numbers
        assert rows["Medicare"][3:] == [None, None, None, "Too few patients to say: implants"]

        diagnosis = next(section for section in told.sections if section.key == "by-diagnosis")
        assert [row.label for row in diagnosis.table.rows] == ["Not on record"], "one group, which is everybody"

    def test_say_once_where_none_is_large_enough(self) -> None:
        none = steady(20)
        told = forecast_sheets(none, select(none, usual_filter(TODAY)), Names())[6]
        small = next(section for section in told.sections if section.key == "by-payer")
        assert small.answer == "Too few patients to say of any group by payer." and small.is_too_few


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
