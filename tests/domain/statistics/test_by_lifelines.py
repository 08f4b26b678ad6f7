"""Curves, intervals and quantiles against lifelines and scipy (``tests/data/statistics_by_lifelines.py`` says how)."""

import json
from pathlib import Path
from typing import Any

import pytest

from tracker.domain.statistics.aalen_johansen import aalen_johansen
from tracker.domain.statistics.chi_square import chi_square_quantile
from tracker.domain.statistics.kaplan_meier import kaplan_meier
from tracker.domain.statistics.paired import student_quantile
from tracker.domain.statistics.risk_sets import Exits, Spell, grouped
from tracker.domain.statistics.wilson import proportion

GOLDEN = json.loads((Path(__file__).parents[2] / "data/statistics_by_lifelines.json").read_text(encoding="utf-8"))
EXAMPLES: dict[str, Any] = GOLDEN["examples"]
COMPETING = [name for name, example in EXAMPLES.items() if "aalen_johansen" in example]


def exits(name: str) -> list[Exits]:
    return grouped(Spell(until, cause, joined) for until, cause, joined in EXAMPLES[name]["spells"])


def close(expected: object) -> object:
    return pytest.approx(expected, rel=1e-10, abs=1e-12)


class TestKaplanMeier:
    @pytest.mark.parametrize("name", EXAMPLES)
    def test_is_the_curve_of_lifelines(self, name: str) -> None:
        found = {step.time: step for step in kaplan_meier(exits(name)).steps}
        rows = EXAMPLES[name]["kaplan_meier"]["curve"]
        assert [
            (time, found[time].at_risk, found[time].value, found[time].variance, *found[time].interval)
            for time, *_ in rows
        ] == [tuple(map(close, row)) for row in rows]

    @pytest.mark.parametrize("name", EXAMPLES)
    def test_reaches_each_share_when_lifelines_does(self, name: str) -> None:
        curve = kaplan_meier(exits(name))
        for share, *expected in EXAMPLES[name]["kaplan_meier"]["quantiles"]:
            found = curve.quantile(share)
            assert [found.time, found.low, found.high] == expected, share


class TestAalenJohansen:
    @pytest.mark.parametrize("name", COMPETING)
    def test_is_the_curve_of_lifelines(self, name: str) -> None:
        found = aalen_johansen(exits(name))
        assert found.keys() == EXAMPLES[name]["aalen_johansen"].keys()
        for cause, rows in EXAMPLES[name]["aalen_johansen"].items():
            steps = {step.time: step for step in found[cause].steps}
            for time, value, variance, low, high in rows:
                assert steps[time].value == close(value)
                if variance is not None:  # lifelines divides by nought where everybody leaves
                    assert steps[time].variance == close(variance)
                if low is not None:  # and has no interval before the first event
                    assert steps[time].interval == close((low, high))


class TestWilson:
    @pytest.mark.parametrize(("count", "total", "low", "high"), GOLDEN["proportions"])
    def test_is_the_interval_of_scipy(self, count: int, total: int, low: float, high: float) -> None:
        assert proportion(count, total).interval == close((low, high))


class TestChiSquare:
    @pytest.mark.parametrize(("share", "degrees", "expected"), GOLDEN["chi_square_quantiles"])
    def test_has_the_quantiles_of_scipy(self, share: float, degrees: float, expected: float) -> None:
        assert chi_square_quantile(share, degrees) == close(expected)


class TestStudent:
    @pytest.mark.parametrize(("share", "degrees", "expected"), GOLDEN["student"])
    def test_has_the_quantiles_of_scipy_to_three_digits(self, share: float, degrees: int, expected: float) -> None:
        assert student_quantile(share, degrees) == pytest.approx(expected, rel=2e-4, abs=1e-12)
