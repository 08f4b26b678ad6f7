"""With a death messages stop and everything ends but the pump, which stays a physician's until it is out or off."""

from collections.abc import Callable
from datetime import date

import pytest
from sqlalchemy import select

from tests.support.journey import COORDINATOR, NURSE, PHYSICIAN, Journey
from tests.support.reoperating import anew, begun
from tests.support.todos import open_todos
from tracker.domain.errors import InvalidInput, NotFound, NotPermitted
from tracker.domain.facts import Appointment
from tracker.domain.words import DeterminationKind
from tracker.persistence.models import Reminder
from tracker.persistence.vocabulary import FINAL_REMINDER
from tracker.services import appointments, corrections, pumps, steps
from tracker.services.appointments import Slot

At = Callable[[str], Journey]


def die(journey: Journey, died_on: date | None = None) -> None:
    second, day = journey.user_ids[NURSE], died_on or journey.today
    journey.do(PHYSICIAN, lambda w, r: steps.record_death(w, r, died_on=day, source="her son", second_by=second))


def strike_death(journey: Journey) -> None:
    death = journey.look().snapshot.determination(DeterminationKind.DEATH)
    assert death is not None
    journey.do(PHYSICIAN, lambda w, r: corrections.strike(w, r, seq=death.seq, reason="other patient"))


def the_pump(journey: Journey) -> int:
    pump = journey.look().snapshot.pump
    assert pump is not None
    return pump.device


def switch_off(journey: Journey, reason: str = "off, undertaker told") -> None:
    device = the_pump(journey)
    journey.do(PHYSICIAN, lambda w, r: pumps.switch_off_pump(w, r, device=device, reason=reason))


def waiting_messages(journey: Journey) -> list[str]:
    with journey.database.reading() as session:
        return [each.key for each in session.scalars(select(Reminder)) if each.state not in FINAL_REMINDER]


class TestAVisit:
    """Of somebody who has died."""

    @pytest.mark.parametrize("purpose", ["refill", "follow_up", "evaluation"])
    def test_is_not_booked(self, at: At, purpose: str) -> None:
        journey = at("maintained")
        die(journey)
        with pytest.raises(InvalidInput, match="The patient has died"):
            journey.book(purpose, journey.in_days(3))

    @pytest.mark.parametrize("is_open", [True, False])
    def test_is_not_booked_in_a_reoperation(self, at: At, is_open: bool) -> None:
        journey = at("maintained")
        beside = begun(journey, role=PHYSICIAN)
        if not is_open:
            beside.step("reoperation_declined", reason="does not want surgery")
        die(anew(journey))
        for purpose, said in (("follow_up", "The patient has died"), ("reoperation", "This case is closed")):
            with pytest.raises(InvalidInput, match=said):
                anew(beside).book(purpose, beside.in_days(3))

    def test_is_not_put_back(self, at: At) -> None:
        journey = at("maintained")
        visit = journey.visit_for("refill")
        journey.do(COORDINATOR, lambda w, r: appointments.cancel(w, r, appointment=visit, reason="fever"))
        die(journey)
        with pytest.raises(InvalidInput, match="The patient has died"):
            journey.do(COORDINATOR, lambda w, r: appointments.reinstate(w, r, appointment=visit, reason="error"))

    def test_that_took_place_before_is_entered_late(self, at: At) -> None:
        journey = at("maintained")
        die(journey)
        slot = Slot(starts=journey.in_days(-1), minutes=30)
        journey.do(
            COORDINATOR,
            lambda w, r: appointments.book(w, r, purpose="follow_up", slot=slot, entered_late=True),
        )


