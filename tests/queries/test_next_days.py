"""The procedures of the next ten working days, and what they lack."""

from datetime import UTC, date, datetime, timedelta

from sqlalchemy import insert

from tests.factories.facts import make
from tests.factories.listed import Listed
from tests.support.statements import sent
from tracker.domain.access import Actor
from tracker.domain.calendar import ClinicCalendar
from tracker.domain.facts import Appointment
from tracker.domain.words import Role
from tracker.persistence.database import Database
from tracker.persistence.facts import insert_fact
from tracker.persistence.models import BlockerInterval
from tracker.queries.next_days import list_next_days

#: Closed on weekends and on Friday, 27 March.
CALENDAR = ClinicCalendar("America/Denver", closed_on=frozenset({date(2026, 3, 27)}))


def booked(listed: Listed, family: str, starts: datetime, purpose: str = "trial", **values: object) -> int:
    """A procedure in a case of its own; returns the case's id."""
    case = listed.case(listed.patient(family), str(values.pop("stage", "trial_booked")))
    times = {"starts_at": starts, "ends_at": starts + timedelta(hours=1), "arrive_at": None}
    unnamed = {"room_id": None, "clinician_id": None}
    written = {"effective_at": listed.now, "recorded_at": listed.now}
    fact = make(Appointment, 1, purpose=purpose, **{**times, **unnamed, **written, "state": "booked", **values})
    insert_fact(listed.session, listed.clinic_id, case.id, fact)
    return case.id


def missing(listed: Listed, case_id: int, code: str, by: str, **values: object) -> None:
    """Something stands in the way of a case's next step."""
    usual = {
        "clinic_id": listed.clinic_id, "case_id": case_id, "code": code, "params_key": "{}", "params": {},
        "from_at": listed.now - timedelta(days=2), "transition": "trial_day", "clearable_by": by, "until_at": None,
    }  # fmt: skip
    listed.session.execute(insert(BlockerInterval).values(**{**usual, **values}))


def names(listed: Listed, viewer: Actor) -> list[str]:
    return [each.patient.family_name for each in list_next_days(listed.session, viewer, CALENDAR, listed.now)]


class TestNextDays:
    def test_reach_to_the_end_of_the_tenth_working_day(self, listed: Listed, viewer: Actor) -> None:
        """From Tuesday, 17 March, without weekends and the closed Friday: until Wednesday, 1 April, at midnight."""
        booked(listed, "Before", datetime(2026, 3, 17, 5, 59, tzinfo=UTC))
        booked(listed, "First", datetime(2026, 3, 17, 6, 0, tzinfo=UTC))
        booked(listed, "Last", datetime(2026, 4, 2, 5, 59, tzinfo=UTC))
        booked(listed, "After", datetime(2026, 4, 2, 6, 0, tzinfo=UTC))
        assert names(listed, viewer) == ["First", "Last"]

    def test_hold_procedures_that_will_take_place(self, listed: Listed, viewer: Actor) -> None:
        at = listed.now + timedelta(hours=1)
        for family, purpose, values in (
            ("Trial", "trial", {}),
            ("Implant", "implant", {"state": "confirmed", "stage": "implant_booked"}),
            ("Refill", "refill", {}),
            ("Cancelled", "trial", {"state": "cancelled"}),
            ("Closed", "trial", {"stage": "declined"}),
        ):
            at += timedelta(hours=2)
            booked(listed, family, at, purpose, **values)
        assert names(listed, viewer) == ["Trial", "Implant"]

    def test_name_everything_missing_and_who_clears_it_but_the_day(self, listed: Listed, viewer: Actor) -> None:
        at = listed.now + timedelta(days=3)
        blocked = booked(listed, "Blocked", at)
        missing(listed, blocked, "consent_missing", "nurse physician", params={"purpose": "trial"})
        missing(listed, blocked, "authorization_missing", "coordinator", from_at=listed.now - timedelta(days=3))
        missing(listed, blocked, "too_soon", "coordinator", until_at=listed.now)
        missing(listed, blocked, "not_arrived", "front_desk")
        ready = booked(listed, "Ready", at + timedelta(hours=3))
        missing(listed, ready, "not_arrived", "front_desk")
        first, second = list_next_days(listed.session, viewer, CALENDAR, listed.now)
        assert [(each.code, each.params, each.clearable_by) for each in first.missing] == [
            ("authorization_missing", (), (Role.COORDINATOR,)),
            ("consent_missing", (("purpose", "trial"),), (Role.NURSE, Role.PHYSICIAN)),
        ]
        assert (first.is_ready, second.is_ready) == (False, True)

    def test_say_nothing_of_another_clinic(self, listed: Listed, elsewhere: Listed, viewer: Actor) -> None:
        booked(elsewhere, "Other", listed.now + timedelta(days=1))
        assert names(listed, viewer) == []

    def test_take_two_statements_however_many_there_are(
        self, listed: Listed, viewer: Actor, database: Database
    ) -> None:
        for number in range(5):
            booked(listed, "P", listed.now + timedelta(days=1, hours=2 * number))
        with sent(database.write) as statements:
            list_next_days(listed.session, viewer, CALENDAR, listed.now)
        assert len(statements) == 2
