"""Refills and complications, by hand for ten pumps. The history ends on 17 March 2026."""

from datetime import date, timedelta

from tests.support.histories import Told
from tracker.domain.reporting.columns import Complications, Fills, Pumps, RefillsDue
from tracker.domain.reporting.complications import KINDS, ComplicationReport, complication_report
from tracker.domain.reporting.filters import Filter, select
from tracker.domain.reporting.refills import CRITICAL_DAYS, RefillReport, refill_report
from tracker.pathways import catalogue
from tracker.queries.clinic_history.treatments import FOUND, TOLD_BY

FEBRUARY = Filter(from_on=date(2026, 2, 1), until_on=date(2026, 3, 1))
LAST_YEAR = Filter(from_on=date(2025, 3, 17), until_on=date(2026, 3, 17))
TODAY = date(2026, 3, 17)


def feb(day: int) -> date:
    return date(2026, 2, day)


class TestRefills:
    def counted(self) -> RefillReport:
        told = Told()
        fills = (
            # kind, day, the latest refill date, the next fill or the end of the pump
            ("refill", feb(2), feb(12), feb(20), 0),
            ("refill", feb(7), feb(10), date(2026, 3, 9), 0),
            ("refill", feb(8), feb(10), 0, 0),
            ("elsewhere", feb(10), feb(10), 0, feb(20)),
            ("refill", feb(11), feb(10), 0, 0),
            ("refill", feb(11), 0, 0, 0),
            ("implant", feb(11), 0, 0, 0),
            ("refill", date(2026, 1, 31), feb(10), 0, 0),
            ("taken_over", feb(3), 0, 0, 0),
            ("refill", date(2026, 3, 1), feb(10), 0, 0),
        )
        for kind, on, latest, again, ended in fills:
            case = told.case()
            told.add(Pumps, case=case, device=1, from_on=date(2025, 6, 1), until_on=ended)
            told.add(Fills, case=case, device=1, kind=kind, filled_on=on, latest_on=latest)
            if again:
                told.add(Fills, case=case, device=1, kind="refill", filled_on=again, latest_on=again)
        due = ((0, 0, False, 0), (1, TODAY - timedelta(days=1), False, 60), (2, TODAY, True, 70),
               (4, TODAY + timedelta(days=13), True, 182))  # fmt: skip
        for case, latest, planned, interval in due:
            told.add(RefillsDue, case=case, device=1, latest_on=latest, is_planned=planned, interval=interval)
        history = told.history()
        return refill_report(history, select(history, FEBRUARY))

    def test_are_in_time_late_or_after_the_latest_date(self) -> None:
        found = self.counted()
        # 0 is refilled twice: ten days before, and on the very day.
        assert found.in_time.whole.cases == (0, 0, 1, 2, 3, 4)
        assert (found.in_time.part.cases, found.late.part.cases, found.after.part.cases) == ((0, 1), (0, 2, 3), (4,))
        assert found.dateless.cases == (5,)

    def test_have_intervals_that_may_still_last(self) -> None:
        """18 and 30 days; the others wait since 25 to 42 days, and one pump was out after ten."""
        found = self.counted().intervals
        assert (found.came.cases, found.left.cases) == ((0, 1), (3,))
        assert found.waits.cases == (0, 2, 4, 5, 6, 8)
        assert (found.median.time, found.naive_median) == (None, 18)

    def test_that_are_open_are_unplanned_overdue_or_without_a_date(self) -> None:
        found = self.counted()
        assert (found.unplanned.part.cases, found.unplanned.whole.cases) == ((0, 1), (0, 1, 2, 4))
        assert (found.overdue.cases, found.without_date.cases) == ((1,), (0,))

    def test_are_coming_again_and_again(self) -> None:
        coming = self.counted().coming
        assert (len(coming), coming[0].from_on) == (52, TODAY)
        weeks = {number: week.refills.cases for number, week in enumerate(coming) if week.refills.n}
        # From today every 60 and 70 days; in 13 days and again after 182; and one of which nobody knows when.
        assert weeks == {
            0: (0, 1, 2), 1: (4,), 8: (1,), 10: (2,), 17: (1,), 20: (2,), 25: (1,), 27: (4,), 30: (2,), 34: (1,),
            40: (2,), 42: (1,), 50: (2,), 51: (1,),
        }  # fmt: skip


def test_late_begins_where_the_file_calls_a_refill_critical() -> None:
    assert catalogue.current().obligations["refill"].critical_days == -CRITICAL_DAYS


