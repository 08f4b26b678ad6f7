"""The patient's yes before a procedure: the visit to sign it, whose it is when, and what follows if it is withdrawn."""

from datetime import UTC, date, datetime, timedelta

import pytest

from tests.domain.builders import NOW, Case
from tracker.domain.facts import Appointment, Consent
from tracker.domain.obligations import Obligation, obligations
from tracker.domain.words import Role
from tracker.pathways.catalogue import current

ITB = current()
#: A Monday, 10:00 in New York.
STARTS = datetime(2026, 4, 20, 14, 0, tzinfo=UTC)
KINDS = ["consent", "consent_physician", "consent_visit"]


def booked(starts: datetime = STARTS, **values: object) -> Case:
    return Case("trial_booked").visit("trial", starts=starts, **values)


def due(case: Case, now: datetime = NOW) -> dict[str, Obligation]:
    return {each.kind: each for each in obligations(ITB, case.snapshot, now).items}


def asked(case: Case) -> list[str]:
    return sorted(kind for kind in due(case) if kind.startswith("consent"))


class TestBeforeABookedProcedure:
    def test_it_is_the_coordinators_five_open_days_before(self) -> None:
        found = due(booked())["consent"]
        assert (found.subject, found.reason, found.owner) == ("consent:trial:1", "consent_missing", Role.COORDINATOR)
        assert found.due_on == date(2026, 4, 13)

    def test_it_is_the_physicians_two_open_days_before(self) -> None:
        found = due(booked())["consent_physician"]
        assert (found.subject, found.reason, found.owner) == ("consent:trial:1", "consent_missing", Role.PHYSICIAN)
        assert (found.warn_on, found.due_on) == (date(2026, 4, 16), date(2026, 4, 16))

    def test_it_is_not_asked_before_a_day_is_booked(self) -> None:
        assert asked(Case("trial_to_book")) == []

    @pytest.mark.parametrize("state", ["arrived", "completed", "cancelled", "no_show"])
    def test_a_visit_to_sign_is_booked_only_before_one_that_is_to_come(self, state: str) -> None:
        assert "consent_visit" not in asked(booked(state=state))

    def test_it_ends_with_one_that_is_valid_on_that_day(self) -> None:
        assert asked(booked().consented("trial", date(2026, 3, 17))) == []
        assert asked(booked().consented("implant", date(2026, 3, 17))) == KINDS
        assert due(booked().consented("trial", date(2026, 1, 19)))["consent"].reason == "consent_out_of_date"

    def test_it_counts_anew_once_the_procedure_was_moved(self) -> None:
        moved = booked(STARTS + timedelta(days=7))
        found = due(moved)
        assert [found[kind].due_on for kind in ("consent", "consent_physician")] == [
            date(2026, 4, 20),
            date(2026, 4, 23),
        ]
        signed_on = date(2026, 1, 20)  # 90 days before the first day
        assert asked(booked().consented("trial", signed_on)) == []
        assert due(moved.consented("trial", signed_on))["consent"].reason == "consent_out_of_date"

    @pytest.mark.parametrize(("named", "is_asked"), [(7, False), (None, False), (8, True)])
    def test_it_is_for_the_surgeon_who_is_booked(self, named: int | None, is_asked: bool) -> None:
        case = booked(clinician_id=7).consented("trial", date(2026, 3, 17), clinician_id=named)
        assert ("consent" in due(case)) is is_asked
        if is_asked:
            assert due(case)["consent"].reason == "consent_other_surgeon"

    def test_nobody_booked_may_be_anybody(self) -> None:
        assert asked(booked().consented("trial", date(2026, 3, 17), clinician_id=8)) == []


class TestTheVisitToSign:
    def test_is_asked_for_with_the_procedure_and_due_before_the_first_message(self) -> None:
        found = due(booked())["consent_visit"]
        assert (found.owner, found.due_on) == (Role.COORDINATOR, date(2026, 4, 3))
        assert dict(found.params) == {"purpose": "trial", "visit": "consent"}

    @pytest.mark.parametrize(
        ("state", "minutes_before", "is_asked"),
        [
            ("booked", 1, False),
            ("confirmed", 1, False),
            ("booked", 0, True),
            ("arrived", 1, True),
            ("completed", 1, True),
            ("cancelled", 1, True),
            ("no_show", 1, True),
        ],
    )
    def test_is_to_come_before_the_procedure(self, state: str, minutes_before: int, is_asked: bool) -> None:
        case = booked().visit("consent", state, starts=STARTS - timedelta(minutes=minutes_before))
        assert ("consent_visit" in due(case)) is is_asked

    def test_of_two_the_first_counts(self) -> None:
        case = booked().visit("consent", starts=STARTS - timedelta(days=2))
        case.visit("consent", starts=STARTS - timedelta(days=3), appointment=9)
        found = case.snapshot.signing_before(case.snapshot.of(Appointment)[0])
        assert found is not None and found.appointment == 9


def withdrawn(case: Case, **values: object) -> Case:
    return case.consented("trial", date(2026, 3, 17), state="withdrawn", **values)


class TestAConsentTakenBack:
    def test_is_a_physicians_at_once_and_due_again(self) -> None:
        found = due(withdrawn(booked(), recorded_at=NOW))
        assert (found["consent_withdrawn"].owner, found["consent_withdrawn"].due_on) == (Role.PHYSICIAN, NOW.date())
        assert found["consent"].reason == "consent_withdrawn"

    def test_is_one_also_where_nothing_is_booked(self) -> None:
        assert asked(withdrawn(Case("trial_to_book"))) == ["consent_withdrawn"]

    def test_ends_with_a_new_one(self) -> None:
        case = withdrawn(booked())
        standing = case.snapshot.of(Consent)[-1]
        case.record(Consent, superseding=standing.seq, purpose="trial", state="signed", signed_on=date(2026, 3, 17))
        assert asked(case) == []

    def test_ends_with_what_a_physician_decided_about_that_very_one(self) -> None:
        case = withdrawn(Case("trial_to_book"))
        assert asked(case.determined("deviation_reviewed", "reviewed", about_seq=99)) == ["consent_withdrawn"]
        assert asked(case.determined("deviation_reviewed", "reviewed", about_seq=1)) == []

    def test_ends_once_the_procedure_was_cancelled_for_it(self) -> None:
        case = withdrawn(booked())
        visit = case.snapshot.of(Appointment)[0]
        case.record(Appointment, superseding=visit.seq, appointment=visit.seq, purpose="trial", state="cancelled")
        assert asked(case) == []
        assert "consent_withdrawn" in asked(case.visit("trial", starts=STARTS)), "booked again without a consent"

    @pytest.mark.parametrize(("purpose", "state"), [("trial", "no_show"), ("evaluation", "cancelled")])
    def test_is_not_ended_by_another_visit(self, purpose: str, state: str) -> None:
        assert "consent_withdrawn" in asked(withdrawn(Case("trial_to_book")).visit(purpose, state))

    def test_is_not_ended_by_a_visit_that_was_cancelled_before(self) -> None:
        assert "consent_withdrawn" in asked(withdrawn(Case("trial_to_book").visit("trial", "cancelled")))

    def test_is_nobodys_in_a_closed_case(self) -> None:
        assert asked(withdrawn(Case("declined"))) == []
