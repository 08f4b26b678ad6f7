"""Ten patients, worked out by hand, for each method. They wait for an implant; days since the trial:

3 implanted · 5 implanted · 5 declined · 5 waiting · 8 implanted
10 waiting · 12 implanted · 12 declined · 15 waiting · 20 implanted

day   at risk   implanted  declined  waiting   still waiting after it
  3      10         1          0        0      9/10
  5       9         1          1        1      9/10 · 7/9 = 7/10
  8       6         1          0        0      7/10 · 5/6 = 7/12
 10       5         0          0        1      7/12
 12       4         1          1        0      7/12 · 2/4 = 7/24
 15       2         0          0        1      7/24
 20       1         1          0        0      0
"""

from fractions import Fraction

import pytest

from tracker.domain.statistics.aalen_johansen import aalen_johansen
from tracker.domain.statistics.finished_only import quantile_of_finished
from tracker.domain.statistics.kaplan_meier import Quantile, kaplan_meier
from tracker.domain.statistics.paired import mean_difference
from tracker.domain.statistics.rate import rate
from tracker.domain.statistics.risk_sets import Spell, grouped
from tracker.domain.statistics.wilson import proportion

IMPLANTED, DECLINED, WAITING = "implanted", "declined", ""
TEN = (
    (3, IMPLANTED),
    (5, IMPLANTED),
    (5, DECLINED),
    (5, WAITING),
    (8, IMPLANTED),
    (10, WAITING),
    (12, IMPLANTED),
    (12, DECLINED),
    (15, WAITING),
    (20, IMPLANTED),
)
EXITS = grouped(Spell(day, cause) for day, cause in TEN)


def test_kaplan_meier() -> None:
    curve = kaplan_meier(EXITS)
    assert [step.at_risk for step in curve.steps] == [10, 9, 6, 5, 4, 2, 1]
    exact = [
        Fraction(9, 10),
        Fraction(7, 10),
        Fraction(7, 12),
        Fraction(7, 12),
        Fraction(7, 24),
        Fraction(7, 24),
        Fraction(0),
    ]
    assert [step.value for step in curve.steps] == pytest.approx([float(each) for each in exact])
    assert [curve.still_waiting(day) for day in (0, 2.9, 3, 9, 100)] == pytest.approx([1, 1, 0.9, 7 / 12, 0])


def test_greenwood() -> None:
    """Nobody is censored before day 5, so that it is 7/10 · 3/10 / 10; day 8: (7/12)² (1/90 + 2/63 + 1/30) = 7/270."""
    curve = kaplan_meier(EXITS)
    assert curve.steps[1].variance == pytest.approx(0.021)
    assert curve.steps[2].variance == pytest.approx(7 / 270)


def test_exponential_greenwood_interval() -> None:
    """Day 5: log(-log 0.7) = -1.0309; its error sqrt(1/90 + 2/63) / -log 0.7 = 0.2070 / 0.3567 = 0.5804; times 1.96 it
    is 1.1376; so 0.7 to the power of exp(±1.1376), that is of 3.1193 and of 0.3206: 0.3287 and 0.8919."""
    assert kaplan_meier(EXITS).steps[1].interval == pytest.approx((0.3287, 0.8919), abs=1e-4)


def test_median_and_p90() -> None:
    """7/12 are above a half, 7/24 are not: 12 days. At most a tenth waits from day 20 on."""
    curve = kaplan_meier(EXITS)
    assert (curve.median.time, curve.quantile(0.9).time) == (12, 20)


def test_what_the_finished_alone_would_say() -> None:
    """3 5 5 8 12 12 20: the fourth of seven, and the seventh. Four days fewer than with those who wait."""
    assert (quantile_of_finished(EXITS, 0.5), quantile_of_finished(EXITS, 0.9)) == (8, 20)


def test_aalen_johansen() -> None:
    """Implanted: 1/10; + 9/10 · 1/9 = 2/10; + 7/10 · 1/6 = 19/60; + 7/12 · 1/4 = 37/80; + 7/24 · 1/1 = 181/240.
    Declined, on the same days as implants: 9/10 · 1/9 = 1/10; + 7/12 · 1/4 = 59/240. Together everybody."""
    found = aalen_johansen(EXITS)
    days = (3, 5, 8, 12, 20)
    exact = [Fraction(1, 10), Fraction(2, 10), Fraction(19, 60), Fraction(37, 80), Fraction(181, 240)]
    assert [found[IMPLANTED].left_by(day) for day in days] == pytest.approx([float(each) for each in exact])
    assert [found[DECLINED].left_by(day) for day in days] == pytest.approx([0, 0.1, 0.1, 59 / 240, 59 / 240])
    assert found[IMPLANTED].left_by(2) == 0


