"""Refills: unknown dates first, then by the latest date; every pump on some page; the load of the weeks."""

from datetime import date, timedelta

from tests.factories.facts import make
from tests.factories.listed import Listed
from tracker.domain.access import Actor
from tracker.domain.calendar import ClinicCalendar
from tracker.domain.facts import Determination
from tracker.persistence.facts import insert_fact
from tracker.queries.refills import ROWS_ON_PAGE, WEEKS, WeekLoad, list_load, list_refills


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
        assert [len(page.refills) for page in pages] == [50, 9, 0]
        assert len({each.patient.family_name for page in pages for each in page.refills}) == 59

    def test_shows_nothing_of_another_clinic(self, listed: Listed, elsewhere: Listed, viewer: Actor) -> None:
        pump(elsewhere, "Theirs", None)
        pump(elsewhere, "Theirs too", 3)
        found = list_refills(listed.session, viewer)
        assert (found.refills, found.total, found.unknown) == ((), 0, 0)


class TestListLoad:
    def load(self, listed: Listed, viewer: Actor) -> list[WeekLoad]:
        """The load from the week of today on."""
        monday = listed.today - timedelta(days=listed.today.weekday())
        calendar = ClinicCalendar("America/Denver")
        starts = [calendar.start_of(monday + timedelta(weeks=number)) for number in range(WEEKS + 1)]
        return list_load(listed.session, viewer, monday, starts)

    def test_counts_visits_by_their_day_and_the_rest_by_the_day_they_are_due(
        self, listed: Listed, viewer: Actor
    ) -> None:
        booked = listed.case(listed.patient("Booked"), "maintained")
        listed.visit(booked, "refill", hours=24 * 7)
        listed.pump(booked, latest=10, planned_seq=20)
        pump(listed, "Due in three weeks", 10 + 21)
        pump(listed, "Overdue", -30)
        pump(listed, "After the twelve weeks", 10 + 7 * WEEKS)
        weeks = [(week.booked, week.unbooked) for week in self.load(listed, viewer)]
        assert weeks == [(0, 1), (1, 0), (0, 0), (0, 1), *[(0, 0)] * 8]

    def test_counts_nothing_of_another_clinic(self, listed: Listed, elsewhere: Listed, viewer: Actor) -> None:
        theirs = elsewhere.case(elsewhere.patient("Theirs"), "maintained")
        elsewhere.visit(theirs, "refill", hours=24)
        elsewhere.pump(theirs, latest=3)
        assert {(week.booked, week.unbooked) for week in self.load(listed, viewer)} == {(0, 0)}
