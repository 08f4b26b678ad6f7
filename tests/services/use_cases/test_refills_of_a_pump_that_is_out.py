"""A pump that goes takes the visit for its refill with it; if it was not out after all, the refill is booked anew."""

from collections.abc import Callable
from datetime import timedelta

import pytest
from sqlalchemy import select

from tests.services.use_cases.test_pumps_of_the_dead import waiting_messages
from tests.services.use_cases.test_reoperations_struck import explanted, in_place, is_whole, strike
from tests.support.devices import a_pump
from tests.support.journey import COORDINATOR, NURSE, PHYSICIAN, Journey
from tests.support.reoperating import anew, begun, on_the_day, replaced
from tests.support.todos import open_todos
from tracker.domain.errors import AskedBack
from tracker.domain.facts import Appointment, Device
from tracker.domain.words import AppointmentState
from tracker.persistence.models import Obligation
from tracker.services import appointments, corrections, pumps
from tracker.services.appointments import Slot
from tracker.services.reconcile import reconcile_due
from tracker.services.work import CaseRef, Work

At = Callable[[str], Journey]
OperatingDay = Callable[[str], tuple[Journey, Journey]]


def by_removal(journey: Journey, days: int = 0) -> None:
    """The pump is recorded as taken out, some days ago."""
    pump = journey.look().snapshot.pump
    assert pump is not None
    said = {"device": pump.device, "second_by": journey.user_ids[PHYSICIAN], "document_seq": None}
    at = journey.clock.now() - timedelta(days=days)
    journey.do(NURSE, lambda w, r: pumps.remove_device(w, r, removed_at=at, **said))


def by_explant(journey: Journey) -> None:
    explanted(on_the_day(begun(journey, kind="explant")), {device for _, device in in_place(journey)})
    anew(journey)


def by_correction(journey: Journey) -> None:
    """The pump was never in this patient."""
    pump = journey.look().snapshot.pump
    assert pump is not None
    said = {"seq": pump.seq, "reason": "another patient's", "second_by": journey.user_ids[PHYSICIAN]}
    journey.do(NURSE, lambda w, r: corrections.strike(w, r, **said))


GONE = {"removal": by_removal, "explant": by_explant}
DEVIATION = {"deviation_reason": "struck out and recorded anew"}


def refill_visit(journey: Journey) -> Appointment:
    return [each for each in journey.look().snapshot.of(Appointment) if each.purpose == "refill"][-1]


def refill_row(journey: Journey) -> Obligation:
    with journey.database.reading() as session:
        return session.scalars(select(Obligation).where(Obligation.kind == "refill", Obligation.is_open)).one()


@pytest.mark.parametrize("way", GONE)
def test_is_cancelled_with_the_reason_and_its_reminders(at: At, way: str) -> None:
    journey = at("maintained")
    assert [key for key in waiting_messages(journey) if "refill" in key]
    GONE[way](journey)
    visit = refill_visit(journey)
    assert (visit.state, visit.reason) == (AppointmentState.CANCELLED, "The pump is out.")
    assert [key for key in waiting_messages(journey) if "refill" in key] == []
    assert not {"refill", "refill_visit", "arrival"} & open_todos(journey)
    assert is_whole(journey)


def test_is_asked_about_where_the_entry_of_the_pump_was_wrong(at: At) -> None:
    """Another may be in, under the right number: its refill keeps the day, or somebody cancels it."""
    journey = at("maintained")
    by_correction(journey)
    assert refill_visit(journey).state == AppointmentState.BOOKED
    assert "refill_visit" in open_todos(journey) and is_whole(journey)

    number = refill_visit(journey).appointment
    journey.do(COORDINATOR, lambda w, r: appointments.cancel(w, r, appointment=number, reason="no pump"))
    assert "refill_visit" not in open_todos(journey) and is_whole(journey)


