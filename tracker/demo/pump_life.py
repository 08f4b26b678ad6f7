"""The years with a pump: refills one after the other, and the ways in which that goes wrong."""

from datetime import date, timedelta
from decimal import Decimal

from tracker.demo.cast import PumpPart
from tracker.demo.reoperating import reoperated
from tracker.demo.telling import Story, Teller
from tracker.domain.words import LossCause
from tracker.services import appointments, pumps, refills, steps
from tracker.services.device_parts import Component
from tracker.services.interrogations import Reading, record_interrogation
from tracker.services.pumps import PumpInPlace
from tracker.services.referrals import NewReferral
from tracker.services.visit_losses import Loss


def first_months(teller: Teller, device: int, refill_on: date) -> Story:
    """After the implant: calls, wound, sutures and titration, the first refill, and those that follow."""
    yield teller.after(1, 10)
    teller.follow_up("nurse", "implant_call", device, "well")
    yield teller.after(12, 9)
    teller.follow_up("nurse", "wound_check", device, "healing well")
    teller.follow_up("nurse", "sutures_out", device, "out")
    teller.tell_who_referred()
    teller.follow_up("nurse", "titration", device, "goes on")
    yield teller.after(14, 9)
    _titrate(teller)
    teller.follow_up("nurse", "titration", device, "dose is stable")
    yield from teller.until(refill_on, 9)
    yield from _refill_and_on(teller, 85, reservoir_ml=20)


def _titrate(teller: Teller) -> None:
    """The pump is read, and the date printed again as it was."""
    reading = Reading(cause="routine", battery_months=84 - teller.clinic.chance.randrange(20))
    teller.does("nurse", record_interrogation, reading)


def long_followed(teller: Teller, part: PumpPart) -> Story:
    """A patient who came with a pump: taken over from the print-out, then refilled for as long as all goes well."""
    yield teller.at(8, 30)
    filling = teller.filling(part.lasts_days, reservoir_ml=part.reservoir_ml)
    _take_over(teller, part)
    if part.trouble == "unknown_date":
        return
    if part.trouble == "unconfirmed":
        yield teller.after(9)
        printed = teller.filling(part.lasts_days, reservoir_ml=part.reservoir_ml, later_by=9)
        teller.does("nurse", refills.record_refill, printed)
        teller.book("refill", teller.day + timedelta(days=part.lasts_days - 12))
        return
    due = (filling.alarm_on or teller.day) - timedelta(days=10)
    day = teller.book("refill", due)
    yield from _trouble(teller, part, day)


def _trouble(teller: Teller, part: PumpPart, day: date) -> Story:
    if part.trouble in ("not_booked", "overdue"):
        yield teller.after(20)
        reason = "Patient asked for another week, will call back"
        teller.does("coordinator", appointments.cancel, appointment=teller.visit, reason=reason)
    elif part.trouble == "no_show":
        yield teller.after((day - teller.day).days, 17)
        lost = Loss(LossCause.NO_WAY_HERE)
        teller.does("desk", appointments.no_show, appointment=teller.visit, reason="Snow on the pass", loss=lost)
    elif part.trouble == "dose_changed":
        yield teller.after(20)
        filling = teller.filling(part.lasts_days, reservoir_ml=part.reservoir_ml)
        reading = Reading(cause="dose", daily_dose_mcg=(filling.daily_dose_mcg * Decimal("1.2")).quantize(Decimal(1)))
        teller.does("nurse", record_interrogation, reading)
    elif part.trouble == "transferred":
        yield teller.after(30)
        nurse = teller.clinic.user("nurse")
        teller.does(
            "coordinator", steps.record_transfer, to_clinic="Mesa Spine Center, first refill done", second_by=nurse
        )
        teller.does("coordinator", steps.take_step, step="transferred", reason="moved away")
    elif part.trouble == "deceased":
        yield teller.after(40)
        second = teller.clinic.user("physician")
        died_on = teller.day - timedelta(days=2)
        teller.does("lead", steps.record_death, died_on=died_on, source="The daughter called", second_by=second)
    elif part.trouble == "device_review":
        yield teller.after(20)
        teller.does("physician", steps.take_step, step="device_review", reason="catheter trouble")
    elif part.trouble == "reoperation":
        yield from reoperated(teller, part)
    elif part.trouble == "stopped":
        yield teller.after(25)
        second = teller.clinic.user("physician2")
        teller.does("physician", steps.record_therapy_stopped, reason="Loss of effect", second_by=second)
        teller.does("physician", steps.take_step, step="therapy_stopped", reason="loss of effect")
    else:
        yield from teller.until(day, 9)
        yield from _refill_and_on(teller, part.lasts_days, reservoir_ml=part.reservoir_ml)


def _refill_and_on(teller: Teller, lasts_days: int, *, reservoir_ml: int) -> Story:
    """Come, be refilled, book the next refill, and so on for ever; today ends the story."""
    while True:
        teller.arrive()
        yield teller.at(9, 40)
        teller.answer("refill", "before")
        filling = teller.filling(lasts_days, reservoir_ml=reservoir_ml)
        teller.does("nurse", refills.record_refill, filling, appointment=teller.visit)
        teller.answer("refill", "after")
        day = teller.book("refill", teller.day + timedelta(days=lasts_days - 11))
        yield from teller.until(day, 9)


def _take_over(teller: Teller, part: PumpPart) -> None:
    filling = teller.filling(part.lasts_days, reservoir_ml=part.reservoir_ml, is_known=part.trouble != "unknown_date")
    model = f"SynchroMed II 8637-{part.reservoir_ml}"
    serial = f"NGV{teller.clinic.chance.randrange(10**6)}H"
    found = PumpInPlace(
        pump=Component(model, "Medtronic", serial, reservoir_ml=Decimal(part.reservoir_ml)),
        placed_on=teller.day - timedelta(days=teller.clinic.chance.randrange(200, 1500)),
        drug="baclofen",
        filled_on=teller.day,
        alarm_on=filling.alarm_on,
        alarm_on_again=filling.alarm_on,
        source="Programmer print-out brought by the patient",
        second_by=teller.clinic.user("nurse2"),
        concentration_mcg_ml=filling.concentration_mcg_ml,
        volume_ml=filling.volume_ml,
        daily_dose_mcg=filling.daily_dose_mcg,
        alarm_volume_ml=filling.alarm_volume_ml,
    )
    new = NewReferral(
        person=teller.person,
        received_on=teller.day,
        indication="spasticity",
        referred_by="Own patient before this system",
        diagnosis_code="G82.50",
        diagnosis="spinal cord injury, quadriplegia",
        spasticity_origin="spinal",
        payer="Medicare",
        source="take_over",
    )
    written = teller.clinic.does("nurse", pumps.take_over_pump, new, found, teller.clinic.calendar)
    teller.begin(written.public_id, written.version)
