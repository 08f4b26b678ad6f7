"""What is read from the rows as they are now: who stands where, and the procedures of the next days."""

from datetime import date, timedelta
from pathlib import Path

import pytest

from tracker.domain.report_sheets import forecast, forecast_groups, now, what_if
from tracker.domain.report_sheets.next_days import Procedure, next_days_sheet
from tracker.domain.report_sheets.now import OpenCase, now_sheet
from tracker.domain.report_sheets.sheet import Sheet
from tracker.domain.report_sheets.words import Names

TODAY = date(2026, 3, 17)
NAMES = Names(stages={"referred": "Referred", "evaluating": "Evaluation"})


def ago(days: int) -> date:
    return TODAY - timedelta(days=days)


def row(sheet: Sheet, section: int, key: str) -> list[object]:
    """The values of a row."""
    return [cell.value for row in sheet.sections[section].table.rows if row.key == key for cell in row.cells]


class TestNow:
    CASES = (
        OpenCase(101, "evaluating", ago(30), is_over=True, is_ready=False),
        OpenCase(102, "referred", ago(7), is_over=False, is_ready=True),
        OpenCase(103, "referred", ago(6), is_over=True, is_ready=False),
        OpenCase(104, "referred", ago(0), is_over=False, is_ready=False),
    )

    def sheet(self) -> Sheet:
        return now_sheet(self.CASES, ["referred", "evaluating"], TODAY, NAMES)

    def test_counts_who_stands_where_over_target_and_ready(self) -> None:
        sheet = self.sheet()
        # The one in the middle of three came six days ago.
        assert row(sheet, 0, "referred") == [3, 1, pytest.approx(1 / 3), 1, 2, 6]
        assert row(sheet, 0, "all") == [4, 2, 0.5, 1, 3, None]
        assert sheet.answer == "4 cases are open, 2 over target, most of them in “Referred”."
        assert [each.label for each in sheet.sections[0].table.rows] == ["Referred", "Evaluation", "All open cases"]

    def test_bands_begin_on_their_first_day(self) -> None:
        assert [each.cells[0].value for each in self.sheet().sections[1].table.rows] == [2, 1, 0, 1, 0, 0]

    def test_leads_to_the_cases_themselves(self) -> None:
        sheet = self.sheet()
        over = sheet.sections[0].table.rows[0].cells[1]
        assert [sheet.ids[place] for place in over.cases] == [103]

    def test_of_nobody_says_so(self) -> None:
        assert now_sheet((), [], TODAY, NAMES).answer == "No case is open."


class TestNextDays:
    DAYS = (TODAY, TODAY + timedelta(days=1))

    def procedure(self, case_id: int, day: int, missing: int = 0, *, has_begun: bool = False) -> Procedure:
        return Procedure(
            case_id=case_id, has_begun=has_begun, purpose="trial", on=self.DAYS[day], starts="07:30",
            missing=tuple((f"Thing {number} is missing", "Nurse") for number in range(missing)),
            patient="Moreno, Luis",
        )  # fmt: skip

    def test_list_each_missing_thing_of_what_has_not_begun(self) -> None:
        procedures = [self.procedure(1, 0, has_begun=True), self.procedure(2, 0, 2), self.procedure(3, 1)]
        sheet = next_days_sheet(procedures, self.DAYS, "Counted.")
        missing = [[cell.value for cell in each.cells] for each in sheet.sections[0].table.rows]
        assert [cells[0] for cells in missing] == ["Moreno, Luis"] * 2
        assert [cells[-2] for cells in missing] == ["Thing 0 is missing", "Thing 1 is missing"]
        assert sheet.answer == "1 of 3 procedures of the next ten working days is not ready; the first is Tue 17 Mar."
        # Booked, begun, ready, not ready.
        assert row(sheet, 1, "2026-03-17") == [2, 1, 0, 1] and row(sheet, 1, "2026-03-18") == [1, 0, 1, 0]
        assert sheet.sections[0].is_of_people

    def test_say_so_where_all_are_ready_or_none_is_booked(self) -> None:
        assert "are ready or have begun" in next_days_sheet([self.procedure(1, 0)], self.DAYS, "Counted.").answer
        assert next_days_sheet([], self.DAYS, "Counted.").answer.startswith("No procedure is booked")


def test_definitions_stand_in_the_document_word_for_word() -> None:
    document = Path(__file__).resolve().parents[3] / "docs/reports.md"
    text = " ".join(document.read_text(encoding="utf-8").split())
    for definition in (
        now.DEFINITION,
        now.AGES_DEFINITION,
        forecast.DEFINITION,
        forecast.BACKTEST_DEFINITION,
        forecast_groups.DEFINITION,
        what_if.WAITS_DEFINITION,
        what_if.DONE_DEFINITION,
        what_if.INTERVAL_DEFINITION,
        what_if.RULES_DEFINITION,
    ):
        assert definition in text, definition
