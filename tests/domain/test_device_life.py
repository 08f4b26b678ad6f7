"""Devices that end, come out, or hold another amount than they should."""

from dataclasses import replace
from datetime import UTC, date, datetime, timedelta
from decimal import Decimal

import pytest

from tests.domain.builders import NOW, Case
from tracker.domain.facts import Device, Fill, Interrogation
from tracker.domain.obligations import Obligation, obligations
from tracker.domain.words import Role
from tracker.pathways.catalogue import current

ITB = current()
TODAY = date(2026, 3, 17)


def due(case: Case) -> dict[str, Obligation]:
    return {each.kind: each for each in obligations(ITB, case.snapshot, NOW).items}


def pump(placed_on: date | None = date(2024, 5, 6), **values: object) -> Case:
    return Case("maintained").record(Device, placed_on=placed_on, **values)


def read(case: Case, **values: object) -> Case:
    known: dict[str, object] = {"alarm_on": None, "is_confirmed": False, "battery_months": None, "effective_at": NOW}
    return case.record(Interrogation, device=1, cause="routine", **{**known, **values})


class TestReplacement:
    def test_is_due_half_a_year_before_the_pump_ends(self) -> None:
        found = due(pump(end_of_service_on=date(2026, 12, 31)))["replacement"]

        assert (found.anchor_on, found.reason) == (date(2026, 12, 31), "end_of_service_printed")
        assert found.due_on == date(2026, 7, 2)
        assert found.owner == Role.PHYSICIAN

    @pytest.mark.parametrize(
        ("placed_on", "ends_on"),
        [
            (date(2024, 5, 6), date(2031, 5, 6)),
            (date(2024, 2, 29), date(2031, 2, 28)),
            (date(2021, 3, 1), date(2028, 2, 29)),
        ],
    )
    def test_counts_seven_years_from_the_implant_where_nothing_is_printed(self, placed_on: date, ends_on: date) -> None:
        found = due(pump(placed_on))["replacement"]

        assert (found.anchor_on, found.reason) == (ends_on, "end_of_service_by_age")

    def test_counts_ninety_days_from_the_first_sight_of_the_indicator(self) -> None:
        case = read(pump(), replacement_indicated=True, effective_at=NOW - timedelta(days=5))
        read(case, replacement_indicated=True)

        assert due(case)["replacement"].anchor_on == TODAY + timedelta(days=85)

    def test_believes_the_battery_as_it_was_read_last(self) -> None:
        case = read(pump(), battery_months=3, effective_at=NOW - timedelta(days=5))
        read(case, battery_months=20)

        assert due(case)["replacement"].anchor_on == TODAY + timedelta(days=600)

    def test_takes_the_earliest(self) -> None:
        case = read(pump(end_of_service_on=date(2026, 4, 1)), battery_months=20)

        assert due(case)["replacement"].reason == "end_of_service_printed"

    def test_is_not_due_of_a_pump_that_is_out(self) -> None:
        case = pump().record(Device, superseding=1, device=1, in_place=False)

        assert "replacement" not in due(case)

    def test_cannot_be_said_where_nothing_is_known(self) -> None:
        found = due(pump(None))

        assert "replacement" not in found
        assert found["end_of_service"].reason == "end_of_service_unknown"

    def test_is_asked_of_every_pump_for_itself(self) -> None:
        case = pump(None).record(Device, placed_on=date(2024, 5, 6))

        assert {due(case)[kind].subject for kind in ("end_of_service", "replacement")} == {"device:1", "device:2"}

    def test_of_an_empty_battery_is_the_day_it_was_read(self) -> None:
        found = due(read(pump(None), battery_months=0))

        assert "end_of_service" not in found
        assert (found["replacement"].anchor_on, found["replacement"].reason) == (TODAY, "end_of_service_by_battery")


class TestAPlannedReplacement:
    ENDS = date(2026, 12, 31)

    def booked(self, on: date | None, case: Case | None = None) -> Case:
        """The pump is fact 1, the decision to replace it fact 2."""
        case = case or pump(end_of_service_on=self.ENDS).determined("reoperation", "replacement")
        case.snapshot = replace(case.snapshot, replacement_on=on)
        return case

    @pytest.mark.parametrize(
        ("on", "is_planned"),
        [
            (None, False),
            (TODAY - timedelta(days=1), False),
            (TODAY, True),
            (ENDS, True),
            (ENDS + timedelta(days=1), False),
        ],
    )
    def test_is_booked_from_today_to_the_day_the_pump_ends(self, on: date | None, is_planned: bool) -> None:
        found = due(self.booked(on))["replacement"]

        assert found.planned_seq == (2 if is_planned else None)
        assert found.params == ((("booked", str(on)),) if is_planned else ()) + (("ends", "2026-12-31"),)

    def test_was_decided_for_this_very_pump(self) -> None:
        before = Case("maintained").determined("reoperation", "replacement").record(Device, placed_on=date(2024, 5, 6))

        assert due(self.booked(TODAY, before))["replacement"].planned_seq is None
        assert due(self.booked(TODAY, pump()))["replacement"].planned_seq is None, "nobody has decided it"

    def test_lapses_with_its_day(self) -> None:
        found = obligations(ITB, self.booked(date(2026, 3, 20)).snapshot, NOW)

        assert found.next_change_at == datetime(2026, 3, 21, 4, 0, tzinfo=UTC)


