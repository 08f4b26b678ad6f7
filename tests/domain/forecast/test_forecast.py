"""Forecasts of small made-up clinics, where what must come out can be said in advance."""

from collections.abc import Sequence
from datetime import date, timedelta
from itertools import pairwise
from random import Random

import pytest

from tracker.domain.forecast import forecast as method
from tracker.domain.forecast.arrivals import future_arrivals
from tracker.domain.forecast.backtest import Backtest, backtest
from tracker.domain.forecast.forecast import Expected, Forecast, TooFew, forecast
from tracker.domain.forecast.incidence import ENOUGH_EXITS, incidence_by_week
from tracker.domain.forecast.stage_times import StageTimes
from tracker.domain.forecast.stage_visits import (
    Counted,
    StageVisit,
    entries_per_week,
    known_at,
    referrals_per_week,
    spells_by_case,
)
from tracker.domain.statistics.risk_sets import Spell

ON = date(2026, 6, 30)
IMPLANT = Counted("implant", "implant_day")
DAY = timedelta(days=1)


def clockwork(*, until: date = ON, a_week: int = 2, weeks: int = 60, lost: bool = False) -> list[StageVisit]:
    """So many referrals on the first day of each week; each has an implant after 21 days. ``lost``: every other."""
    found = []
    for week in range(weeks):
        came = until - timedelta(days=7 * week + 6)
        for place in range(a_week):
            way = "lost" if lost and place % 2 else "implant_day"
            case, went = f"{week}/{place}", came + 21 * DAY
            found += [StageVisit(case, "referred", came, went, way), StageVisit(case, way, went)]
    return found


def implants(history: Sequence[StageVisit], *, weeks: int = 6, on: date = ON, seed: int = 1) -> Forecast | TooFew:
    return forecast(Random(seed), history, [IMPLANT], initial="referred", on=on, weeks=weeks)["implant"]


def sure(number: int) -> Expected:
    return Expected(number, number, number)


class TestForecast:
    def test_of_a_clockwork_is_certain(self) -> None:
        """Three weeks come from those who are there, the others from referrals to come."""
        found = implants(clockwork())
        assert isinstance(found, Forecast)
        assert found.per_week[:3] == (sure(2), sure(2), sure(2))
        assert found.so_far[2] == sure(6)
        assert sum(each.middle for each in found.per_week[3:]) == pytest.approx(6, abs=1)

    def test_takes_losses_off(self) -> None:
        found = implants(clockwork(a_week=6, lost=True), weeks=13)
        assert isinstance(found, Forecast)
        assert found.so_far[-1].low <= 3 * 13 <= found.so_far[-1].high
        assert found.so_far[-1].high < 5 * 13

    def test_counts_the_days_already_waited(self) -> None:
        """Who came 20 days ago has the implant tomorrow, not in three weeks."""
        history = [*clockwork(), *(StageVisit(f"there {n}", "referred", ON - 20 * DAY) for n in range(5))]
        found = implants(history)
        assert isinstance(found, Forecast)
        assert found.per_week[0] == sure(7)

    def test_counts_the_seventh_day_to_the_first_week(self) -> None:
        found = implants([*clockwork(), *(StageVisit(f"there {n}", "referred", ON - 14 * DAY) for n in range(5))])
        assert isinstance(found, Forecast)
        assert found.per_week[:2] == (sure(7), sure(2))

    def test_does_not_look_ahead(self) -> None:
        history = clockwork()
        then = ON - 70 * DAY
        assert implants(history, on=then) == implants(known_at(history, then), on=then)

    def test_is_the_same_for_the_same_seed(self) -> None:
        history = clockwork(lost=True)
        first, again, other = (implants(history, weeks=26, seed=seed) for seed in (5, 5, 6))
        assert first == again != other

    def test_ends_where_a_way_goes_in_circles(self) -> None:
        """Back and forth on one day, for ever: the only case that left the circle is one that stands in it today."""
        circle = [
            StageVisit("c", stage, ON, ON, to)
            for stage, to in (("referred", "back"), ("back", "referred"))
            for _ in "ab"
        ]
        found = implants([*clockwork(), *circle, StageVisit("c", "referred", ON)])
        assert isinstance(found, Forecast)

    def test_says_that_there_are_too_few_procedures(self) -> None:
        """Of those who came weekly the last three have no implant yet."""
        old = StageVisit("old", "referred", ON - 300 * DAY, ON - 299 * DAY, "lost")
        assert implants([old, *clockwork(a_week=1, weeks=22)]) == TooFew("implant", "procedures", 19, 20)
        assert isinstance(implants([old, *clockwork(a_week=1, weeks=23)]), Forecast)

    def test_says_that_the_history_is_too_short(self) -> None:
        assert implants(clockwork(a_week=9, weeks=26)) == TooFew("implant", "weeks", 25, 26)
        assert isinstance(implants(clockwork(a_week=9, weeks=27)), Forecast)
        assert implants([]) == TooFew("implant", "weeks", 0, 26)


