"""What messages reached, by hand for ten patients in February 2026. The history ends on 17 March."""

from datetime import date

from tests.support.histories import Told
from tracker.domain.reporting.columns import Reminders, Visits
from tracker.domain.reporting.filters import Filter, select
from tracker.domain.reporting.reminders import ReminderReport, reminder_report

FEBRUARY = {"from_on": date(2026, 2, 1), "until_on": date(2026, 3, 1)}


def feb(day: int) -> date:
    return date(2026, 2, day)


class TestReminders:
    def counted(self) -> ReminderReport:
        told = Told()
        states = ("completed",) * 4 + ("no_show",) * 3 + ("cancelled", "booked", "completed")
        for number, state in enumerate(states):
            on = feb(10) if number < 9 else date(2026, 3, 18)
            told.add(Visits, case=told.case(), state=state, on=on, answered=number in (0, 1, 4, 8))
        rows = (
            # visit, channel, state, tried on, taken
            (0, "sms", "delivered", feb(3), True),
            (0, "sms", "delivered", feb(9), True),
            (1, "email", "accepted", feb(3), True),
            (2, "email", "tasked", feb(3), False),
            (3, "sms", "undelivered", feb(3), True),
            (4, "sms", "delivered", date(2026, 1, 31), True),
            (5, "sms", "delivered", feb(9), True),
            (7, "sms", "delivered", feb(9), True),
            (8, "sms", "delivered", feb(11), True),
            (9, "phone", "tasked", 0, False),
        )
        for visit, channel, state, tried_on, taken in rows:
            told.add(
                Reminders, case=visit, visit=visit, kind="arrival", channel=channel, state=state, tried_on=tried_on,
                taken=taken,
            )  # fmt: skip
        history = told.history()
        return reminder_report(history, select(history, Filter(**FEBRUARY)))

    def test_are_sent_and_reach_of_those_tried(self) -> None:
        found = self.counted()
        assert (found.everything.tried.n, found.everything.sent.part.n, found.everything.reached.part.n) == (8, 7, 5)
        assert [(each.channel, each.tried.n, each.reached.part.n) for each in found.kinds] == [
            ("sms", 6, 5), ("email", 2, 0),
        ]  # fmt: skip

    def test_tell_whether_who_answered_comes(self) -> None:
        """Told about: 0, 1, 3, 4, 5, 7. What was sent after the day, or not taken, told nobody anything."""
        found = self.counted()
        assert (found.answered.part.cases, found.answered.whole.cases) == ((0, 1, 4), (0, 1, 3, 4, 5, 7))
        shares = (found.missed_answered, found.missed_silent, found.missed_untold)
        assert [(each.part.cases, each.whole.cases) for each in shares] == [
            ((4,), (0, 1, 4)), ((5,), (3, 5)), ((6,), (2, 6)),
        ]  # fmt: skip
