"""What must hold for any numbers, and what is refused."""

from collections.abc import Callable
from math import inf
from random import Random

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tracker.domain.statistics.aalen_johansen import aalen_johansen
from tracker.domain.statistics.chi_square import chi_square_below, chi_square_quantile
from tracker.domain.statistics.finished_only import quantile_of_finished
from tracker.domain.statistics.interval import Interval, standard_normal
from tracker.domain.statistics.kaplan_meier import kaplan_meier
from tracker.domain.statistics.paired import mean_difference, student_quantile
from tracker.domain.statistics.rate import poisson_interval, rate
from tracker.domain.statistics.risk_sets import Exits, Spell, grouped, risk_sets
from tracker.domain.statistics.small_numbers import suppressed
from tracker.domain.statistics.wilson import proportion

SPELLS = st.lists(
    st.tuples(st.integers(0, 12), st.sampled_from(["a", "b", "c", ""]), st.integers(0, 12)).map(
        lambda drawn: Spell(max(drawn[0], drawn[2]), drawn[1], min(drawn[0], drawn[2]))
    ),
    max_size=25,
)
COUNTS = st.dictionaries(st.sampled_from("abcdefgh"), st.integers(0, 12), max_size=8)


class TestCurves:
    @given(SPELLS)
    def test_of_all_causes_and_of_those_who_wait_add_up_to_everybody(self, spells: list[Spell]) -> None:
        exits = grouped(spells)
        causes = aalen_johansen(exits)
        for step in kaplan_meier(exits).steps:
            assert step.value + sum(each.left_by(step.time) for each in causes.values()) == pytest.approx(1)

    @given(SPELLS)
    def test_stay_within_their_intervals_between_nought_and_one(self, spells: list[Spell]) -> None:
        exits = grouped(spells)
        steps = [*kaplan_meier(exits).steps, *(step for each in aalen_johansen(exits).values() for step in each.steps)]
        for step in steps:
            low, high = step.interval
            assert 0 <= low <= step.value + 1e-12 and step.value <= high + 1e-12 and high <= 1
            assert step.variance >= 0

    @given(SPELLS, st.randoms(use_true_random=False))
    def test_do_not_depend_on_the_order_or_on_grouping(self, spells: list[Spell], chance: Random) -> None:
        one_by_one = [each for spell in spells for each in grouped([spell])]
        mixed = sorted(one_by_one, key=lambda _: chance.random())
        assert kaplan_meier(mixed) == kaplan_meier(grouped(spells))
        assert aalen_johansen(mixed) == aalen_johansen(grouped(spells))

    def test_at_the_end_of_everybody_have_no_width(self) -> None:
        step = kaplan_meier([Exits(4, {"a": 2})]).steps[0]
        assert (step.value, step.variance, step.interval) == (0, 0, Interval(0, 0))

    def test_bear_a_sum_that_misses_everybody_by_rounding(self) -> None:
        """2/5 and three times 1/5 come to a little less than 1."""
        found = aalen_johansen([Exits(0, {"a": 2}), *(Exits(day, {"a": 1}) for day in (1, 2, 3))])["a"].steps[-1]
        assert found.value < 1 and found.interval == Interval(found.value, found.value)
        assert aalen_johansen([Exits(0, {"a": 1}, 1), Exits(1, {"a": 3})])["a"].steps[-1].value == 1, "and no more"

    def test_of_nobody_say_nothing(self) -> None:
        assert kaplan_meier([]).median.time is None
        assert aalen_johansen([]) == {}
        assert quantile_of_finished([Exits(3, {}, 4)], 0.5) is None

    def test_leave_out_who_joined_on_the_day_they_left(self) -> None:
        assert grouped([Spell(5, "a", joined=5)]) == []
        assert grouped([Spell(0, "a")]) == [Exits(0, {"a": 1})], "but not who left on the first day"

    @pytest.mark.parametrize(
        "exits",
        [
            [Exits(1, {"a": -1}, 1)],
            [Exits(1, {}, -1), Exits(2, {"a": 1})],
            [Exits(1, {"a": 2}), Exits(2, {}, joined=2)],
            [Exits(1, {}, joined=3), Exits(2, {"a": 1})],
        ],
    )
    def test_refuse_counts_that_cannot_be(self, exits: list[Exits]) -> None:
        with pytest.raises(ValueError, match="more left than were there"):
            list(risk_sets(exits))

    @given(SPELLS, st.sampled_from([0.1, 0.5, 0.9]))
    def test_without_censoring_have_the_quantiles_of_the_finished(self, spells: list[Spell], share: float) -> None:
        exits = grouped(Spell(each.until, each.cause or "a") for each in spells)
        assert kaplan_meier(exits).quantile(share).time == quantile_of_finished(exits, share)