class TestExpected:
    @pytest.mark.parametrize(
        ("drawn", "expected"),
        [
            ([3] * 10, Expected(3, 3, 3)),
            # Eight of ten: 1 to 8 and 2 to 9 are as narrow as 0 to 7; the first of them is taken.
            (list(range(10)), Expected(5, 0, 7)),
            ([0, 0, 0, 0, 0, 0, 0, 0, 5, 9], Expected(0, 0, 0)),
            ([0, 4, 4, 5, 5, 5, 5, 6, 6, 9], Expected(5, 4, 6)),
            # 4 to 6 and 5 to 7 hold eight and nine.
            ([1, 4, 5, 5, 5, 6, 6, 7, 7, 7], Expected(6, 5, 7)),
        ],
    )
    def test_is_the_narrowest_interval_that_holds_four_fifths(self, drawn: list[int], expected: Expected) -> None:
        assert method._narrowest(drawn) == expected


class TestSums:
    @pytest.mark.parametrize(
        ("drawn", "expected"),
        [([3] * 10, Expected(3, 3, 3)), (list(range(10)), Expected(5, 1, 8)), ([0] * 9 + [9], Expected(0, 0, 0))],
    )
    def test_leave_out_as_many_futures_below_as_above(self, drawn: list[int], expected: Expected) -> None:
        assert method._central(drawn) == expected

    def test_are_no_surer_of_a_longer_time(self) -> None:
        """After two weeks the slow futures have caught up to 4, and nobody knows more than before."""
        found = method._sums([[number, max(0, 4 - number)] for number in range(10)])
        assert found[0] == Expected(5, 1, 8)
        assert found[1].high == 8 and found[1].low == 1, "the central interval would be 4 to 8"

    @pytest.mark.parametrize("seed", range(1, 9))
    def test_have_ends_that_do_not_fall(self, seed: int) -> None:
        found = implants(clockwork(lost=True), weeks=26, seed=seed)
        assert isinstance(found, Forecast)
        for one, later in pairwise(found.so_far):
            assert one.low <= later.low <= later.middle <= later.high and one.high <= later.high
            assert one.high - one.low <= later.high - later.low


class TestBacktest:
    def test_lays_what_happened_beside_what_was_said(self) -> None:
        then = ON - timedelta(weeks=5)
        found = backtest(Random(1), clockwork(), [IMPLANT], initial="referred", on=then, weeks=9, today=ON + 3 * DAY)[
            "implant"
        ]
        assert isinstance(found, Backtest)
        assert found.happened == (2, 2, 2, 2, 2), "of nine weeks five are over"
        assert found.hits == 5

    def test_counts_the_misses(self) -> None:
        then = ON - timedelta(weeks=2)
        history = [*clockwork(), *(StageVisit(f"x{n}", "implant_day", ON) for n in range(4))]
        found = backtest(Random(1), history, [IMPLANT], initial="referred", on=then, weeks=2, today=ON)["implant"]
        assert isinstance(found, Backtest) and (found.happened, found.hits) == ((2, 6), 1)


