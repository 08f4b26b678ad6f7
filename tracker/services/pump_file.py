"""One row of a file of patients who have a pump: who it is, the pump, its last fill, and the printed alarm date.

A pump whose alarm date is unknown comes in all the same, with a doubt: it is critical and due today. A date that is
typed but cannot be read keeps the row out, because the file can still be put right.
"""

from dataclasses import dataclass

from tracker.domain.doses import unusual_dose
from tracker.domain.refill import days_to_alarm
from tracker.pathways.catalogue import FIRST, current
from tracker.services.device_parts import Component
from tracker.services.pumps import PumpInPlace
from tracker.services.referrals import NewReferral
from tracker.services.row_reading import RowReading

COLUMNS = (
    "mrn", "family_name", "given_name", "birth_date", "sex", "phone", "email", "language",
    "pump_model", "manufacturer", "serial", "reservoir_ml", "placed_on",
    "drug", "concentration_mcg_ml", "volume_ml", "daily_dose_mcg", "alarm_volume_ml", "filled_on", "alarm_date",
    "source",
)  # fmt: skip
_AMOUNTS = ("concentration_mcg_ml", "volume_ml", "daily_dose_mcg", "alarm_volume_ml")


@dataclass(frozen=True, slots=True)
class PumpRow:
    """A patient with a pump, as the use case takes it over."""

    referral: NewReferral
    pump: PumpInPlace


def read_pump(reading: RowReading, second_by: int | None) -> PumpRow | None:
    """Read one row; ``None`` if anything of it is refused. ``second_by``: who else read the print-out, if anybody."""
    if reading.refused:
        return None
    found = _pump(reading, second_by)
    person = reading.person()
    if person is None or reading.refused:
        return None
    _doubts(reading, found)
    new = NewReferral(
        person=person, received_on=reading.today, indication="", pathway=FIRST, procedure="", urgency="",
        source=f"import: {reading.text('source')}",
    )  # fmt: skip
    return PumpRow(new, found)


def _pump(reading: RowReading, second_by: int | None) -> PumpInPlace:
    alarm_on = reading.date("alarm_date")
    found = PumpInPlace(
        pump=Component(
            model=reading.text("pump_model"),
            manufacturer=reading.text("manufacturer"),
            serial=reading.text("serial"),
            reservoir_ml=reading.amount("reservoir_ml"),
        ),
        placed_on=reading.past_date("placed_on", is_needed=False),
        drug=_drug(reading),
        filled_on=reading.past_date("filled_on", is_needed=False),
        alarm_on=alarm_on,
        alarm_on_again=alarm_on,
        source=reading.text("source"),
        second_by=second_by,
        may_wait_for_second=True,
        **{name: reading.amount(name) for name in _AMOUNTS},
    )
    if alarm_on is not None and found.filled_on is None and not reading.text("filled_on"):
        reading.refuse("filled_on", "Say when the pump was filled; the drug keeps only so long in it.")
    return found


def _drug(reading: RowReading) -> str:
    typed = reading.text("drug")
    return typed.lower() if typed.lower() in current().drugs else typed


def _doubts(reading: RowReading, found: PumpInPlace) -> None:
    if found.alarm_on is None:
        reading.doubt("alarm_date", "The alarm date is not known: the refill is critical and due today.")
    elif _is_later_than_arithmetic(found):
        reading.doubt("alarm_date", "The printed date is later than the figures allow. Read the print-out again.")
    if not found.drug:
        reading.doubt("drug", "The drug is missing.")
    elif found.drug not in current().drugs:
        reading.doubt("drug", f"“{found.drug}” is not among the drugs that this clinic knows.")
    for question in unusual_dose(current(), found.drug, found.daily_dose_mcg):
        reading.doubt(question.field, question.sentence)
    if not found.pump.serial:
        reading.doubt("serial", "The serial number is missing.")
    if found.volume_ml and found.pump.reservoir_ml and found.volume_ml > found.pump.reservoir_ml:
        reading.doubt("volume_ml", "More was filled than the reservoir holds.")
    if found.filled_on and found.placed_on and found.filled_on < found.placed_on:
        reading.doubt("filled_on", "The pump was filled before it was placed.")


def _is_later_than_arithmetic(found: PumpInPlace) -> bool:
    days = _days_of_arithmetic(found)
    if days is None or found.filled_on is None or found.alarm_on is None:
        return False
    return (found.alarm_on - found.filled_on).days > days + 1


def _days_of_arithmetic(found: PumpInPlace) -> int | None:
    volume, alarm_volume = found.volume_ml, found.alarm_volume_ml
    concentration, dose = found.concentration_mcg_ml, found.daily_dose_mcg
    if volume is None or alarm_volume is None or concentration is None or dose is None:
        return None
    try:
        return days_to_alarm(
            volume_ml=volume, alarm_volume_ml=alarm_volume, concentration_mcg_ml=concentration, daily_dose_mcg=dose
        )
    except ValueError:
        return None