def test_is_a_day_that_nobody_marked_once_it_is_over(at: At) -> None:
    journey = at("maintained")
    by_correction(journey)
    journey.clock.set(refill_visit(journey).ends_at + timedelta(days=2))
    reconcile_due(journey.database, journey.clock, journey.ids, pause=lambda: None)
    assert open_todos(journey) & {"refill_visit", "unmarked_day"} == {"unmarked_day"}
    assert is_whole(journey)


def test_plans_the_refill_of_the_pump_that_is_recorded_rightly_instead(at: At) -> None:
    journey = at("maintained")
    by_correction(journey)
    journey.implant(pump=a_pump(serial="NGP124"), **DEVIATION)
    assert "refill_visit" not in open_todos(journey)
    assert refill_row(journey).planned_seq == refill_visit(journey).seq and is_whole(journey)


@pytest.mark.parametrize("way", GONE)
def test_is_to_be_booked_again_where_the_pump_was_not_out_after_all(at: At, way: str) -> None:
    journey = at("maintained")
    GONE[way](journey)
    out = next(each for each in journey.look().snapshot.of(Device) if each.kind == "pump")
    journey.do(NURSE, lambda w, r: corrections.strike(w, r, seq=out.seq, reason="another patient's"))
    assert refill_visit(journey).state == AppointmentState.CANCELLED
    assert refill_row(journey).planned_seq is None
    assert is_whole(journey)

    number = refill_visit(journey).appointment
    journey.do(COORDINATOR, lambda w, r: appointments.reinstate(w, r, appointment=number, reason="pump is in"))
    assert refill_row(journey).planned_seq == refill_visit(journey).seq


def test_is_to_be_booked_again_where_the_explant_itself_is_struck_out(operating_day: OperatingDay) -> None:
    journey, beside = operating_day("explant")
    explanted(beside, {device for _, device in in_place(journey)})
    strike(beside)
    assert refill_row(journey).planned_seq is None and is_whole(journey)


def test_stays_where_another_pump_is_in(operating_day: OperatingDay) -> None:
    journey, beside = operating_day("replacement")
    replaced(beside)
    assert refill_visit(journey).state == AppointmentState.BOOKED


def test_stays_where_only_the_catheter_is_out(operating_day: OperatingDay) -> None:
    journey, beside = operating_day("explant")
    catheter = next(device for kind, device in in_place(journey) if kind == "catheter")
    explanted(beside, {catheter})
    assert refill_visit(journey).state == AppointmentState.BOOKED


def test_that_the_patient_has_come_to_is_left_as_it_was(at: At) -> None:
    journey = at("maintained")
    journey.come(refill_visit(journey).appointment)
    by_removal(journey)
    assert refill_visit(journey).state == AppointmentState.ARRIVED


@pytest.mark.parametrize(("days", "state"), [(0, "booked"), (3, "cancelled")])
def test_of_a_day_that_is_past_goes_only_if_the_pump_was_out_before_it(at: At, days: int, state: str) -> None:
    """A removal that is written down late: nobody could come to a visit after it."""
    journey = at("maintained")
    journey.clock.set(refill_visit(journey).starts_at + timedelta(days=1))
    by_removal(journey, days)
    assert refill_visit(journey).state == state


@pytest.mark.parametrize(("is_out", "is_asked"), [(True, True), (False, False)])
def test_booked_for_a_pump_that_is_out_is_asked_back(at: At, *, is_out: bool, is_asked: bool) -> None:
    journey = at("maintained") if is_out else at("implant_day")
    if is_out:
        by_removal(journey)
    slot = Slot(starts=journey.in_days(10), minutes=30)

    def book(work: Work, ref: CaseRef) -> None:
        with_asking = Work(work.session, work.actor, work.ids, work.now, frozenset())
        appointments.book(with_asking, ref, purpose="refill", slot=slot)

    with journey.database.writing() as session:
        work = Work(session, journey.actor(COORDINATOR), journey.ids, journey.clock.now())
        if not is_asked:
            book(work, CaseRef(journey.public_id, journey.version))
            return
        with pytest.raises(AskedBack, match="The pump was taken out"):
            book(work, CaseRef(journey.public_id, journey.version))
