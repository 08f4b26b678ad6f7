"""A pump call is recorded by whoever answers the telephone, and closed by what was done for the patient alone."""

from collections.abc import Callable
from datetime import timedelta

import pytest
from sqlalchemy import select

from tests.support.journey import Journey
from tests.support.todos import open_todos
from tracker.domain.calendar import ClinicCalendar
from tracker.domain.errors import InvalidInput, NotFound, NotPermitted
from tracker.domain.facts import PumpCall
from tracker.domain.words import Role
from tracker.persistence.models import Obligation, StaffTask
from tracker.services import corrections, evaluations, pump_calls, steps
from tracker.services.interrogations import Reading, record_interrogation
from tracker.services.pump_calls import Call
from tracker.services.work import Work

At = Callable[[str], Journey]
NONE = "No number to call back was known."
CALL = Call(tone="unsure", caller="the daughter", phone="303 555 0188", words="beeps since noon")


def take(journey: Journey, role: Role = Role.FRONT_DESK, call: Call = CALL) -> int:
    return journey.do(role, lambda w, r: pump_calls.record_pump_call(w, r, call)).fact_seqs[0]


def settle(journey: Journey, role: Role, seq: int, *, paper: int | None = None, reason: str = "seen") -> None:
    journey.do(role, lambda w, r: pump_calls.settle_pump_call(w, r, call_seq=seq, document_seq=paper, reason=reason))


def attach(journey: Journey, days_ago: int = 0) -> int:
    day = journey.today - timedelta(days=days_ago)
    written = journey.do(Role.NURSE, lambda w, r: evaluations.record_document(w, r, kind="other", dated_on=day))
    return written.fact_seqs[0]


class TestACall:
    @pytest.mark.parametrize(
        "role", [Role.FRONT_DESK, Role.THERAPIST, Role.COORDINATOR, Role.LEAD_COORDINATOR, Role.NURSE, Role.PHYSICIAN]
    )
    def test_is_taken_by_everybody_and_critical_at_once(self, at: At, role: Role) -> None:
        journey = at("maintained")
        take(journey, role)
        with journey.database.reading() as session:
            found = session.scalars(select(Obligation).where(Obligation.kind == "pump_call")).one()
        assert (found.due_on, found.critical_on, found.owner_role) == (journey.today, journey.today, "physician")

    def test_is_not_for_managers(self, at: At) -> None:
        with pytest.raises(NotPermitted):
            take(at("maintained"), Role.MANAGER)

    def test_is_recorded_in_a_closed_case_with_a_pump_in(self, at: At) -> None:
        journey = at("maintained")
        second = journey.user_ids[Role.NURSE]
        journey.do(Role.PHYSICIAN, lambda w, r: steps.record_transfer(w, r, to_clinic="Mesa", second_by=second))
        journey.step("transferred", Role.COORDINATOR, reason="moved away")
        assert not journey.look().head.is_open
        take(journey)
        assert "pump_call" in open_todos(journey)

    @pytest.mark.parametrize(
        ("call", "field"), [(Call(tone="", caller="x"), "tone"), (Call(tone="three", caller="x"), "tone"),
                            (Call(tone="one", caller=" "), "caller")]
    )  # fmt: skip
    def test_says_at_the_field_what_is_missing(self, at: At, call: Call, field: str) -> None:
        with pytest.raises(InvalidInput) as caught:
            take(at("maintained"), call=call)
        assert set(caught.value.problems) == {field}

    @pytest.mark.parametrize(
        ("typed", "kept"),
        [("", NONE), ("It beeps.", f"It beeps. {NONE}"), ("he shakes", f"he shakes. {NONE}"), (" ", NONE)],
    )
    def test_keeps_that_no_number_is_known(self, at: At, typed: str, kept: str) -> None:
        journey = at("maintained")
        take(journey, call=Call(tone="one", caller="a neighbour", none_known=True, words=typed))
        assert journey.look().snapshot.of(PumpCall)[-1].words == kept

    def test_goes_by_the_number_where_one_is_given_all_the_same(self, at: At) -> None:
        journey = at("maintained")
        take(journey, call=Call(tone="one", caller="a neighbour", phone="303 555 0188", none_known=True))
        assert journey.look().snapshot.of(PumpCall)[-1].words == ""

    def test_is_struck_out_by_a_physician_alone(self, at: At) -> None:
        journey = at("maintained")
        seq = take(journey)
        for role in (Role.COORDINATOR, Role.NURSE):
            with pytest.raises(NotPermitted):
                journey.do(role, lambda w, r: corrections.strike(w, r, seq=seq, reason="other patient"))
        journey.do(Role.PHYSICIAN, lambda w, r: corrections.strike(w, r, seq=seq, reason="other patient"))
        assert "pump_call" not in open_todos(journey)


