"""Refills: unknown dates first, then by the latest date; every pump on some page."""

from datetime import date, timedelta
from decimal import Decimal

import pytest

from tests.factories.facts import make
from tests.factories.listed import Listed
from tracker.domain.access import Actor
from tracker.domain.facts import Determination, Fill, Interrogation
from tracker.persistence.facts import insert_fact
from tracker.queries.refills import NOBODY, ROWS_ON_PAGE, RefillFilter, list_refills


def pump(listed: Listed, name: str, latest: int | None, **values: object) -> None:
    """A patient with a pump."""
    listed.pump(listed.case(listed.patient(name), "maintained"), latest=latest, **values)


class TestListRefills:
    def test_puts_unknown_dates_first_then_the_earliest(self, listed: Listed, viewer: Actor) -> None:
        for name, latest in (("Later", 60), ("Overdue", -40), ("Unknown", None), ("Sooner", 5)):
            pump(listed, name, latest)
        found = list_refills(listed.session, viewer)
        assert [each.patient.family_name for each in found.refills] == ["Unknown", "Overdue", "Sooner", "Later"]
        assert (found.total, found.unknown) == (4, 1)
        assert [each.latest_on for each in found.refills][:2] == [None, listed.today - timedelta(days=40)]

    def test_shows_the_pump_also_in_a_closed_case(self, listed: Listed, viewer: Actor) -> None:
        listed.pump(listed.case(listed.patient("Closed"), "declined"), latest=30)
        found = list_refills(listed.session, viewer).refills
        assert [(each.patient.family_name, str(each.reservoir_ml)) for each in found] == [("Closed", "40")]

    def test_shows_the_visit_or_the_plan_that_it_is_planned_by(self, listed: Listed, viewer: Actor) -> None:
        booked = listed.case(listed.patient("Booked"), "maintained")
        listed.visit(booked, "refill", hours=48, seq=20)
        listed.pump(booked, latest=5, planned_seq=20)
        planned = listed.case(listed.patient("Planned"), "maintained")
        plan = make(Determination, 30, kind="refill_plan", value="", until_on=date(2026, 3, 20))
        insert_fact(listed.session, 1, planned.id, plan)
        listed.pump(planned, latest=6, planned_seq=30)
        first, second = list_refills(listed.session, viewer).refills
        assert (first.visit_at, first.plan_until_on) == (listed.now + timedelta(hours=48), None)
        assert (second.visit_at, second.plan_until_on) == (None, date(2026, 3, 20))

    def test_pages_through_every_pump_once(self, listed: Listed, viewer: Actor) -> None:
        for number in range(ROWS_ON_PAGE + 9):
            pump(listed, f"P{number}", None if number % 9 == 0 else number % 7)
        pages = [list_refills(listed.session, viewer, page) for page in (1, 2, 3)]
        assert [len(page.refills) for page in pages] == [ROWS_ON_PAGE, 9, 0]
        assert len({each.patient.family_name for page in pages for each in page.refills}) == ROWS_ON_PAGE + 9

    def test_shows_nothing_of_another_clinic(self, listed: Listed, elsewhere: Listed, viewer: Actor) -> None:
        pump(elsewhere, "Theirs", None)
        pump(elsewhere, "Theirs too", 3)
        found = list_refills(listed.session, viewer)
        assert (found.refills, found.total, found.unknown) == ((), 0, 0)


class TestAVoidDate:
    def test_stands_among_the_first_with_the_earlier_date(self, listed: Listed, viewer: Actor) -> None:
        pump(listed, "Sooner", 5)
        void = listed.case(listed.patient("Void"), "maintained")
        listed.pump(void, latest=60, reason="refill_by_earliest_known")
        listed.todo(void, "alarm_date", subject="device:10", device=10, reason="alarm_date_void")
        unconfirmed = listed.case(listed.patient("Unconfirmed"), "maintained")
        listed.pump(unconfirmed, latest=70)
        listed.todo(unconfirmed, "alarm_date", subject="device:10", device=10, reason="alarm_date_unconfirmed")
        pump(listed, "Unknown", None)

        found = list_refills(listed.session, viewer)

        assert [(each.patient.family_name, each.is_void) for each in found.refills] == [
            ("Unknown", False), ("Void", True), ("Sooner", False), ("Unconfirmed", False),
        ]  # fmt: skip
        assert (found.total, found.unknown) == (4, 2)
        assert found.refills[1].latest_on == listed.today + timedelta(days=60)


