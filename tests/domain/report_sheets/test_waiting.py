"""Waiting times as a sentence, a row and a curve: ten patients, worked out by hand."""

from tracker.domain.report_sheets.waiting import cells, columns, curve, half_after, thinned
from tracker.domain.reporting.waiting_times import CAME, LEFT, WAITS, Wait, WaitingTimes, waiting_times

#: Five came after 10, 20, 30, 40 and 50 days; one left after 15; four wait for 25, 35, 45 and 60 days.
TEN = [
    *(Wait(case, days, CAME) for case, days in enumerate((10, 20, 30, 40, 50))),
    Wait(5, 15, LEFT),
    *(Wait(case, days, WAITS) for case, days in enumerate((25, 35, 45, 60), start=6)),
]


def ten() -> WaitingTimes:
    return waiting_times(TEN)


class TestHalfAfter:
    def test_counts_who_still_waits_and_names_the_naive_figure(self) -> None:
        # 9/10, times 7/8, 5/6, 3/4 at days 20, 30, 40: 0.79, 0.66, 0.49. Of the five who came, half took 30.
        said = half_after(ten(), "referred patients", "have an implant")
        assert said.startswith("Half of referred patients have an implant after 40 days (")
        assert said.endswith("Of those alone who are there, half took 30.")

    def test_says_so_where_too_few_are_there_yet(self) -> None:
        few = waiting_times([Wait(0, 10, CAME), *(Wait(case, 30, WAITS) for case in range(1, 10))])
        assert half_after(few, "patients", "have one").startswith(
            "Fewer than half of patients have one so far: too few"
        )
        assert half_after(waiting_times([]), "patients", "have one") == "There are no patients in this period."

    def test_says_nothing_of_a_naive_figure_that_is_the_same(self) -> None:
        same = waiting_times([Wait(case, 10, CAME) for case in range(4)])
        assert half_after(same, "patients", "have one") == "Half of patients have one after 10 days (10–10)."


class TestARow:
    def test_has_everybody_and_what_became_of_them(self) -> None:
        row = dict(zip((column.key for column in columns()), cells(ten()), strict=True))
        assert [row[key].value for key in ("all", "came", "left", "waits")] == [10, 5, 1, 4]
        assert row["waits"].cases == (6, 7, 8, 9) and row["naive"].value == 30 and row["median"].value == 40


class TestACurve:
    def test_goes_down_where_somebody_came_and_the_naive_one_to_nobody(self) -> None:
        drawn = curve(ten(), "Without", "days")
        assert drawn is not None
        true, naive = drawn.curves
        assert list(true.times) == [10, 20, 30, 40, 50]
        assert [round(share, 2) for share in true.shares] == [0.9, 0.79, 0.66, 0.49, 0.25]
        assert [round(share, 2) for share in naive.shares] == [0.8, 0.6, 0.4, 0.2, 0.0]

    def test_of_nobody_is_none(self) -> None:
        assert curve(waiting_times([Wait(0, 3, WAITS)]), "Without", "days") is None

    def test_is_thinned_without_losing_its_end(self) -> None:
        long = waiting_times([Wait(case, case + 1, CAME) for case in range(1000)]).curve.steps
        short = thinned(long)
        assert len(short) <= 151 and short[0] == long[0] and short[-1] == long[-1]
