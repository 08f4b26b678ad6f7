"""The alarm date after the pump was read or set anew: printed again, or void until it is."""

from datetime import UTC, date, datetime, timedelta
from decimal import Decimal

import pytest

from tests.domain.builders import NOW, Case
from tracker.domain.facts import Device, Fill, Interrogation
from tracker.domain.obligations import Obligation, obligations
from tracker.domain.pathway.alarm_date import alarm_date, computed_left, computed_with
from tracker.domain.refill import Change
from tracker.domain.words import VOIDS_ALARM_DATE, InterrogationCause
from tracker.pathways.catalogue import current

ITB = current()

FILLED_AT = datetime(2026, 2, 15, 15, 0, tzinfo=UTC)
FILLED = date(2026, 2, 15)
#: 20 mL of 500 mcg/mL at 100 mcg a day: 18 mL last 90 days.
PRINTED = FILLED + timedelta(days=90)
TODAY = date(2026, 3, 17)


def filled(**fill: object) -> Case:
    figures = {"volume_ml": Decimal(20), "concentration_mcg_ml": Decimal(500), "daily_dose_mcg": Decimal(100)}
    case = Case("maintained").record(Device)
    return case.record(Fill, device=1, **{"effective_at": FILLED_AT, "alarm_on": PRINTED, **figures, **fill})


def read(case: Case, cause: str = "dose", *, at: datetime = NOW, **values: object) -> Case:
    """Read with the programmer 30 days after the fill: the dose is 130 from now on, nothing was printed."""
    known = {"daily_dose_mcg": Decimal(130), "alarm_volume_ml": None, "reservoir_ml": None, "alarm_on": None}
    known |= {"is_confirmed": False, "effective_at": at}
    return case.record(Interrogation, device=1, cause=cause, **{**known, **values})


def due(case: Case) -> dict[str, Obligation]:
    return {each.kind: each for each in obligations(ITB, case.snapshot, NOW).items}


class TestAChange:
    @pytest.mark.parametrize("cause", sorted(InterrogationCause))
    def test_voids_the_printed_date_where_it_changes_how_the_pump_empties(self, cause: str) -> None:
        found = due(read(filled(), cause))

        assert ("alarm_date" in found) is (cause in VOIDS_ALARM_DATE)
        assert (found["refill"].reason == "refill_by_earliest_known") is (cause in VOIDS_ALARM_DATE)

    def test_is_to_be_printed_the_same_day(self) -> None:
        found = due(read(filled()))["alarm_date"]

        assert (found.reason, found.due_on, found.critical_on) == ("alarm_date_void", TODAY, TODAY)

    def test_lets_the_arithmetic_drive_where_it_is_earlier(self) -> None:
        found = due(read(filled()))["refill"]

        assert found.anchor_on == FILLED + timedelta(days=76)
        assert found.reason == "refill_by_earliest_known"

    def test_lets_the_old_date_drive_where_that_is_earlier(self) -> None:
        found = due(read(filled(), daily_dose_mcg=Decimal(50)))["refill"]

        assert found.anchor_on == PRINTED

    def test_lets_the_old_date_drive_where_nothing_can_be_computed(self) -> None:
        found = due(read(filled(volume_ml=None)))["refill"]

        assert found.anchor_on == PRINTED

    def test_ends_with_a_new_print_out(self) -> None:
        new = FILLED + timedelta(days=76)
        case = read(filled(), alarm_on=new, is_confirmed=True)

        assert due(case)["refill"].anchor_on == new
        assert "alarm_date" not in due(case)

    def test_ends_with_the_next_refill(self) -> None:
        case = read(filled(), at=NOW - timedelta(hours=3))
        case.record(Fill, device=1, effective_at=NOW, alarm_on=date(2026, 6, 9))

        assert due(case)["refill"].anchor_on == date(2026, 6, 9)
        assert "alarm_date" not in due(case)

    def test_before_the_refill_says_nothing_of_it(self) -> None:
        case = read(filled(), at=FILLED_AT - timedelta(minutes=1))

        assert "alarm_date" not in due(case)

    def test_in_the_minute_of_the_refill_counts_as_after_it(self) -> None:
        assert "alarm_date" in due(read(filled(), at=FILLED_AT))

    def test_written_down_late_counts_from_when_it_was_made(self) -> None:
        """The later print-out stands although the change before it was written down after it."""
        case = read(filled(), at=NOW, alarm_on=date(2026, 5, 1), is_confirmed=True)
        read(case, at=NOW - timedelta(days=3))

        assert due(case)["refill"].anchor_on == date(2026, 5, 1)
        assert "alarm_date" not in due(case)

    def test_after_the_print_out_voids_that_too(self) -> None:
        case = read(filled(), at=NOW - timedelta(days=1), alarm_on=date(2026, 5, 1), is_confirmed=True)
        read(case, "stopped", daily_dose_mcg=None)

        assert due(case)["alarm_date"].reason == "alarm_date_void"
        assert due(case)["refill"].anchor_on == date(2026, 5, 1)

    def test_struck_out_restores_the_printed_date(self) -> None:
        case = read(filled()).without(Interrogation)

        assert "alarm_date" not in due(case)

    def test_of_another_pump_says_nothing_of_this_one(self) -> None:
        case = filled().record(Device, device=3, in_place=False)
        case.record(Interrogation, device=3, cause="dose", alarm_on=None, is_confirmed=False, effective_at=NOW)

        assert "alarm_date" not in due(case)