class TestItIsClosed:
    def test_by_reading_the_pump_afterwards(self, at: At) -> None:
        journey = at("maintained")
        take(journey)
        journey.clock.advance(hours=1)
        journey.do(Role.NURSE, lambda w, r: record_interrogation(w, r, Reading(cause="alarm")))
        assert "pump_call" not in open_todos(journey)

    def test_by_a_refill_afterwards(self, at: At) -> None:
        journey = at("maintained")
        take(journey)
        journey.clock.advance(hours=1)
        journey.refill(deviation_reason="came at once")
        assert "pump_call" not in open_todos(journey)

    def test_by_a_physician_in_words(self, at: At) -> None:
        journey = at("maintained")
        seq = take(journey)
        with pytest.raises(InvalidInput):
            settle(journey, Role.PHYSICIAN, seq, reason=" ")
        settle(journey, Role.PHYSICIAN, seq, reason="was a smoke alarm, seen at home")
        assert "pump_call" not in open_todos(journey)

    def test_by_a_nurse_only_with_a_document_that_is_not_older(self, at: At) -> None:
        journey = at("maintained")
        seq = take(journey)
        with pytest.raises(InvalidInput) as without:
            settle(journey, Role.NURSE, seq)
        old, new = attach(journey, days_ago=1), attach(journey)
        with pytest.raises(InvalidInput) as older:
            settle(journey, Role.NURSE, seq, paper=old)
        assert set(without.value.problems) == set(older.value.problems) == {"document_seq"}
        settle(journey, Role.NURSE, seq, paper=new)
        assert "pump_call" not in open_todos(journey)

    def test_again_not_once_the_document_is_struck_out(self, at: At) -> None:
        journey = at("maintained")
        seq = take(journey)
        paper = attach(journey)
        settle(journey, Role.NURSE, seq, paper=paper)
        journey.do(Role.NURSE, lambda w, r: corrections.strike(w, r, seq=paper, reason="another patient's"))
        assert "pump_call" in open_todos(journey)

    def test_by_nobody_else(self, at: At) -> None:
        journey = at("maintained")
        seq = take(journey)
        with pytest.raises(NotPermitted):
            settle(journey, Role.COORDINATOR, seq)
        with pytest.raises(NotFound):
            settle(journey, Role.PHYSICIAN, seq + 1)
        assert journey.look().snapshot.of(PumpCall)[0].seq == seq


class TestACallOfSomebodyUnknown:
    def keep(self, journey: Journey, role: Role, **said: str) -> None:
        given = {"caller": "a neighbour", "phone": "303 555 0199", "words": "a man on Elm Street, it beeps", **said}
        with journey.database.writing() as session:
            work = Work(session, journey.actor(role), journey.ids, journey.clock.now())
            pump_calls.record_call_of_unknown(work, ClinicCalendar(journey.zone), **given)

    def test_is_a_task_of_the_physician_due_today(self, at: At) -> None:
        journey = at("referred")
        self.keep(journey, Role.FRONT_DESK)
        self.keep(journey, Role.FRONT_DESK)
        with journey.database.reading() as session:
            found = session.scalars(select(StaffTask).where(StaffTask.kind == "pump_call_unknown")).all()
        assert [(each.owner_role, each.due_on) for each in found] == [("physician", journey.today)] * 2
        assert found[0].params["phone"] == "303 555 0199"

    def test_needs_a_number_or_words(self, at: At) -> None:
        journey = at("referred")
        for field in ("phone", "words"):
            self.keep(journey, Role.NURSE, **{field: " "})
        with pytest.raises(InvalidInput) as caught:
            self.keep(journey, Role.NURSE, phone=" ", words="")
        assert set(caught.value.problems) == {"phone"}
