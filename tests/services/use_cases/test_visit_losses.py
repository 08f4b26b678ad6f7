"""A visit that is lost on its day: the cause, held medicines, the day to wait for; and a stay too long for the unit."""

from datetime import datetime, time, timedelta
from functools import partial
from typing import Any

import pytest
from sqlalchemy import update

from tests.support.journey import Journey
from tests.support.todos import open_params
from tests.support.visit_days import asked, confirm
from tracker.domain.errors import InvalidInput
from tracker.domain.facts import VisitLoss, VisitMoment
from tracker.domain.words import Role
from tracker.persistence.models import Clinic
from tracker.services import appointments, visit_day
from tracker.services.appointments import Slot
from tracker.services.follow_ups import record_follow_up
from tracker.services.opened_devices import Opened
from tracker.services.visit_losses import Loss
from tracker.services.work import Written

COORDINATOR, NURSE, PHYSICIAN, DESK = Role.COORDINATOR, Role.NURSE, Role.PHYSICIAN, Role.FRONT_DESK


class TestLosses:
    def missed(self, journey: Journey, role: Role, loss: Loss | None, **values: Any) -> Written:
        number = journey.look().snapshot.booked("trial").appointment
        lose = partial(appointments.no_show, appointment=number, reason="called", loss=loss, **values)
        return journey.do(role, lose)

    def late(self, at: Any) -> Journey:
        journey = at("trial_to_book")
        journey.book("trial", journey.in_days(3))
        journey.clock.advance(days=3, hours=2)
        return journey

    def test_of_a_procedure_ask_for_cause_and_held_medicines(self, at: Any) -> None:
        journey = self.late(at)
        with pytest.raises(InvalidInput) as caught:
            self.missed(journey, NURSE, None)
        assert set(caught.value.problems) == {"cause", "held"}
        with pytest.raises(InvalidInput) as caught:
            self.missed(journey, NURSE, Loss("ill", "teller"))
        assert set(caught.value.problems) == {"teller_id"}
        with pytest.raises(InvalidInput) as caught:
            self.missed(journey, NURSE, Loss("ill", "teller", 4711))
        assert caught.value.problems == {"teller_id": "Choose somebody of this clinic."}
        with pytest.raises(InvalidInput, match="A person is chosen who tells the patient"):
            self.missed(journey, NURSE, Loss("ill", "nothing", journey.user_ids[PHYSICIAN]))

    def test_of_somebody_who_came_are_refused(self, at: Any) -> None:
        journey = at("trial_day")
        number = journey.visit_for("trial")
        journey.clock.advance(hours=1)
        missed = partial(appointments.no_show, appointment=number, reason="called", loss=Loss("ill", "nothing"))
        with pytest.raises(InvalidInput, match="The patient came to this visit"):
            journey.do(NURSE, missed)
        cancel = partial(appointments.cancel, appointment=number, reason="fever", loss=Loss("ill", "nothing"))
        journey.do(NURSE, cancel)

    def test_by_no_cause_that_keeps_nobody_from_coming(self, at: Any) -> None:
        with pytest.raises(InvalidInput, match="This keeps nobody from coming"):
            self.missed(self.late(at), NURSE, Loss("no_bed", "nothing"))

    @pytest.mark.parametrize(
        ("stage", "is_taken"), [("implant_day", True), ("implant_booked", False), ("trial_day", False)]
    )
    def test_of_an_operation_that_was_broken_off_need_one_that_had_begun(
        self, at: Any, stage: str, *, is_taken: bool
    ) -> None:
        journey = at(stage)
        visit = journey.look().snapshot.visit(stage.partition("_")[0])
        assert visit is not None
        journey.clock.set(visit.starts_at)
        loss = Loss("broken_off", "nothing", opened=Opened(said="none"))
        cancel = partial(appointments.cancel, appointment=visit.appointment, reason="bled", loss=loss)
        if not is_taken:
            with pytest.raises(InvalidInput, match="No operation had begun"):
                journey.do(NURSE, cancel)
            return
        written = journey.do(NURSE, cancel)
        assert [each.cause for each in written.facts if isinstance(each, VisitLoss)] == ["broken_off"]
        assert journey.stage == "implant_to_book"
        # Somebody who was operated on is in recovery, whatever became of the visit.
        journey.clock.advance(hours=1)
        for kind in ("ready", "discharged"):
            said = partial(visit_day.record_moment, appointment=visit.appointment, kind=kind)
            journey.do(NURSE, said)
        assert [each.kind for each in journey.look().snapshot.of(VisitMoment)][-2:] == ["ready", "discharged"]

    def test_by_another_cause_leave_nobody_in_recovery(self, at: Any) -> None:
        journey = at("implant_day")
        number = journey.visit_for("implant")
        cancel = partial(appointments.cancel, appointment=number, reason="full", loss=Loss("no_bed", "nothing"))
        journey.do(NURSE, cancel)
        with pytest.raises(InvalidInput, match="This visit did not take place"):
            journey.do(NURSE, partial(visit_day.record_moment, appointment=number, kind="ready"))

    def test_stay_a_todo_until_the_patient_was_told(self, at: Any) -> None:
        journey = self.late(at)
        teller = journey.user_ids[PHYSICIAN]
        written = self.missed(journey, NURSE, Loss("ill", "teller", teller))
        loss = next(each for each in written.facts if isinstance(each, VisitLoss))
        assert (loss.cause, loss.teller_id) == ("ill", teller)
        assert self.waits(journey)
        told = partial(record_follow_up, rule="held_medicines", about_seq=loss.seq)
        journey.do(NURSE, partial(told, result="not reached"))
        assert self.waits(journey)
        journey.do(NURSE, partial(told, result="told, as the prescriber said"))
        assert not self.waits(journey)

    def waits(self, journey: Journey) -> bool:
        return any(each.get("rule") == "held_medicines" for each in open_params(journey, "follow_up"))

    def test_of_which_nothing_was_held_leave_nothing_to_tell(self, at: Any) -> None:
        journey = self.late(at)
        self.missed(journey, NURSE, Loss("ill", "nothing"))
        assert not self.waits(journey)

    def test_by_the_front_desk_leave_it_to_a_nurse_to_find_out(self, at: Any) -> None:
        journey = self.late(at)
        with pytest.raises(InvalidInput, match="for a nurse or a coordinator to say"):
            self.missed(journey, DESK, Loss("did_not_come", "nothing"))
        self.missed(journey, DESK, Loss("did_not_come"))
        assert self.waits(journey)

    @pytest.mark.parametrize(("held", "waits"), [("teller", True), ("unknown", False), ("", False)])
    def test_of_what_is_no_procedure_keep_a_person_who_was_named(self, at: Any, held: str, waits: bool) -> None:
        """The front desk is asked the same for every visit; whom it names is not forgotten."""
        journey = at("maintained")
        visit = journey.look().snapshot.booked("refill")
        journey.clock.set(visit.starts_at)
        teller = journey.user_ids[NURSE] if held == "teller" else None
        lost = Loss("ill", held, teller)
        journey.do(DESK, partial(appointments.no_show, appointment=visit.appointment, reason="called", loss=lost))
        assert self.waits(journey) is waits

    def test_that_are_put_back_leave_nothing_to_tell(self, at: Any) -> None:
        journey = self.late(at)
        number = journey.look().snapshot.booked("trial").appointment
        self.missed(journey, NURSE, Loss("ill", "unknown"))
        journey.do(COORDINATOR, partial(appointments.reinstate, appointment=number, reason="was here"))
        assert not self.waits(journey)

    def test_a_second_time_say_the_new_cause(self, at: Any) -> None:
        journey = self.late(at)
        number = journey.look().snapshot.booked("trial").appointment
        self.missed(journey, NURSE, Loss("ill", "nothing"))
        journey.do(COORDINATOR, partial(appointments.reinstate, appointment=number, reason="was here"))
        cancel = partial(appointments.cancel, appointment=number, reason="no bed on the ward")
        journey.do(COORDINATOR, partial(cancel, loss=Loss("no_bed", "nothing")))
        (standing,) = journey.look().snapshot.of(VisitLoss)
        assert standing.cause == "no_bed"

    def test_put_the_patient_back_where_the_next_step_is_owned_with_a_day_to_wait_for(self, at: Any) -> None:
        journey = self.late(at)
        not_before = datetime.combine(journey.today + timedelta(days=10), time.min)
        self.missed(journey, NURSE, Loss("ill", "nothing"), not_before=not_before)
        assert journey.stage == "trial_to_book"
        other = journey.book("follow_up", journey.in_days(2))
        later = datetime.combine(journey.today + timedelta(days=3), time.min)
        journey.do(NURSE, partial(appointments.cancel, appointment=other, reason="asked to", not_before=later))
        with pytest.raises(InvalidInput, match="Not before"):
            journey.book("trial", journey.in_days(9))
        journey.book("trial", journey.in_days(10))

    @pytest.mark.parametrize(("days", "is_fine"), [(0, False), (1, True), (730, True), (731, False)])
    def test_wait_for_a_day_that_can_be(self, at: Any, days: int, is_fine: bool) -> None:
        journey = self.late(at)
        not_before = datetime.combine(journey.today + timedelta(days=days), time.min)
        if is_fine:
            self.missed(journey, NURSE, Loss("ill", "nothing"), not_before=not_before)
            return
        with pytest.raises(InvalidInput) as caught:
            self.missed(journey, NURSE, Loss("ill", "nothing"), not_before=not_before)
        assert set(caught.value.problems) == {"not_before"}

    @pytest.mark.parametrize(("days", "is_fine"), [(0, True), (1, False)])
    def test_of_a_refill_wait_for_no_day_after_the_latest_date(self, at: Any, days: int, is_fine: bool) -> None:
        journey = at("maintained")
        visit = journey.look().snapshot.booked("refill")
        journey.clock.set(visit.starts_at)
        latest = open_params(journey, "refill")[0]["latest"]
        not_before = datetime.combine(datetime.fromisoformat(latest).date() + timedelta(days=days), time.min)
        lose = partial(
            appointments.cancel, appointment=visit.appointment, reason="snow", not_before=not_before,
            loss=Loss("no_way_here"),
        )  # fmt: skip
        if is_fine:
            journey.do(COORDINATOR, lose)
            return
        with pytest.raises(InvalidInput, match="The latest day for the refill is"):
            journey.do(COORDINATOR, lose)
        missed = partial(appointments.no_show, **lose.keywords)
        with pytest.raises(InvalidInput) as caught:
            journey.do(DESK, missed)
        assert "refill" not in caught.value.problems["not_before"]

    @pytest.mark.parametrize(("hours", "is_asked"), [(-1, False), (0, True)])
    def test_ask_for_the_cause_from_the_visits_very_day_on(self, at: Any, hours: int, is_asked: bool) -> None:
        journey = at("implant_booked")
        visit = journey.look().snapshot.booked("implant")
        midnight = journey.calendar.start_of(journey.calendar.today(visit.starts_at))
        journey.clock.set(midnight + timedelta(hours=hours))
        cancel = partial(appointments.cancel, appointment=visit.appointment, reason="infection")
        if is_asked:
            with pytest.raises(InvalidInput, match="Choose the cause"):
                journey.do(COORDINATOR, cancel)
            journey.do(COORDINATOR, partial(cancel, loss=Loss("ill", "nothing")))
        else:
            journey.do(COORDINATOR, cancel)
            assert journey.look().snapshot.of(VisitLoss) == ()


class TestClosingTime:
    def close_at(self, journey: Journey, closes_at: str) -> None:
        with journey.database.writing() as session:
            session.execute(update(Clinic).values(closes_at=closes_at, open_weekdays="1234567"))

    def book(self, journey: Journey, hour: int, minute: int) -> Any:
        starts = datetime.combine(journey.today + timedelta(days=3), time(hour, minute))
        return partial(appointments.book, purpose="trial", slot=Slot(starts=starts, minutes=60))

    def test_is_asked_back_where_the_stay_would_be_longer(self, at: Any) -> None:
        journey = at("trial_to_book")
        self.close_at(journey, "17:00")
        assert "The latest beginning is 13:00." in asked(journey, COORDINATOR, self.book(journey, 13, 1))[0].sentence

    @pytest.mark.parametrize(("closes_at", "hour"), [("17:00", 13), ("", 18)])
    def test_is_not_asked_about_where_the_stay_fits_or_nobody_said(self, at: Any, closes_at: str, hour: int) -> None:
        journey = at("trial_to_book")
        self.close_at(journey, closes_at)
        confirm(journey, COORDINATOR, self.book(journey, hour, 0))
