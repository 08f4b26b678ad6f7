"""The ledger: what went wrong first, and who gets nothing and why."""

from datetime import date, datetime

from sqlalchemy import insert, update

from tests.factories.listed import Listed
from tracker.domain.access import Actor
from tracker.persistence.models import DeliveryAttempt, Reminder, StaffTask
from tracker.queries.reminders import ROWS_ON_PAGE, UNREACHED, get_sending, list_ledger


class TestListLedger:
    def test_puts_what_went_wrong_first_and_what_is_over_last(self, listed: Listed, viewer: Actor) -> None:
        case = listed.case(listed.patient("P"))
        for state, days, reason in (
            ("cancelled", 1, "stage"),
            ("delivered", -3, ""),
            ("expired", -2, "no_receipt"),
            ("planned", 9, ""),
            ("planned", 2, ""),
            ("in_flight", 0, ""),
            ("tasked", 1, "opted_out"),
            ("tasked", 1, "rejected"),
            ("expired", -1, "too_late"),
        ):
            listed.message(case, state, days=days, reason=reason)
        found = list_ledger(listed.session, viewer)
        assert [(row.group, row.state, row.closed_reason) for row in found.rows] == [
            ("failed", "tasked", "rejected"),
            ("failed", "expired", "too_late"),
            ("nobody", "tasked", "opted_out"),
            ("sending", "in_flight", ""),
            ("planned", "planned", ""),
            ("planned", "planned", ""),
            ("sent", "expired", "no_receipt"),
            ("sent", "delivered", ""),
            ("cancelled", "cancelled", "stage"),
        ]
        planned = [row.wanted_at for row in found.rows if row.group == "planned"]
        assert planned == sorted(planned)
        assert found.counts == {"failed": 2, "nobody": 1, "sending": 1, "planned": 2, "sent": 2, "cancelled": 1}

    def test_puts_the_call_that_is_needed_first_before_those_of_next_month(self, listed: Listed, viewer: Actor) -> None:
        case = listed.case(listed.patient("P"))
        for days in (40, 2, 9):
            listed.message(case, "tasked", days=days, reason="no_address")
        wanted = [row.wanted_at for row in list_ledger(listed.session, viewer).rows]
        assert wanted == sorted(wanted)

    def test_narrows_to_one_group(self, listed: Listed, viewer: Actor) -> None:
        case = listed.case(listed.patient("P"))
        listed.message(case, "planned")
        listed.message(case, "tasked", reason="no_address")
        assert [row.closed_reason for row in list_ledger(listed.session, viewer, "nobody").rows] == ["no_address"]

    def test_shows_what_the_last_attempt_said(self, listed: Listed, viewer: Actor) -> None:
        reminder_id = listed.message(listed.case(listed.patient("P")), "undelivered")
        for number in (1, 2):
            listed.session.execute(
                insert(DeliveryAttempt).values(
                    clinic_id=1, reminder_id=reminder_id, number=number, started_at=listed.now, ended_at=listed.now,
                    outcome="", reference="", error=f"said {number}", recipient_hash="",
                )
            )  # fmt: skip
        assert [row.error for row in list_ledger(listed.session, viewer).rows] == ["said 2"]

    def test_pages_through_every_message_once(self, listed: Listed, viewer: Actor) -> None:
        case = listed.case(listed.patient("P"))
        for number in range(ROWS_ON_PAGE + 3):
            listed.message(case, "planned", days=number % 2)
        pages = [list_ledger(listed.session, viewer, page=page) for page in (1, 2)]
        assert [len(page.rows) for page in pages] == [50, 3]
        assert pages[0].total == 53

    def test_shows_nothing_of_another_clinic(self, listed: Listed, elsewhere: Listed, viewer: Actor) -> None:
        elsewhere.message(elsewhere.case(elsewhere.patient("Theirs")), "undelivered")
        found = list_ledger(listed.session, viewer)
        assert (found.rows, found.total) == ((), 0)


class TestGetSending:
    def test_says_that_nothing_is_paused(self, listed: Listed, viewer: Actor) -> None:
        found = get_sending(listed.session, viewer)
        assert (found.paused_at, found.is_paused_for_all) == (None, False)