def test_what_tells_a_complication_can_be_chosen() -> None:
    """A word that no file offers would be a nought for ever."""
    files = [catalogue.current(), catalogue.current("itb_reoperation")]
    rules = [(rule.name, result) for file in files for rule in file.follow_ups.values() for result in rule.results]
    reasons = {
        reason for file in files for edge in file.transitions if edge.target in TOLD_BY for reason in edge.reasons
    }
    operations = {"catheter_revision", "pocket_revision"}
    assert FOUND.keys() <= set(rules)
    assert {each for each in rules if "CSF leak" in each[1]} == {each for each in FOUND if "CSF leak" in each[1]}
    assert set().union(*KINDS.values()) <= reasons | set(FOUND.values()) | operations


class TestComplications:
    def counted(self) -> ComplicationReport:
        told = Told()
        pumps = (
            # origin, from, removed on, until
            ("implanted_here", date(2025, 3, 17), 0, 0),  # 365 days
            ("implanted_here", date(2024, 1, 1), 0, 0),  # 365
            ("already_in", date(2026, 3, 7), 0, 0),  # 10
            ("implanted_here", date(2025, 4, 1), date(2025, 4, 10), date(2025, 4, 10)),  # 10
            ("implanted_here", date(2024, 6, 1), date(2025, 3, 26), date(2025, 3, 26)),  # 10, replaced
            ("reoperation", date(2025, 3, 26), 0, 0),  # 356
            ("implanted_here", date(2025, 12, 18), 0, 0),  # 89
            ("implanted_here", date(2025, 12, 17), 0, 0),  # 90
            ("implanted_here", date(2020, 1, 1), 0, date(2024, 1, 1)),  # followed elsewhere
        )
        cases = [told.case() for _ in range(10)]
        for number, (origin, begins, removed, ends) in enumerate(pumps):
            case = cases[number - 1] if origin == "reoperation" else cases[number]
            told.add(Pumps, case=case, device=number, origin=origin, from_on=begins, removed_on=removed, until_on=ends)
        said = (
            (0, "infection", date(2025, 6, 15)), (0, "infection", date(2025, 9, 13)),
            (0, "infection", date(2025, 9, 14)),
            (1, "infection", date(2025, 3, 16)), (1, "infection", date(2025, 6, 14)),
            (1, "infection", date(2025, 7, 1)),
            (3, "infection", date(2025, 6, 1)), (4, "catheter_revision", date(2025, 5, 1)),
            (2, "CSF leak", date(2026, 3, 9)), (2, "CSF leak", date(2026, 3, 12)), (8, "CSF leak", date(2025, 5, 1)),
            (6, "infection", date(2026, 1, 1)), (8, "infection", date(2025, 5, 1)), (9, "infection", date(2025, 5, 1)),
        )  # fmt: skip
        for case, kind, on in said:
            told.add(Complications, case=case, kind=kind, on=on)
        history = told.history()
        return complication_report(history, select(history, LAST_YEAR))

    def test_are_counted_per_year_that_a_pump_was_in(self) -> None:
        found = self.counted()
        days = 365 + 365 + 10 + 10 + 10 + 356 + 89 + 90
        assert (round(found.years.value * 365.25, 6), found.years.cases) == (days, (0, 1, 2, 3, 4, 6, 7))
        infection = found.kinds[0]
        assert infection.per_year.per_unit == infection.episodes.n / found.years.value

    def test_within_ninety_days_are_one(self) -> None:
        """0: in June, and again on the ninety-first day after; 1: begun before the period, so what follows within
        ninety days is no new one, and that of July is."""
        kinds = {each.kind: each.episodes.cases for each in self.counted().kinds}
        assert kinds["infection"] == (0, 0, 1, 3, 6)
        assert kinds["catheter_revision"] == (4,)
        assert kinds["csf_leak"] == (2,)

    def test_tell_a_pump_that_was_taken_out_from_one_that_was_replaced(self) -> None:
        kinds = {each.kind: each.episodes.cases for each in self.counted().kinds}
        assert kinds["explant"] == (3,)

    def test_early_ones_are_shared_among_pumps_whose_ninety_days_are_over(self) -> None:
        """Put in at least 90 days ago: 0, 3, the replacement of 4, and 7. Infected within 90: 0 on the ninetieth, 3."""
        found = self.counted()
        assert (found.early_infection.part.cases, found.early_infection.whole.cases) == ((0, 3), (0, 3, 4, 7))
        assert found.not_yet.cases == (6,)
