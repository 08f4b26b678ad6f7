"""Refill arithmetic: floor, never round; the earlier bound drives; the printed date is never replaced."""

from datetime import date, timedelta
from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tests.factories.facts import make
from tracker.domain.facts import Fill
from tracker.domain.pathway.alarm_date import AlarmDate
from tracker.domain.refill import Bound, Change, computed_alarm_on, computed_left_ml, days_to_alarm, is_plausible

FILLED = date(2026, 3, 17)
ONE = timedelta(days=1)

#: Volume mL, concentration mcg/mL, dose mcg/day: days to the low-reservoir alarm at 2 mL, and to the latest refill.
WORKED = (
    (20, 500, 100, 90, 90),
    (20, 500, 200, 45, 45),
    (40, 500, 200, 95, 95),
    (20, 1000, 300, 60, 60),
    (20, 2000, 300, 120, 120),
    (20, 2000, 600, 60, 60),
    (40, 2000, 600, 126, 126),
    (40, 2000, 400, 190, 180),
    (20, 2000, 900, 40, 40),
    (40, 2000, 1000, 76, 76),
)


def fill(**values: object) -> Fill:
    figures = {"volume_ml": Decimal(20), "concentration_mcg_ml": Decimal(500), "daily_dose_mcg": Decimal(100)}
    return make(Fill, 1, device=1, **{**figures, **values})


def bound(printed: Fill, filled_on: date, in_pump_days: int) -> Bound:
    computed_on = computed_alarm_on(printed, filled_on)
    return AlarmDate(printed, printed, None, computed_on, filled_on, None, None).bound(in_pump_days)


class TestDays:
    @pytest.mark.parametrize(("volume", "concentration", "dose", "to_alarm", "to_latest"), WORKED)
    def test_follow_the_worked_table(
        self, volume: int, concentration: int, dose: int, to_alarm: int, to_latest: int
    ) -> None:
        figures = {
            "volume_ml": Decimal(volume),
            "concentration_mcg_ml": Decimal(concentration),
            "daily_dose_mcg": Decimal(dose),
        }
        assert days_to_alarm(alarm_volume_ml=Decimal(2), **figures) == to_alarm
        printed = fill(alarm_on=FILLED + timedelta(days=to_alarm), **figures)
        assert bound(printed, FILLED, 180).latest_on == FILLED + timedelta(days=to_latest)

    def test_count_what_is_left_after_a_dose_change(self) -> None:
        """20 mL at 100 mcg a day for 30 days, then 130: 14 mL are left, and the alarm is at day 76, not 90."""
        changed = Change(FILLED + 30 * ONE, None, Decimal(130), None)
        assert computed_alarm_on(fill(), FILLED, [changed]) == FILLED + 76 * ONE

    @pytest.mark.parametrize(
        "impossible",
        [
            {"daily_dose_mcg": 0},
            {"concentration_mcg_ml": 0},
            {"volume_ml": 2},
            {"daily_dose_mcg": -1},
            {"volume_ml": 1},
        ],
    )
    def test_refuse_what_cannot_be(self, impossible: dict[str, int]) -> None:
        figures = {"volume_ml": 20, "alarm_volume_ml": 2, "concentration_mcg_ml": 500, "daily_dose_mcg": 100}
        said = "^dose and concentration must be positive and the volume above the alarm volume$"
        with pytest.raises(ValueError, match=said):
            days_to_alarm(**{name: Decimal(value) for name, value in {**figures, **impossible}.items()})

    def test_take_the_smallest_figures_that_can_be(self) -> None:
        ones = dict.fromkeys(("alarm_volume_ml", "concentration_mcg_ml", "daily_dose_mcg"), Decimal(1))
        assert days_to_alarm(volume_ml=Decimal(2), **ones) == 1

    @given(
        volume=st.decimals(Decimal("2.1"), 40, places=1),
        concentration=st.sampled_from((500, 1000, 2000)),
        dose=st.decimals(Decimal("12.0"), 2000, places=1),
    )
    def test_never_round_up(self, volume: Decimal, concentration: int, dose: Decimal) -> None:
        days = days_to_alarm(
            volume_ml=volume,
            alarm_volume_ml=Decimal(2),
            concentration_mcg_ml=Decimal(concentration),
            daily_dose_mcg=dose,
        )
        used = days * dose / concentration
        assert used <= volume - 2 < used + dose / concentration


