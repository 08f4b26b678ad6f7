"""A pump read with the programmer between refills: its dose changed, its alarm heard, its battery and date read.

What was read is always saved. A change without a new print-out voids the alarm date, which is then due the same day;
a print-out later than arithmetic allows waits for a second reader, as a refill's does.
"""

from dataclasses import dataclass
from datetime import date, datetime
from decimal import Decimal
from typing import NoReturn

from tracker.domain.access import Permission
from tracker.domain.doses import unusual_dose
from tracker.domain.errors import InvalidInput, Question, Unready
from tracker.domain.facts import Device, Interrogation
from tracker.domain.obligations.device_life import differs
from tracker.domain.pathway.alarm_date import AlarmDate, alarm_date, computed_with, expected_at
from tracker.domain.refill import LONGEST_DAYS, Change, is_plausible
from tracker.domain.words import InterrogationCause, is_word
from tracker.services.case_file import CaseFile, open_case
from tracker.services.work import CaseRef, Work, Written

#: The longest time (months) that a battery is said to last without being asked back: ten years and some.
USUAL_BATTERY_MONTHS = 130
#: And beyond which none is.
LONGEST_BATTERY_MONTHS = 240
#: What must be typed where that was changed.
_CHANGED = {InterrogationCause.DOSE: "daily_dose_mcg", InterrogationCause.ALARM_VOLUME: "alarm_volume_ml"}


@dataclass(frozen=True, slots=True, kw_only=True)
class Reading:
    """What the programmer showed: mcg/day, mL, months. ``alarm_on`` and ``alarm_on_again`` are the same print-out,
    typed twice; ``None`` is what was not read."""

    cause: str
    daily_dose_mcg: Decimal | None = None
    alarm_volume_ml: Decimal | None = None
    reservoir_ml: Decimal | None = None
    alarm_on: date | None = None
    alarm_on_again: date | None = None
    battery_months: int | None = None
    replacement_indicated: bool = False
    source: str = "programmer print-out"

    def problems(self, file: CaseFile, held_ml: Decimal | None, last: AlarmDate | None) -> dict[str, str]:
        """What cannot be, as a sentence per field. ``held_ml``: what the reservoir holds; ``last``: what is on record
        of how the pump was set."""
        found: dict[str, str] = {}
        if not is_word(self.cause, InterrogationCause):
            found["cause"] = "Choose why the pump was read."
        elif (needed := _CHANGED.get(InterrogationCause(self.cause))) and getattr(self, needed) is None:
            found[needed] = "Type what it was changed to."
        elif last is not None and self._changes_nothing and (changed := self._changed_since(last)):
            found["cause"] = f"{' '.join(changed)} Choose what was changed."
        if self.daily_dose_mcg is not None and self.daily_dose_mcg <= 0:
            found["daily_dose_mcg"] = "Must be more than zero."
        for name in ("alarm_volume_ml", "reservoir_ml", "battery_months"):
            amount = getattr(self, name)
            if amount is not None and amount < 0:
                found[name] = "Cannot be less than zero."
        if self.battery_months is not None and self.battery_months > LONGEST_BATTERY_MONTHS:
            found["battery_months"] = "No battery of a pump lasts that long. Read the programmer again."
        for name in ("alarm_volume_ml", "reservoir_ml"):
            amount = getattr(self, name)
            if held_ml is not None and amount is not None and amount > held_ml:
                found[name] = f"The reservoir holds {held_ml.normalize():f} mL."
        return found | self._date_problems(file.snapshot.calendar.today(file.effective_at))

    def questions(self) -> list[Question]:
        """What is asked back: a battery that would be empty and says nothing of it, or lasts longer than they do."""
        months = self.battery_months
        if months == 0 and not self.replacement_indicated:
            sentence = "0 months left, and the replacement indicator is not ticked. Read both again."
            return [Question("battery_months", "0", sentence, "It shows 0 months, and no indicator: save it")]
        if months is not None and months > USUAL_BATTERY_MONTHS:
            sentence = f"{months} months is more than {USUAL_BATTERY_MONTHS}. Read the programmer again."
            return [Question("battery_months", str(months), sentence, f"It shows {months} months: save it")]
        return []

    @property
    def _changes_nothing(self) -> bool:
        return self.cause in {InterrogationCause.ROUTINE, InterrogationCause.MRI, InterrogationCause.ALARM}

    def _changed_since(self, last: AlarmDate) -> list[str]:
        """What differs from how the pump was last set, each as a sentence."""
        figures = (
            (self.daily_dose_mcg, last.daily_dose_mcg, "dose", "mcg"),
            (self.alarm_volume_ml, last.alarm_volume_ml, "alarm volume", "mL"),
        )
        return [
            f"The last {what} on record is {known.normalize():f} {unit}."
            for typed, known, what, unit in figures
            if known and typed not in (None, known)
        ]

    def _date_problems(self, read_on: date) -> dict[str, str]:
        if self.alarm_on != self.alarm_on_again:
            return {"alarm_on_again": "The two dates differ. Read the print-out again and type it twice."}
        if self.alarm_on is not None and self.alarm_on < read_on:
            return {"alarm_on": "The alarm date cannot be before the day it was printed."}
        if self.alarm_on is not None and (self.alarm_on - read_on).days > LONGEST_DAYS:
            return {"alarm_on": "No pump lasts that long. Read the print-out again."}
        return {}


