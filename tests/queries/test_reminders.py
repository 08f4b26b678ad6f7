"""The ledger: what went wrong first, and who gets nothing and why."""

from datetime import timedelta

from sqlalchemy import insert

from tests.factories.listed import Listed
from tracker.domain.access import Actor
from tracker.persistence.models import Case, DeliveryAttempt, Reminder
from tracker.queries.reminders import ROWS_ON_PAGE, get_sending, list_ledger

FINAL = {"delivered", "expired", "cancelled", "tasked"}


def remind(listed: Listed, case: Case, state: str, *, days: int = 0, reason: str = "") -> int:
    """A message about a case that is wanted in ``days``."""
    reminder_id = listed.ids.row_id(listed.now)
    wanted_at = listed.now + timedelta(days=days)
    is_held = state in {"claimed", "in_flight"}
    listed.session.execute(
        insert(Reminder).values(
            clinic_id=listed.clinic_id, id=reminder_id, case_id=case.id, patient_id=case.patient_id,
            key=str(reminder_id), kind="arrival", subject="appointment:20", wanted_at=wanted_at,
            useless_after=wanted_at + timedelta(hours=5), channel="" if state == "tasked" else "email", state=state,
            next_action_at=None if state in FINAL else wanted_at, attempts=0, template="arrival", template_version=1,
            created_at=listed.now, closed_reason=reason, claim_token="t" if is_held else None,
            lease_until=wanted_at if is_held else None,
        )
    )  # fmt: skip
    return reminder_id


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
            remind(listed, case, state, days=days, reason=reason)
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

    def test_narrows_to_one_group(self, listed: Listed, viewer: Actor) -> None:
        case = listed.case(listed.patient("P"))
        remind(listed, case, "planned")
        remind(listed, case, "tasked", reason="no_email")
        assert [row.closed_reason for row in list_ledger(listed.session, viewer, "nobody").rows] == ["no_email"]

    def test_shows_what_the_last_attempt_said(self, listed: Listed, viewer: Actor) -> None:
        reminder_id = remind(listed, listed.case(listed.patient("P")), "undelivered")
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
            remind(listed, case, "planned", days=number % 2)
        pages = [list_ledger(listed.session, viewer, page=page) for page in (1, 2)]
        assert [len(page.rows) for page in pages] == [50, 3]
        assert pages[0].total == 53

    def test_shows_nothing_of_another_clinic(self, listed: Listed, elsewhere: Listed, viewer: Actor) -> None:
        remind(elsewhere, elsewhere.case(elsewhere.patient("Theirs")), "undelivered")
        found = list_ledger(listed.session, viewer)
        assert (found.rows, found.total) == ((), 0)


class TestGetSending:
    def test_says_that_nothing_is_paused(self, listed: Listed, viewer: Actor) -> None:
        found = get_sending(listed.session, viewer)
        assert (found.paused_at, found.is_paused_for_all) == (None, False)
