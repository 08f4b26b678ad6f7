"""Saying that the time of a visit is final, what takes that back, and what a consent holds for."""

from collections.abc import Callable
from datetime import datetime, timedelta

import pytest

from tests.support.journey import COORDINATOR, NURSE, PHYSICIAN, Journey
from tests.support.todos import open_todos
from tracker.domain.errors import InvalidInput, NotFound, StaleVersion
from tracker.domain.facts import Appointment, Determination
from tracker.domain.final_times import is_provisional
from tracker.domain.words import Role
from tracker.services import appointments, consents, corrections, decisions
from tracker.services.appointments import Slot
from tracker.services.consents import Signing
from tracker.services.final_times import mark_time_final
from tracker.services.reconcile import reconcile_due

At = Callable[[str], Journey]


def is_open(journey: Journey, purpose: str = "implant") -> bool:
    case = journey.look()
    (visit,) = [each for each in case.snapshot.of(Appointment) if each.purpose == purpose and each.state == "booked"]
    return is_provisional(case.pathway, case.snapshot, visit)


def mark(journey: Journey, role: Role = COORDINATOR, appointment: int | None = None) -> None:
    visit = journey.visit_for("implant") if appointment is None else appointment
    journey.do(role, lambda w, r: mark_time_final(w, r, appointment=visit))


def move(journey: Journey, starts: datetime, *, is_final: bool = False, **values: object) -> None:
    slot = Slot(**{"starts": starts, "minutes": 60, **values})
    visit = journey.visit_for("implant")
    journey.do(COORDINATOR, lambda w, r: appointments.move(w, r, appointment=visit, slot=slot, is_final=is_final))


class TestATime:
    @pytest.mark.parametrize("role", [COORDINATOR, NURSE])
    def test_is_said_to_be_final_by_a_coordinator_or_a_nurse(self, at: At, role: Role) -> None:
        journey = at("implant_booked")
        assert is_open(journey)
        mark(journey, role)
        assert not is_open(journey)

    def test_is_final_from_the_beginning_where_that_is_said(self, at: At) -> None:
        journey = at("implant_to_book")
        slot = Slot(journey.in_days(7), 60)
        journey.do(COORDINATOR, lambda w, r: appointments.book(w, r, purpose="implant", slot=slot, is_final=True))
        assert not is_open(journey)

    def test_of_another_visit_needs_no_word_and_takes_none(self, at: At) -> None:
        journey = at("implant_booked")
        slot = Slot(journey.in_days(3), 60)
        journey.do(COORDINATOR, lambda w, r: appointments.book(w, r, purpose="follow_up", slot=slot, is_final=True))
        assert not any(each.kind == "time_final" for each in journey.look().snapshot.of(Determination))
        with pytest.raises(NotFound):
            mark(journey, appointment=journey.visit_for("follow_up"))

    def test_is_not_said_twice_nor_of_what_is_not_there(self, at: At) -> None:
        journey = at("implant_booked")
        mark(journey)
        for appointment in (journey.visit_for("implant"), 9999):
            with pytest.raises(NotFound):
                mark(journey, appointment=appointment)

    def test_is_not_said_of_a_visit_that_looked_otherwise(self, at: At) -> None:
        journey = at("implant_booked")
        seen, visit = journey.version, journey.visit_for("implant")
        move(journey, journey.in_days(8))
        journey.version = seen
        with pytest.raises(StaleVersion):
            mark(journey, appointment=visit)

    def test_is_provisional_again_once_the_visit_was_moved_also_there_and_back(self, at: At) -> None:
        journey = at("implant_booked")
        first = journey.in_days(7)
        move(journey, first)
        mark(journey)
        move(journey, first + timedelta(hours=1))
        assert is_open(journey)
        move(journey, first)
        assert is_open(journey), "nobody has said it anew"
        mark(journey)
        assert not is_open(journey)

    def test_is_provisional_again_where_only_the_arrival_was_moved(self, at: At) -> None:
        journey = at("implant_booked")
        first = journey.in_days(7)
        move(journey, first, arrives=first - timedelta(hours=1), is_final=True)
        move(journey, first, arrives=first - timedelta(hours=2))
        assert is_open(journey)

    def test_stays_final_where_the_time_did_not_change(self, at: At) -> None:
        journey = at("implant_booked")
        move(journey, journey.in_days(7), is_final=True)
        move(journey, journey.in_days(7), minutes=90)
        assert not is_open(journey)

    def test_stays_final_once_the_patient_confirmed(self, at: At) -> None:
        journey = at("implant_booked")
        mark(journey)
        visit = journey.visit_for("implant")
        journey.do(COORDINATOR, lambda w, r: appointments.confirm(w, r, appointment=visit))
        case = journey.look()
        (confirmed,) = [each for each in case.snapshot.of(Appointment) if each.state == "confirmed"]
        assert not is_provisional(case.pathway, case.snapshot, confirmed)

    def test_is_moved_and_said_to_be_final_in_one(self, at: At) -> None:
        journey = at("implant_booked")
        mark(journey)
        move(journey, journey.in_days(8), is_final=True)
        assert not is_open(journey)

    def test_that_was_said_by_mistake_is_struck_out(self, at: At) -> None:
        journey = at("implant_booked")
        mark(journey)
        (said,) = [each for each in journey.look().snapshot.of(Determination) if each.kind == "time_final"]
        journey.do(COORDINATOR, lambda w, r: corrections.strike(w, r, seq=said.seq, reason="another patient"))
        assert is_open(journey)