class TestIntervals:
    def test_of_a_count_of_nought_begin_at_nought(self) -> None:
        assert poisson_interval(0) == pytest.approx((0, 3.688879), abs=1e-6)

    @pytest.mark.parametrize(
        ("events", "low", "high"), [(1, 0.0253, 5.5716), (10, 4.7954, 18.3904), (100, 81.3640, 121.6268)]
    )
    def test_of_counts_are_those_of_the_tables(self, events: int, low: float, high: float) -> None:
        assert poisson_interval(events) == pytest.approx((low, high), abs=1e-4)

    def test_without_anything_to_go_by_say_that_anything_is_possible(self) -> None:
        assert (rate(0, 0).per_unit, rate(0, 0).interval) == (None, (0, inf))
        assert (proportion(0, 0).share, proportion(0, 0).interval) == (None, (0, 1))

    def test_end_exactly_at_nobody_and_everybody(self) -> None:
        assert proportion(0, 7).interval.low == 0
        assert proportion(7, 7).interval.high == 1

    @given(st.floats(0.001, 0.999), st.floats(0.3, 5000))
    def test_quantiles_of_chi_square_undo_its_distribution(self, share: float, degrees: float) -> None:
        assert chi_square_below(chi_square_quantile(share, degrees), degrees) == pytest.approx(share, abs=1e-10)

    @pytest.mark.parametrize(
        "wrong",
        [
            lambda: standard_normal(1),
            lambda: kaplan_meier([]).quantile(1),
            lambda: quantile_of_finished([], 0),
            lambda: proportion(3, 2),
            lambda: rate(1, 0),
            lambda: rate(-1, 2),
            lambda: poisson_interval(-1),
            lambda: chi_square_quantile(0.5, 0),
            lambda: chi_square_below(1, 0),
            lambda: grouped([Spell(3, "a", joined=4)]),
            lambda: suppressed({"a": -1}),
            lambda: mean_difference([(1, 2)] * 9),
            lambda: student_quantile(0.9, 8),
        ],
    )
    def test_of_what_cannot_be_are_refused(self, wrong: Callable[[], object]) -> None:
        with pytest.raises(ValueError, match=r"\w"):
            wrong()


class TestSmallNumbers:
    @pytest.mark.parametrize(
        ("counts", "shown", "total"),
        [
            ({"a": 5, "b": 40}, {"a": 5, "b": 40}, 45),
            ({"a": 4, "b": 40, "c": 9}, {"a": None, "b": 40, "c": None}, 53),
            ({"a": 0, "b": 7}, {"a": 0, "b": 7}, 7),
            # Two small ones whose sum would say that both are small take a third along.
            ({"a": 1, "b": 1, "c": 30, "d": 8}, {"a": None, "b": None, "c": 30, "d": None}, 40),
            ({"a": 3, "b": 4, "c": 30}, {"a": None, "b": None, "c": 30}, 37),
            # Nothing is left to hide behind: the total goes too.
            ({"a": 3, "b": 0}, {"a": None, "b": 0}, None),
            ({}, {}, 0),
        ],
    )
    def test_hide(self, counts: dict[str, int], shown: dict[str, int | None], total: int | None) -> None:
        found = suppressed(counts)
        assert (found.counts, found.total) == (shown, total)

    @given(COUNTS)
    def test_cannot_be_solved_for(self, counts: dict[str, int]) -> None:
        """Whoever sees the total finds for every hidden count a value that is not small."""
        found = suppressed(counts)
        hidden = [name for name, count in found.counts.items() if count is None]
        assert {name for name, count in counts.items() if 0 < count < 5} <= set(hidden)
        assert all(count in {None, counts[name]} for name, count in found.counts.items())
        if hidden and found.total is not None:
            together = found.total - sum(count or 0 for count in found.counts.values())
            assert len(hidden) > 1 and together - (len(hidden) - 1) >= 5