class TestATrialCatheter:
    def test_comes_out_on_the_ordered_day_also_on_hold(self) -> None:
        case = Case("trial_review").placed("trial_catheter", placed_on=TODAY, out_by_on=date(2026, 3, 20))
        case.determined("hold", until_on=date(2026, 5, 1))

        found = due(case)["catheter_out"]
        assert (found.due_on, found.critical_on) == (date(2026, 3, 20), date(2026, 3, 20)), "the 21st is a Saturday"

    def test_without_an_order_comes_out_at_once(self) -> None:
        case = Case("trial_review").placed("trial_catheter", placed_on=TODAY, out_by_on=None)

        assert (due(case)["catheter_out"].due_on, due(case)["catheter_out"].params) == (TODAY, (("out_by", ""),))

        unknown = Case("trial_review").placed("trial_catheter", placed_on=None, effective_at=NOW - timedelta(days=1))
        assert due(unknown)["catheter_out"].due_on == TODAY - timedelta(days=1), "since when it is known to be in"

    def test_that_is_out_is_done(self) -> None:
        case = Case("trial_review").placed("trial_catheter", placed_on=TODAY).removed("trial_catheter")

        assert "catheter_out" not in due(case)


class TestAnObservation:
    def test_is_closed_the_same_day(self) -> None:
        found = due(Case("trial_observation").dosed())["observation"]

        assert (found.due_on, found.critical_on) == (TODAY, date(2026, 3, 18))

    def test_that_is_closed_is_done(self) -> None:
        assert "observation" not in due(Case("trial_review").dosed())


class TestAnAspirate:
    def filled(self, reservoir: str | None, expected: str | None, aspirated: str | None) -> Case:
        held = None if reservoir is None else Decimal(reservoir)
        amounts = [None if each is None else Decimal(each) for each in (expected, aspirated)]
        case = pump(reservoir_ml=held)
        return case.record(Fill, device=1, residual_expected_ml=amounts[0], residual_aspirated_ml=amounts[1])

    @pytest.mark.parametrize(
        ("reservoir", "expected", "aspirated", "differs"),
        [
            ("20", "3", "2", False),
            ("20", "3", "1.99", True),
            ("20", "3", "4", False),
            ("20", "3", "4.01", True),
            ("40", "3", "1", False),
            ("40", "3", "0.99", True),
            ("20.1", "3", "1", False),
            (None, "3", "1.9", True),
            ("20", None, "9", False),
            ("20", "9", None, False),
        ],
    )
    def test_differs_by_more_than_is_harmless(
        self, reservoir: str | None, expected: str | None, aspirated: str | None, differs: bool
    ) -> None:
        assert ("discrepancy" in due(self.filled(reservoir, expected, aspirated))) is differs

    def test_is_a_physicians_matter_until_it_is_reviewed(self) -> None:
        case = self.filled("20", "9", "3")
        assert due(case)["discrepancy"].owner == Role.PHYSICIAN

        reviewed = case.determined("deviation_reviewed", about_seq=case.last.seq)
        assert "discrepancy" not in due(reviewed)


class TestThePumpOfSomebodyWhoDied:
    def died(self, **values: object) -> Case:
        return pump(**values).at_stage("deceased").determined("death", "died")

    def test_is_a_physicians_that_day_and_critical_the_next(self) -> None:
        found = due(self.died())

        assert set(found) == {"pump_after_death"}, "all else has ended"
        assert (found["pump_after_death"].due_on, found["pump_after_death"].critical_on) == (
            TODAY,
            TODAY + timedelta(days=1),
        )
        assert found["pump_after_death"].owner == Role.PHYSICIAN

    def test_ends_with_the_pump_out_or_switched_off(self) -> None:
        assert not due(self.died().record(Device, superseding=1, device=1, in_place=False))
        assert not due(self.died().determined("pump_switched_off", "yes", about_seq=1))

    @pytest.mark.parametrize("about", [None, 2])
    def test_not_with_a_word_about_something_else(self, about: int | None) -> None:
        assert due(self.died().determined("pump_switched_off", "yes", about_seq=about))

    def test_not_with_a_word_of_before(self) -> None:
        case = pump().determined("pump_switched_off", "yes", about_seq=1).determined("death", "died")

        assert "pump_after_death" in due(case)

    def test_is_not_asked_of_the_living_nor_without_a_pump(self) -> None:
        assert "pump_after_death" not in due(pump())
        assert not due(Case("deceased").placed("catheter").determined("death", "died"))
