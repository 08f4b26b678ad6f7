"""What became of visits, by hand for ten patients in February 2026."""

from datetime import date

from tests.support.histories import Told
from tracker.domain.reporting.columns import Moves, Visits
from tracker.domain.reporting.days import Days, days
from tracker.domain.reporting.filters import Filter, select

FEBRUARY = {"from_on": date(2026, 2, 1), "until_on": date(2026, 3, 1)}


def feb(day: int) -> date:
    return date(2026, 2, day)


class TestDays:
    def counted(self, **asked: object) -> Days:
        told = Told()
        rows = (
            # purpose, state, day, lost on, cause, clinician, room, minutes
            ("trial", "completed", feb(2), 0, "", 5, 1, 90),
            ("trial", "completed", feb(2), 0, "", 5, 1, 60),
            ("trial", "no_show", feb(3), feb(3), "ill", 5, 1, 90),
            ("trial", "cancelled", feb(4), feb(4), "no_bed", 5, 1, 90),
            ("trial", "cancelled", feb(9), feb(8), "", 5, 1, 90),
            ("implant", "cancelled", feb(25), feb(2), "", 6, 2, 120),
            ("implant", "arrived", feb(26), 0, "", 6, 2, 120),
            ("refill", "confirmed", feb(27), 0, "", 0, 0, 30),
            ("refill", "completed", date(2026, 3, 1), 0, "", 0, 0, 30),
            ("refill", "cancelled", feb(5), feb(6), "scheduling_error", 0, 0, 30),
        )
        for purpose, state, on, lost_on, cause, clinician, room, minutes in rows:
            told.add(
                Visits, case=told.case(), purpose=purpose, state=state, on=on, lost_on=lost_on, cause=cause,
                clinician=clinician, room=room, minutes=minutes,
            )  # fmt: skip
        told.add(Moves, case=6, visit=6, from_on=feb(12), moved_on=feb(10))
        told.add(Moves, case=6, visit=6, from_on=date(2026, 3, 12), moved_on=feb(10))
        history = told.history()
        return days(history, select(history, Filter(**FEBRUARY, **asked)))

    def test_are_kept_cancelled_or_missed(self) -> None:
        found = self.counted().everything
        assert (found.booked.n, found.came.cases, found.no_show.cases) == (9, (0, 1, 6), (2,))
        assert (found.cancelled.cases, found.unmarked.cases) == ((3, 4, 5, 9), (7,))
        # Cancelled on the fourth, and found a day later: both were to take place when their day began.
        assert (found.to_take_place.n, found.on_the_day.part.cases, found.missed.part.cases) == (7, (3, 9), (2,))

    def test_are_told_by_purpose_cause_and_notice(self) -> None:
        found = self.counted()
        assert [(each.purpose, each.booked.n) for each in found.purposes] == [
            ("trial", 5),
            ("implant", 2),
            ("refill", 2),
        ]
        assert [(name, each.cases) for name, each in found.causes] == [
            ("ill", (2,)), ("no_bed", (3,)), ("scheduling_error", (9,)),
        ]  # fmt: skip
        assert [each.cases for _, each in found.notice] == [(3, 9), (4,), (), (5,), ()]
        assert [each.cases for _, each in found.moved] == [(), (6,), (), (), ()]

    def test_use_rooms_and_clinicians_for_what_took_place(self) -> None:
        found = self.counted()
        assert [(each.id, each.hours.value, each.visits.n, each.days) for each in found.rooms] == [
            (1, 2.5, 2, 1), (2, 2.0, 1, 1),
        ]  # fmt: skip
        assert [(each.id, each.hours.cases) for each in found.clinicians] == [(5, (0, 1)), (6, (6,))]

    def test_of_a_clinician_are_the_visits_with_them(self) -> None:
        found = self.counted(clinician=6)
        assert found.everything.booked.cases == (5, 6)