class TestTheTodo:
    """What stands in the database, at the hour and after."""

    def at_three(self, journey: Journey, *, seconds: int = 0) -> None:
        """15:00 at the clinic on the open day before."""
        visit = next(each for each in journey.look().snapshot.of(Appointment) if each.purpose == "implant")
        day = journey.calendar.open_day_on_or_before(journey.calendar.today(visit.starts_at) - timedelta(days=1))
        asked_at = journey.calendar.instant(datetime.combine(day, datetime.min.time())) + timedelta(hours=15)
        journey.clock.set(asked_at + timedelta(seconds=seconds))

    def test_comes_at_the_hour_and_ends_with_the_word(self, at: At) -> None:
        journey = at("implant_booked")
        self.at_three(journey)
        journey.sign("implant")  # anything that is written has the case looked at
        assert "time_final" in open_todos(journey)
        mark(journey)
        assert "time_final" not in open_todos(journey)

    def test_ends_where_the_visit_is_moved_or_called_off(self, at: At) -> None:
        journey = at("implant_booked")
        self.at_three(journey)
        journey.sign("implant")
        move(journey, journey.in_days(9))
        assert "time_final" not in open_todos(journey)

    def test_is_asked_for_by_the_reconciler_and_at_no_other_time(self, at: At) -> None:
        journey = at("implant_booked")
        self.at_three(journey, seconds=-1)
        journey.sign("implant")
        assert "time_final" not in open_todos(journey)
        journey.clock.advance(seconds=1)
        reconcile_due(journey.database, journey.clock, journey.ids, pause=lambda: None)
        assert "time_final" in open_todos(journey)


class TestAConsentTakenBack:
    def test_is_a_physicians_until_it_is_decided(self, at: At) -> None:
        journey = at("implant_booked")
        journey.sign("implant")
        journey.do(NURSE, lambda w, r: consents.withdraw_consent(w, r, purpose="implant", reason="is afraid"))
        assert "consent_withdrawn" in open_todos(journey)
        withdrawn = journey.look().snapshot.consent("implant")
        assert withdrawn is not None
        journey.do(PHYSICIAN, lambda w, r: decisions.review_deviation(w, r, seq=withdrawn.seq, finding="talks again"))
        assert "consent_withdrawn" not in open_todos(journey)

    def test_ends_with_a_new_signature_or_when_the_procedure_is_called_off(self, at: At) -> None:
        journey = at("implant_booked")
        for ends in ("sign", "cancel"):
            journey.sign("implant")
            journey.do(NURSE, lambda w, r: consents.withdraw_consent(w, r, purpose="implant", reason="is afraid"))
            assert "consent_withdrawn" in open_todos(journey)
            if ends == "sign":
                journey.sign("implant")
            else:
                visit = journey.visit_for("implant")
                journey.do(NURSE, lambda w, r, v=visit: appointments.cancel(w, r, appointment=v, reason="no consent"))
            assert "consent_withdrawn" not in open_todos(journey)

    def test_that_stands_is_nothing_to_decide_about(self, at: At) -> None:
        journey = at("implant_booked")
        journey.sign("implant")
        standing = journey.look().snapshot.consent("implant")
        assert standing is not None
        with pytest.raises(NotFound):
            journey.do(PHYSICIAN, lambda w, r: decisions.review_deviation(w, r, seq=standing.seq, finding="fine"))


def test_a_consent_names_a_clinician_of_the_clinic(at: At) -> None:
    journey = at("implant_booked")
    with pytest.raises(InvalidInput) as caught:
        journey.do(
            NURSE,
            lambda w, r: consents.record_consent(
                w,
                r,
                purpose="implant",
                signed_on=journey.today,
                signing=Signing(signed_by="the patient", clinician_id=999),
            ),
        )
    assert set(caught.value.problems) == {"clinician_id"}


@pytest.mark.parametrize("booked", [True, False])
def test_the_visit_to_sign_is_asked_for_until_it_is_booked(at: At, booked: bool) -> None:
    journey = at("implant_booked")
    assert "consent_visit" in open_todos(journey)
    if booked:
        journey.book("consent", journey.in_days(2))
    else:
        journey.sign("implant")
    assert "consent_visit" not in open_todos(journey)


class TestAMove:
    def test_counts_where_the_beginning_or_the_arrival_changes(self, at: At) -> None:
        journey = at("implant_booked")
        starts = journey.in_days(9)
        counted = []
        for minutes, arrives in ((60, None), (60, starts - timedelta(hours=1)), (90, starts - timedelta(hours=1))):
            move(journey, starts, minutes=minutes, arrives=arrives)
            counted.append(journey.look().snapshot.booked("implant").moves)  # type: ignore[union-attr]  # it is booked
        assert counted == [1, 2, 2]

    def test_makes_an_answer_to_what_was_told_before_one_about_another_time(self, at: At) -> None:
        """Also where the beginning stayed: whoever answers does not know when to arrive."""
        journey = at("implant_booked")
        visit = journey.look().snapshot.booked("implant")
        assert visit is not None
        told = visit.wall, visit.moves
        starts = datetime.fromisoformat(visit.wall)
        move(journey, starts, arrives=starts - timedelta(hours=2))
        with pytest.raises(NotFound):
            journey.do(COORDINATOR, lambda w, r: appointments.confirm(w, r, appointment=visit.appointment, told=told))