class TestFilters:
    @pytest.fixture
    def pumps(self, listed: Listed) -> Listed:
        """Pumps of every sort, two of them a person's."""
        for name, latest in (("Unknown", None), ("Overdue", -1), ("Today", 0), ("Fortnight", 14), ("Later", 15)):
            owner = 1001 if name in {"Overdue", "Later"} else None
            listed.pump(listed.case(listed.patient(name), "maintained", owner_user_id=owner), latest=latest)
        booked = listed.case(listed.patient("Booked"), "maintained")
        listed.visit(booked, "refill", hours=24, seq=20)
        listed.pump(booked, latest=3, planned_seq=20)
        return listed

    @pytest.mark.parametrize(
        ("days", "names"),
        [
            (0, ["Unknown", "Overdue"]),
            (15, ["Unknown", "Overdue", "Today", "Booked", "Fortnight"]),
            (16, ["Unknown", "Overdue", "Today", "Booked", "Fortnight", "Later"]),
        ],
    )
    def test_keep_what_has_its_latest_date_before_a_day_and_what_has_none(
        self, pumps: Listed, viewer: Actor, days: int, names: list[str]
    ) -> None:
        wanted = RefillFilter(latest_before=pumps.today + timedelta(days=days))
        found = list_refills(pumps.session, viewer, 1, wanted)
        assert [each.patient.family_name for each in found.refills] == names
        assert (found.total, found.unknown) == (len(names), 1)

    def test_keep_what_nothing_plans(self, pumps: Listed, viewer: Actor) -> None:
        found = list_refills(pumps.session, viewer, 1, RefillFilter(is_unplanned=True))
        assert "Booked" not in [each.patient.family_name for each in found.refills]
        assert found.total == 5

    def test_keep_one_persons(self, pumps: Listed, viewer: Actor) -> None:
        theirs = list_refills(pumps.session, viewer, 1, RefillFilter(owner_user_id=1001))
        assert [each.patient.family_name for each in theirs.refills] == ["Overdue", "Later"]
        wanted = RefillFilter(is_unplanned=True, latest_before=pumps.today, owner_user_id=1001)
        assert [each.patient.family_name for each in list_refills(pumps.session, viewer, 1, wanted).refills] == [
            "Overdue"
        ]
        nobodys = list_refills(pumps.session, viewer, 1, RefillFilter(owner_user_id=NOBODY))
        assert (nobodys.total, nobodys.unknown) == (4, 1)

    def test_show_nothing_of_another_clinic(self, pumps: Listed, elsewhere: Listed, viewer: Actor) -> None:
        for latest in (None, -3):
            pump(elsewhere, "Theirs", latest)
        wanted = RefillFilter(is_unplanned=True, latest_before=pumps.today, owner_user_id=NOBODY)
        assert [each.patient.family_name for each in list_refills(pumps.session, viewer, 1, wanted).refills] == [
            "Unknown"
        ]


class TestTheLastFill:
    def filled(self, listed: Listed) -> int:
        case = listed.case(listed.patient("Filled"), "maintained")
        listed.pump(case, latest=30)
        for seq, days, dose in ((20, 90, 100), (21, 200, 80)):
            fact = make(
                Fill, seq, device=10, drug="baclofen", concentration_mcg_ml=Decimal(2000), daily_dose_mcg=Decimal(dose),
                effective_at=listed.now - timedelta(days=days), recorded_at=listed.now,
            )  # fmt: skip
            insert_fact(listed.session, 1, case.id, fact)
        return case.id

    def test_is_the_last_by_the_time_it_was_done(self, listed: Listed, viewer: Actor) -> None:
        self.filled(listed)
        (found,) = list_refills(listed.session, viewer).refills
        assert found.fill is not None
        assert (found.fill.drug, found.fill.concentration_mcg_ml, found.fill.daily_dose_mcg) == ("baclofen", 2000, 100)

    def test_tells_the_dose_that_was_set_since(self, listed: Listed, viewer: Actor) -> None:
        case_id = self.filled(listed)
        for seq, days, dose in ((30, 100, 999), (31, 20, 150), (32, 10, None)):
            fact = make(
                Interrogation, seq, device=10, cause="dose", daily_dose_mcg=None if dose is None else Decimal(dose),
                effective_at=listed.now - timedelta(days=days), recorded_at=listed.now,
            )  # fmt: skip
            insert_fact(listed.session, 1, case_id, fact)
        (found,) = list_refills(listed.session, viewer).refills
        assert found.fill is not None
        assert found.fill.daily_dose_mcg == 150

    def test_tells_where_the_drug_for_the_next_is_and_who_said_so(self, listed: Listed, viewer: Actor) -> None:
        case_id = self.filled(listed)
        for seq, about_seq, value in ((40, 21, "here"), (41, 20, "here"), (42, 20, "ordered")):
            fact = make(Determination, seq, kind="drug_stock", value=value, about_seq=about_seq, recorded_by=1001)
            insert_fact(listed.session, 1, case_id, fact)
        (found,) = list_refills(listed.session, viewer).refills
        assert found.fill is not None
        assert (found.fill.stock, found.fill.stocked_by) == ("ordered", "User 1")

    def test_may_not_be_known(self, listed: Listed, viewer: Actor) -> None:
        pump(listed, "Lee", None)
        assert list_refills(listed.session, viewer).refills[0].fill is None