class TestAPrintOut:
    def test_later_than_arithmetic_waits_for_a_second_reader(self) -> None:
        case = read(filled(), alarm_on=date(2026, 5, 20))

        assert due(case)["alarm_date"].reason == "alarm_date_unconfirmed"
        assert due(case)["refill"].anchor_on == FILLED + timedelta(days=76)

    def test_is_capped_by_how_long_the_drug_keeps_since_the_fill(self) -> None:
        case = read(filled(), alarm_on=date(2026, 12, 1), is_confirmed=True)

        assert due(case)["refill"].anchor_on == FILLED + timedelta(days=180)

    def test_makes_an_unknown_date_known(self) -> None:
        case = read(filled(alarm_on=None), "routine", alarm_on=date(2026, 5, 1), is_confirmed=True)

        assert due(case)["refill"].anchor_on == date(2026, 5, 1)
        assert "alarm_date" not in due(case)

    def test_that_is_not_there_confirms_nothing(self) -> None:
        standing = alarm_date(filled(alarm_on=None, is_confirmed=True).snapshot, 1)
        assert standing is not None and not standing.is_confirmed

    def test_is_missing_where_the_unknown_date_is_changed_too(self) -> None:
        case = read(filled(alarm_on=None))

        assert due(case)["alarm_date"].reason == "alarm_date_unknown"
        assert due(case)["refill"].reason == "alarm_date_unknown"


class TestArithmetic:
    """What a person is told while a reading is entered, and what the page of the pump says is left."""

    DOUBLED = Change(TODAY, None, Decimal(200), None)

    def test_takes_what_is_being_entered_as_the_last_change(self) -> None:
        """14 mL are left on day 30, 12 of them before the alarm, at two fifths of a millilitre a day."""
        assert computed_with(filled().snapshot, 1, self.DOUBLED, NOW) == TODAY + timedelta(days=30)

    def test_takes_what_was_changed_until_then_and_nothing_later(self) -> None:
        """Twice the dose from day 10 on: 18 mL then, and 10 on day 30."""
        doubled = read(filled(), at=FILLED_AT + timedelta(days=10), daily_dose_mcg=Decimal(200))
        assert computed_with(doubled.snapshot, 1, self.DOUBLED, NOW) == TODAY + timedelta(days=20)

        at_once = read(filled(), at=NOW, reservoir_ml=Decimal(6))
        assert computed_with(at_once.snapshot, 1, self.DOUBLED, NOW) == TODAY + timedelta(days=10)
        assert computed_with(at_once.snapshot, 1, self.DOUBLED, NOW - timedelta(seconds=1)) == TODAY + timedelta(30)

    def test_begins_with_the_fill(self) -> None:
        case = filled(effective_at=NOW)
        assert computed_with(case.snapshot, 1, self.DOUBLED, NOW) == TODAY + timedelta(days=45)
        assert computed_with(case.snapshot, 1, self.DOUBLED, NOW - timedelta(seconds=1)) is None

    def test_says_what_is_left_after_every_change(self) -> None:
        doubled = read(filled(), at=FILLED_AT + timedelta(days=10), daily_dose_mcg=Decimal(200))
        assert computed_left(filled().snapshot, 1, TODAY) == Decimal(14)
        assert computed_left(doubled.snapshot, 1, TODAY) == Decimal(10)

    def test_goes_by_the_alarm_volume_that_was_set_last(self) -> None:
        """An alarm at 5 mL instead of 2: 15 of 20 mL, a fifth of a millilitre a day."""
        case = read(filled(), "alarm_volume", daily_dose_mcg=None, alarm_volume_ml=Decimal(5))
        standing = alarm_date(case.snapshot, 1)
        assert standing is not None and standing.computed_on == FILLED + timedelta(days=75)

    @pytest.mark.parametrize(("of_fill", "of_reading", "dose"), [(100, 130, 130), (100, None, 100), (None, None, None)])
    def test_goes_by_the_dose_that_was_set_last(self, of_fill: int | None, of_reading: int | None, dose: int) -> None:
        figures = [None if each is None else Decimal(each) for each in (of_fill, of_reading)]
        standing = alarm_date(read(filled(daily_dose_mcg=figures[0]), daily_dose_mcg=figures[1]).snapshot, 1)
        assert standing is not None and standing.daily_dose_mcg == dose

    def test_cannot_say_anything_of_a_pump_without_a_fill(self) -> None:
        case = filled().record(Device)
        assert computed_with(case.snapshot, 3, self.DOUBLED, NOW) is None
        assert computed_left(case.snapshot, 3, TODAY) is None
        assert alarm_date(case.snapshot, 3) is None