class TestADeath:
    def test_stops_all_messages_and_leaves_the_pump_to_see_to(self, at: At) -> None:
        journey = at("maintained")
        assert waiting_messages(journey)
        die(journey)
        assert journey.stage == "deceased"
        assert waiting_messages(journey) == []
        assert open_todos(journey) == {"pump_after_death"}

    def test_takes_every_visit_off_the_list_of_its_day(self, at: At) -> None:
        journey = at("maintained")
        journey.book("follow_up", journey.in_days(3))
        visits = {journey.visit_for("refill"), journey.visit_for("follow_up")}
        die(journey)
        found = [each for each in journey.look().snapshot.of(Appointment) if each.appointment in visits]
        assert len(found) == 2
        assert {(each.state, each.reason) for each in found} == {("cancelled", "The patient has died.")}

    @pytest.mark.parametrize(
        ("stage", "step", "back"),
        [("implant_booked", "reopened", "evaluating"), ("maintained", "returned", "pump_intake")],
    )
    def test_struck_out_is_a_physicians_until_the_case_is_open_again(
        self, at: At, stage: str, step: str, back: str
    ) -> None:
        """Nothing else would ask for somebody who is alive, and whose visits were cancelled."""
        journey = at(stage)
        die(journey)
        strike_death(journey)
        assert "ground_lost" in open_todos(journey)
        journey.step(step, PHYSICIAN, reason="closed by mistake")
        assert journey.stage == back
        assert "ground_lost" not in open_todos(journey)

    def test_leaves_a_refill_of_which_it_is_to_be_said_what_became(self, at: At) -> None:
        journey = at("maintained")
        visit = journey.visit_for("refill")
        journey.clock.advance(days=400)
        die(journey)
        (found,) = [each for each in journey.look().snapshot.of(Appointment) if each.appointment == visit]
        assert found.state == "booked"
        assert open_todos(journey) == {"pump_after_death", "unmarked_day"}

    def test_takes_those_after_it_off_although_their_day_is_over(self, at: At) -> None:
        journey = at("maintained")
        visit, died_on = journey.visit_for("refill"), journey.today
        journey.clock.advance(days=400)
        die(journey, died_on)
        (found,) = [each for each in journey.look().snapshot.of(Appointment) if each.appointment == visit]
        assert found.state == "cancelled"
        assert open_todos(journey) == {"pump_after_death"}

    @pytest.mark.parametrize("is_closed", [False, True])
    def test_takes_those_of_a_reoperation_off_too(self, at: At, is_closed: bool) -> None:
        journey = at("maintained")
        beside = begun(journey)
        visit = beside.book("follow_up", beside.in_days(10))
        if is_closed:
            beside.step("reoperation_cancelled", PHYSICIAN, reason="not needed after all")
        die(journey)
        after = anew(beside)
        (found,) = [each for each in after.look().snapshot.of(Appointment) if each.appointment == visit]
        assert (found.state, found.reason) == ("cancelled", "The patient has died.")
        assert open_todos(journey) == {"pump_after_death"}

    def test_without_a_pump_leaves_nothing(self, at: At) -> None:
        journey = at("implant_booked")
        die(journey)
        assert open_todos(journey) == set()

    def test_struck_out_asks_for_the_refill_again_and_for_nothing_after_death(self, at: At) -> None:
        journey = at("maintained")
        die(journey)
        strike_death(journey)
        assert "refill" in open_todos(journey)
        assert "pump_after_death" not in open_todos(journey)


class TestThePump:
    def test_is_switched_off_in_words(self, at: At) -> None:
        journey = at("maintained")
        die(journey)
        with pytest.raises(InvalidInput):
            switch_off(journey, " ")
        switch_off(journey)
        assert open_todos(journey) == set()

    def test_is_taken_out(self, at: At) -> None:
        journey = at("maintained")
        die(journey)
        device, second = the_pump(journey), journey.user_ids[PHYSICIAN]
        journey.do(
            NURSE,
            lambda w, r: pumps.remove_device(w, r, device=device, second_by=second, document_seq=None, removed_at=None),
        )
        assert open_todos(journey) == set()

    def test_of_somebody_alive_is_not_switched_off_so(self, at: At) -> None:
        with pytest.raises(InvalidInput):
            switch_off(at("maintained"))

    def test_is_a_physicians_and_must_be_there(self, at: At) -> None:
        journey = at("maintained")
        die(journey)
        device = the_pump(journey)
        with pytest.raises(NotPermitted):
            journey.do(NURSE, lambda w, r: pumps.switch_off_pump(w, r, device=device, reason="off"))
        with pytest.raises(NotFound):
            journey.do(PHYSICIAN, lambda w, r: pumps.switch_off_pump(w, r, device=999, reason="off"))


class TestTherapyStoppedWithThePumpLeftIn:
    def test_keeps_the_refill(self, at: At) -> None:
        journey = at("maintained")
        second = journey.user_ids[NURSE]
        journey.do(PHYSICIAN, lambda w, r: steps.record_therapy_stopped(w, r, reason="no effect", second_by=second))
        assert "refill" in open_todos(journey)


class TestAPumpTakenOut:
    def test_stops_the_messages_about_its_refill(self, at: At) -> None:
        journey = at("maintained")
        device, second = the_pump(journey), journey.user_ids[PHYSICIAN]
        journey.do(
            NURSE,
            lambda w, r: pumps.remove_device(w, r, device=device, second_by=second, document_seq=None, removed_at=None),
        )
        assert [key for key in waiting_messages(journey) if key.startswith("refill")] == []