def record_interrogation(work: Work, ref: CaseRef, reading: Reading, *, read_at: datetime | None = None) -> Written:
    """Record what the programmer showed of the pump in place.

    :raises InvalidInput: where no pump is in the patient
    :raises Unready: for what cannot be, with all that is asked back
    :raises AskedBack: for an unusual dose or battery, and for a volume far from what arithmetic expects
    """
    file = open_case(work, ref, Permission.REFILL, effective_at=read_at)
    pump, found = _look(file, reading)
    if found.problems:
        raise found
    change = Change(
        on=file.snapshot.calendar.today(file.effective_at),
        reservoir_ml=reading.reservoir_ml,
        daily_dose_mcg=reading.daily_dose_mcg,
        alarm_volume_ml=reading.alarm_volume_ml,
    )
    computed_on = computed_with(file.snapshot, pump.device, change, file.effective_at)
    file.record(
        Interrogation,
        device=pump.device,
        cause=reading.cause,
        daily_dose_mcg=reading.daily_dose_mcg,
        alarm_volume_ml=reading.alarm_volume_ml,
        reservoir_ml=reading.reservoir_ml,
        alarm_on=reading.alarm_on,
        is_confirmed=reading.alarm_on is not None and is_plausible(reading.alarm_on, computed_on),
        battery_months=reading.battery_months,
        replacement_indicated=reading.replacement_indicated,
        source=reading.source.strip(),
        second_by=None,
    )
    return file.finish("pump_interrogated")


def look_at_reading(work: Work, ref: CaseRef, reading: Reading, *, read_at: datetime | None = None) -> NoReturn:
    """Look at what could be read of a form that cannot be taken yet; nothing of it may be committed.

    :raises InvalidInput: where no pump is in the patient
    :raises Unready: always, with what stands in the way besides
    """
    _, found = _look(open_case(work, ref, Permission.REFILL, effective_at=read_at), reading)
    raise found


def _look(file: CaseFile, reading: Reading) -> tuple[Device, Unready]:
    """The pump in place, and all that stands in the way of the record."""
    pump = file.snapshot.pump
    if pump is None:
        raise InvalidInput({"cause": "No pump is recorded as in place."})
    standing = alarm_date(file.snapshot, pump.device)
    file.ask(*reading.questions(), *_far_from_expected(file, pump, reading))
    if standing is not None:
        last_mcg = standing.daily_dose_mcg
        file.ask(*unusual_dose(file.pathway, standing.fill.drug, reading.daily_dose_mcg, last_mcg=last_mcg))
    return pump, Unready(reading.problems(file, pump.reservoir_ml, standing), questions=file.open_questions)


def _far_from_expected(file: CaseFile, pump: Device, reading: Reading) -> tuple[Question, ...]:
    """What is asked about a volume that differs from the expected one by as much as an aspirate may not."""
    expected_ml = expected_at(file.snapshot, pump.device, file.effective_at)
    if reading.reservoir_ml is None or not differs(file.pathway, expected_ml, reading.reservoir_ml, pump.reservoir_ml):
        return ()
    typed = f"{reading.reservoir_ml.normalize():f}"
    sentence = f"Arithmetic says about {expected_ml} mL. Read it again; if it is so, a physician looks at it."
    return (Question("reservoir_ml", typed, sentence, f"It shows {typed} mL: save it"),)