class TestTheComputedDate:
    @pytest.mark.parametrize("unknown", ["volume_ml", "alarm_volume_ml", "concentration_mcg_ml", "daily_dose_mcg"])
    def test_is_unknown_where_a_figure_is(self, unknown: str) -> None:
        assert computed_alarm_on(fill(**{unknown: None}), FILLED) is None

    def test_is_unknown_where_a_figure_is_impossible(self) -> None:
        assert computed_alarm_on(fill(daily_dose_mcg=Decimal(0)), FILLED) is None
        assert computed_alarm_on(fill(daily_dose_mcg=Decimal("0.001")), FILLED) is None, "thousands of years"

    def test_takes_what_the_programmer_said_was_left(self) -> None:
        read = Change(FILLED + 30 * ONE, Decimal(12), None, None)
        assert computed_alarm_on(fill(), FILLED, [read]) == FILLED + 80 * ONE

    def test_counts_on_from_every_change(self) -> None:
        """6 mL in 30 days, 4 mL in 10 days at twice the dose; 10 mL are left, 5 of them before an alarm at 5 mL."""
        changes = [
            Change(FILLED + 30 * ONE, None, Decimal(200), None),
            Change(FILLED + 40 * ONE, None, Decimal(100), Decimal(5)),
        ]
        assert computed_alarm_on(fill(), FILLED, changes) == FILLED + 65 * ONE

    def test_is_the_day_itself_where_the_alarm_volume_is_reached(self) -> None:
        assert (
            computed_alarm_on(fill(), FILLED, [Change(FILLED + 30 * ONE, Decimal(2), None, None)]) == FILLED + 30 * ONE
        )
        empty = Change(FILLED + 200 * ONE, None, Decimal(100), None)
        assert computed_alarm_on(fill(), FILLED, [empty]) == FILLED + 200 * ONE

    @given(later=st.integers(0, 80), dose=st.decimals(Decimal(100), 900, places=1))
    def test_is_never_later_after_a_higher_dose(self, later: int, dose: Decimal) -> None:
        changed = Change(FILLED + later * ONE, None, dose, None)
        found = computed_alarm_on(fill(), FILLED, [changed])
        assert found is not None
        assert found <= FILLED + 90 * ONE

    @pytest.mark.parametrize("unknown", ["volume_ml", "concentration_mcg_ml", "daily_dose_mcg"])
    def test_is_known_again_where_the_programmer_said_all(self, unknown: str) -> None:
        read = Change(FILLED + 30 * ONE, Decimal(12), Decimal(100), Decimal(2))
        is_known = computed_alarm_on(fill(**{unknown: None}), FILLED, [read]) is not None
        assert is_known is (unknown != "concentration_mcg_ml")

    def test_counts_civil_days_also_as_the_clocks_change(self) -> None:
        assert computed_alarm_on(fill(), date(2026, 3, 7)) == date(2026, 6, 5)


class TestWhatIsLeft:
    """20 mL of 500 mcg/mL at 100 mcg a day: a fifth of a millilitre a day, all gone after 100 days."""

    @pytest.mark.parametrize(
        ("days", "left"), [(0, "20"), (1, "19.8"), (30, "14"), (98, "0.4"), (99, "0.2"), (100, "0"), (101, "0")]
    )
    def test_goes_down_day_by_day_and_is_never_less_than_nothing(self, days: int, left: str) -> None:
        assert computed_left_ml(fill(), FILLED, (), FILLED + days * ONE) == Decimal(left)

    def test_counts_on_from_what_was_read_and_set_last(self) -> None:
        read = Change(FILLED + 30 * ONE, Decimal(12), Decimal(200), None)
        assert computed_left_ml(fill(), FILLED, [read], FILLED + 30 * ONE) == Decimal(12)
        assert computed_left_ml(fill(), FILLED, [read], FILLED + 40 * ONE) == Decimal(8)

    @pytest.mark.parametrize("unknown", ["volume_ml", "concentration_mcg_ml", "daily_dose_mcg"])
    def test_is_unknown_where_a_figure_is(self, unknown: str) -> None:
        assert computed_left_ml(fill(**{unknown: None}), FILLED, (), FILLED + ONE) is None

    def test_is_unknown_where_the_concentration_is_impossible(self) -> None:
        assert computed_left_ml(fill(concentration_mcg_ml=Decimal(0)), FILLED, (), FILLED + ONE) is None

    def test_does_not_hang_on_the_alarm_volume(self) -> None:
        assert computed_left_ml(fill(alarm_volume_ml=None), FILLED, (), FILLED + ONE) == Decimal("19.8")


class TestTheLatestDate:
    def test_is_the_printed_one_where_that_is_confirmed(self) -> None:
        assert bound(fill(alarm_on=FILLED + 100 * ONE), FILLED, 180).latest_on == FILLED + 100 * ONE

    def test_is_the_computed_one_until_a_second_reader_confirms_a_later_print(self) -> None:
        unconfirmed = fill(alarm_on=FILLED + 100 * ONE, is_confirmed=False)
        assert bound(unconfirmed, FILLED, 180).latest_on == FILLED + 90 * ONE

    def test_is_never_computed_where_nothing_was_printed(self) -> None:
        assert bound(fill(alarm_on=None), FILLED, 180).latest_on is None
        assert bound(fill(alarm_on=None, is_confirmed=False), FILLED, 180).latest_on is None

    @pytest.mark.parametrize(("printed", "latest"), [(179, 179), (180, 180), (181, 180)])
    def test_is_capped_by_how_long_the_drug_keeps(self, printed: int, latest: int) -> None:
        kept = fill(alarm_on=FILLED + printed * ONE)
        assert bound(kept, FILLED, 180).latest_on == FILLED + latest * ONE


class TestPlausibility:
    @pytest.mark.parametrize(("printed", "expected"), [(-1, True), (89, True), (90, True), (91, True), (92, False)])
    def test_allows_one_day_later_than_arithmetic(self, printed: int, expected: bool) -> None:
        assert is_plausible(FILLED + printed * ONE, FILLED + 90 * ONE) is expected

    def test_cannot_doubt_what_cannot_be_computed(self) -> None:
        assert is_plausible(FILLED + 400 * ONE, None)
        assert is_plausible(None, FILLED)