def test_variance_of_aalen_johansen_at_a_tie() -> None:
    """Day 5, two causes at once, nobody censored before: 2/10 · 8/10 / 10 implanted, 1/10 · 9/10 / 10 declined.
    Day 8, implanted, from the terms: with F = 19/60,
    (F - 1/10)² · 1/90 + (F - 2/10)² · 2/63 + 0 = 0.00052160 + 0.00043210,
    1 · 9/1000 + 0.81 · 8/729 + 0.49 · 5/216 = 0.02923148,
    2 · ((F - 1/10) · 1/100 + (F - 2/10) · 0.9/81) = 0.00692593."""
    found = aalen_johansen(EXITS)
    assert found[IMPLANTED].steps[1].variance == pytest.approx(0.016)
    assert found[DECLINED].steps[1].variance == pytest.approx(0.009)
    by_hand = 0.00052160 + 0.00043210 + 0.02923148 - 0.00692593
    assert found[IMPLANTED].steps[2].variance == pytest.approx(by_hand, abs=1e-7)


def test_those_who_joined_late() -> None:
    """The period begins when B has waited for 2 days, C for 4. A leaves on day 4 before C comes: 2 of A, B, D stay. On
    day 6 there are B, C, D: 2/3 · 2/3. C is censored on day 7; D is alone on day 8. With everybody from the beginning
    it would have been 3/4 on day 4."""
    spells = (Spell(4, IMPLANTED), Spell(6, IMPLANTED, joined=2), Spell(7, WAITING, joined=4), Spell(8, IMPLANTED))
    curve = kaplan_meier(grouped(spells))
    assert [(step.time, step.at_risk, step.value) for step in curve.steps if step.events] == [
        (4, 3, pytest.approx(2 / 3)),
        (6, 3, pytest.approx(4 / 9)),
        (8, 1, 0),
    ]


def test_a_proportion() -> None:
    """Three of ten: (3 + 1.9207) / 13.8415 = 0.3555, give or take
    1.96 / 13.8415 · sqrt(10 · 0.3 · 0.7 + 0.9604) = 0.2477."""
    found = proportion(3, 10)
    assert (found.share, *found.interval) == pytest.approx((0.3, 0.1078, 0.6032), abs=1e-4)


def test_a_rate_per_pump_year() -> None:
    """Ten pumps for 0.5, 1, 1, 1.5, 2, 2, 2.5, 3, 3 and 3.5 years, 20 together, and three infections: 0.15 a year. The
    table of Garwood has 0.6187 and 8.7673 for three."""
    years = (0.5, 1, 1, 1.5, 2, 2, 2.5, 3, 3, 3.5)
    found = rate(3, sum(years))
    assert (found.per_unit, *found.interval) == pytest.approx((0.15, 0.6187 / 20, 8.7673 / 20), abs=1e-5)


def test_the_mean_of_differences() -> None:
    """Ten patients before and after: the differences 1 to 10 have the mean 5.5 and the standard deviation 3.0277;
    Student's quantile for nine degrees is 2.2622, so 5.5 give or take 2.2622 · 3.0277 / sqrt(10) = 2.1659."""
    found = mean_difference([(100 + place, 100 + 2 * place) for place in range(1, 11)])
    assert (found.mean, *found.interval) == pytest.approx((5.5, 3.3341, 7.6659), abs=1e-3)


def test_a_median_nobody_reached() -> None:
    """One of ten finished on day 3: nine tenths wait, and the interval of that is 0.473 to 0.985. So half may well have
    finished by day 3, or never."""
    curve = kaplan_meier(grouped([Spell(3, IMPLANTED), *(Spell(9, WAITING) for _ in range(9))]))
    assert curve.steps[0].interval == pytest.approx((0.473, 0.985), abs=1e-3)
    assert curve.median == Quantile(None, 3, None)