class TestTheUnreached:
    def test_are_those_whose_call_is_still_to_be_made(self, listed: Listed, viewer: Actor) -> None:
        case = listed.case(listed.patient("P"))
        for reason, is_done in (("no_address", False), ("opted_out", True), ("rejected", False), ("quiet_hours", True)):
            reminder_id = listed.message(case, "tasked", reason=reason)
            a_call(listed, case.id, reminder_id, done_at=listed.now if is_done else None)
        listed.message(case, "undelivered")
        listed.message(case, "planned")
        found = list_ledger(listed.session, viewer, UNREACHED)
        assert [(row.closed_reason, row.task_id is not None) for row in found.rows] == [
            ("no_address", True),
            ("rejected", True),
            ("", False),
        ]
        assert found.unreached == 3 and list_ledger(listed.session, viewer).unreached == 3
        assert found.people == 1

    def test_are_one_line_for_each_call_the_nearest_visit_first(self, listed: Listed, viewer: Actor) -> None:
        far, near = (listed.case(listed.patient(family)) for family in ("Far", "Near"))
        first = listed.message(far, "tasked", days=9, reason="no_address")
        a_call(listed, far.id, first, done_at=None)
        for days in (-7, 2):
            reminder_id = listed.message(near, "tasked", days=days, reason="prefers_call")
            key = f"near:1:2026-03-{19 + days}T09:00"
            listed.session.execute(
                update(Reminder).where(Reminder.id == reminder_id).values(call_key="call:near", contact_key=key)
            )
        a_task(listed, near.id, "call:near")
        found = list_ledger(listed.session, viewer, UNREACHED)
        assert [(row.patient.family_name, row.stands_for, row.visit_on) for row in found.rows] == [
            ("Near", 2, date(2026, 3, 21)),
            ("Far", 1, None),
        ]
        assert (found.unreached, found.people, found.counts["nobody"]) == (2, 2, 3)

    def test_are_those_of_a_burst_that_somebody_has_to_decide(self, listed: Listed, viewer: Actor) -> None:
        for number in range(3):
            listed.message(listed.case(listed.patient(f"P{number}")), "held", reason="held_burst:1:now")
        task_id = a_task(listed, None, "held_burst:1:now", kind="held_burst")
        found = list_ledger(listed.session, viewer, UNREACHED)
        assert [(row.state, row.task_id, row.stands_for) for row in found.rows] == [("held", task_id, 3)]
        assert (found.unreached, found.people) == (1, 3)
        assert {row.task_id for row in list_ledger(listed.session, viewer, "failed").rows} == {task_id}

    def test_of_another_clinic_are_not_counted(self, listed: Listed, elsewhere: Listed, viewer: Actor) -> None:
        case = elsewhere.case(elsewhere.patient("P"))
        a_call(elsewhere, case.id, elsewhere.message(case, "tasked", reason="no_address"), done_at=None)
        assert list_ledger(listed.session, viewer, UNREACHED).rows == ()
        assert list_ledger(listed.session, viewer).unreached == 0


def a_call(listed: Listed, case_id: int, reminder_id: int, *, done_at: datetime | None) -> None:
    """The task that stands in for a message."""
    key = f"call:{reminder_id}"
    listed.session.execute(update(Reminder).where(Reminder.id == reminder_id).values(call_key=key))
    a_task(listed, case_id, key, done_at=done_at)


def a_task(
    listed: Listed, case_id: int | None, key: str, *, kind: str = "call", done_at: datetime | None = None
) -> int:
    """A task of the coordinators; returns the id."""
    task_id = listed.ids.row_id(listed.now)
    listed.session.execute(
        insert(StaffTask).values(
            clinic_id=listed.clinic_id, id=task_id, case_id=case_id, kind=kind, key=key, params={},
            owner_role="coordinator", due_on=listed.today, opened_at=listed.now, done_at=done_at,
            outcome="called" if done_at else "",
        )
    )  # fmt: skip
    return task_id