class TestHistory:
    def test_is_cut_at_the_day(self) -> None:
        visits = [
            StageVisit("a", "x", ON - 9 * DAY, ON, "y"),
            StageVisit("a", "y", ON, ON + DAY, "z"),
            StageVisit("a", "z", ON + DAY),
        ]
        assert known_at(visits, ON) == [visits[0], StageVisit("a", "y", ON)]

    def test_of_a_period_lets_those_who_stood_there_before_join_late(self) -> None:
        visits = [
            StageVisit("a", "x", ON - 30 * DAY, ON - 10 * DAY, "y"),
            StageVisit("a", "y", ON - 10 * DAY, ON - 4 * DAY, "z"),
            StageVisit("b", "y", ON - 12 * DAY),
        ]
        found = spells_by_case(visits, since=ON - 8 * DAY, on=ON)
        assert found == ([("y", Spell(6, "z", joined=2))], [("y", Spell(12, "", joined=4))])

    def test_counts_weeks_from_the_day_after(self) -> None:
        days = (0, 1, 7, 8, 14, 15)
        visits = [StageVisit(str(day), "x", ON + day * DAY) for day in days]
        assert entries_per_week(visits, "x", after=ON, weeks=2) == [2, 2]

    def test_has_one_referral_a_case_though_it_comes_back(self) -> None:
        visits = [
            StageVisit("a", "referred", ON + 1 * DAY, ON + 2 * DAY, "x"),
            StageVisit("a", "x", ON + 2 * DAY, ON + 9 * DAY, "referred"),
            StageVisit("a", "referred", ON + 9 * DAY),
            StageVisit("b", "referred", ON + 9 * DAY),
        ]
        assert referrals_per_week(visits, "referred", after=ON, weeks=2) == [1, 1]

    def test_that_goes_back_and_forth_makes_no_more_procedures(self) -> None:
        """Two referrals a week come back to their first stage once; there are two implants a week all the same."""
        once = clockwork(weeks=90)
        back = [StageVisit(each.case, "referred", each.entered_on, each.entered_on, "referred") for each in once[::2]]
        found = implants([*back, *once], weeks=13)
        assert isinstance(found, Forecast)
        assert found.so_far[-1].high < 3 * 13


class TestStageTimes:
    SPELLS = (Spell(2, "on"), Spell(2, "off"), Spell(5, "on"), Spell(9, ""))

    def test_are_drawn_as_often_as_they_were(self) -> None:
        """A quarter left on day 2 each way, a quarter on day 5, and a quarter is there longer than 9 days."""
        times, chance = StageTimes(self.SPELLS), Random(3)
        drawn = [times.draw(chance) for _ in range(8000)]
        for found, share in (((2, "on"), 0.25), ((2, "off"), 0.25), ((5, "on"), 0.25)):
            assert drawn.count(found) / 8000 == pytest.approx(share, abs=0.02)
        assert {day for day, _ in drawn if day < 6} == {2, 5}

    def test_are_later_than_what_was_waited(self) -> None:
        times, chance = StageTimes(self.SPELLS), Random(3)
        drawn = [times.draw(chance, waited=2) for _ in range(4000)]
        assert drawn.count((5, "on")) / 4000 == pytest.approx(0.5, abs=0.03)
        assert min(day for day, _ in drawn) == 5
        assert min(times.draw(chance, waited=40)[0] for _ in range(500)) == 41

    def test_of_a_stage_that_nobody_left_are_unknown(self) -> None:
        assert not StageTimes([Spell(3, "")]).is_left


class TestIncidence:
    def test_is_given_by_week(self) -> None:
        found = incidence_by_week(clockwork(lost=True), since=ON - 364 * DAY, on=ON, weeks=4)
        assert found["referred"].left == {"implant_day": (0, 0, 0.5, 0.5), "lost": (0, 0, 0.5, 0.5)}

    def test_is_not_given_for_too_few(self) -> None:
        left = [StageVisit(str(n), "x", ON - 9 * DAY, ON, "y") for n in range(ENOUGH_EXITS)]
        assert incidence_by_week(left[1:], since=ON - 99 * DAY, on=ON, weeks=2)["x"].left is None
        assert incidence_by_week(left, since=ON - 99 * DAY, on=ON, weeks=2)["x"].left == {"y": (0, 1)}


class TestArrivals:
    def test_are_stretches_of_the_past(self) -> None:
        past = list(range(30))
        found = future_arrivals(Random(2), past, 26)
        assert len(found) == 26
        stretches = (found[:13], found[13:])
        assert {(later - earlier) % 30 for each in stretches for earlier, later in pairwise(each)} == {1}

    def test_need_a_past(self) -> None:
        with pytest.raises(ValueError, match="no past week"):
            future_arrivals(Random(2), [], 4)
