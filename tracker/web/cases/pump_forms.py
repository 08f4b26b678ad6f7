"""Forms of the pump: implant, refill, alarm date, take-over. Doses and dates begin empty.

The low-reservoir alarm date is what the programmer printed, typed twice by the one person who holds the print-out. It
may be left empty only by ticking that it is not known, so that nobody forgets it by accident.
"""

from datetime import date
from typing import Any

from flask import request
from wtforms import BooleanField, RadioField, SelectField
from wtforms.validators import InputRequired, Optional

from tracker.domain.pathway.definition import Pathway
from tracker.services.device_parts import Component
from tracker.services.implants import Implanted
from tracker.services.pumps import PumpInPlace
from tracker.services.refills import Filling
from tracker.web.cases.device_forms import CatheterFields, PumpLabelFields, side_field
from tracker.web.cases.drug_label_forms import DrugLabelFields
from tracker.web.cases.fields import (
    CaseForm,
    DayField,
    MomentField,
    NoteField,
    PersonField,
    Section,
    TextField,
    with_blank,
)
from tracker.web.cases.opened_fields import OpenedDeviceFields
from tracker.web.cases.words import FILL_KINDS, MODES, first_upper
from tracker.web.common.forms import options
from tracker.web.common.number_fields import AmountField
from tracker.web.common.second_person import SecondPinField

_ALARM = "The low-reservoir alarm date that the programmer printed."
_READ_BY_TWO = (
    "drug", "concentration_mcg_ml", "concentration_reason", "volume_ml", "drug_label", "lot", "expires_on", "second_by",
)  # fmt: skip
#: What every first fill and refill is asked.
FILLING_SECTIONS = (
    Section("What went in", (("drug", "concentration_mcg_ml", "volume_ml"), ("concentration_reason",),
                             *DrugLabelFields.DRUG_LABEL_ROWS, ("second_by", "pin"))),
    Section("What the programmer printed", (("daily_dose_mcg", "alarm_volume_ml"), ("mode",),
                                            ("alarm_on", "alarm_on_again"), ("alarm_unknown",))),
)  # fmt: skip


def amount(label: str, unit: str, *, required: bool = True, description: str = "") -> AmountField:
    """A number with its unit."""
    validators: list[Any] | None = [InputRequired("Type the number.")] if required else None
    return AmountField(label, validators, unit=unit, description=description)


class FillingForm(DrugLabelFields):
    """A fill of a pump, with the print-out."""

    drug = SelectField("Drug", [InputRequired("Choose the drug.")], choices=[])
    concentration_mcg_ml = amount("Concentration", "mcg/mL")
    volume_ml = amount("Volume", "mL")
    concentration_reason = TextField("Why this concentration", description="Only where it is not a listed one.")
    second_by = PersonField(
        "Drug and concentration read by a second person", [InputRequired("A second person must have read it.")]
    )
    pin = SecondPinField(may_come_before=True)
    daily_dose_mcg = amount(
        "Average daily dose",
        "mcg/day",
        description="Flex dosing: the average over the week. Patient boluses: with the most that is permitted a day.",
    )
    alarm_volume_ml = amount("Alarm volume", "mL")
    mode = RadioField("Mode", [Optional()], choices=options({each: first_upper(MODES[each]) for each in MODES}))
    alarm_on = DayField("Alarm date", description=_ALARM)
    alarm_on_again = DayField("Alarm date once more", description="Read the print-out again.")
    alarm_unknown = BooleanField("The alarm date is not known", description="Critical: the refill is then due today.")

    def offer_drugs(self, pathway: Pathway) -> None:
        """Set the drugs that the pathway's file lists; none is chosen."""
        self.drug.choices = with_blank({name: first_upper(name) for name in pathway.drugs})

    def validate(self, extra_validators: Any = None) -> bool:
        """Check the shape; the two dates and the tick are one question."""
        is_fine = bool(super().validate(extra_validators))
        return alarm_date_is_said(self) and is_fine

    def what_two_read(self) -> str:
        """What the second person reads and confirms: drug, concentration, volume and label, to the letter as typed."""
        return "|".join(request.form.get(name, "").strip() for name in _READ_BY_TWO)

    def filling(self, **extra: Any) -> Filling:
        """What was typed, as the service takes it."""
        return Filling(
            drug=self.drug.data,
            concentration_mcg_ml=self.concentration_mcg_ml.data,
            volume_ml=self.volume_ml.data,
            daily_dose_mcg=self.daily_dose_mcg.data,
            alarm_volume_ml=self.alarm_volume_ml.data,
            alarm_on=self.alarm_on.data,
            alarm_on_again=self.alarm_on_again.data,
            lot=self.lot.data,
            expires_on=self.expires_on.data,
            second_by=self.second_by.data,
            concentration_reason=self.concentration_reason.data,
            mode=self.mode.data or "",
            **extra,
        )


def alarm_date_is_said(form: Any) -> bool:
    """Whether the alarm date was typed twice, or said to be unknown; else the sentence stands beside the field."""
    if form.alarm_on.errors or form.alarm_on_again.errors:
        return False
    typed: date | None = form.alarm_on.data or form.alarm_on_again.data
    if form.alarm_unknown.data and typed:
        form.show_problems({"alarm_unknown": "A date is typed. Take out the date, or this tick."})
    elif not form.alarm_unknown.data and form.alarm_on.data is None:
        form.show_problems({"alarm_on": "Type the printed date, or tick that it is not known."})
    elif form.alarm_on.data != form.alarm_on_again.data:
        form.show_problems({"alarm_on_again": "The two dates differ. Read the print-out again and type it twice."})
    else:
        return True
    return False


class RefillForm(FillingForm):
    """A refill, here or elsewhere."""

    SECTIONS = (
        Section(
            "Before", (("kind",), ("printout",), ("filled_at",), ("residual_expected_ml", "residual_aspirated_ml"))
        ),
        *FILLING_SECTIONS,
    )
    kind = RadioField(
        "Where",
        [InputRequired("Choose where it was done.")],
        choices=options({"refill": "Here", "elsewhere": f"{first_upper(FILL_KINDS['elsewhere'])}, or in hospital"}),
    )
    printout = TextField(
        "Print-out of the other clinic",
        description="Only where it was done elsewhere: where it is kept, for example: chart, scanned 12 Mar.",
    )
    filled_at = MomentField("Filled at", description="Empty: now.")
    residual_expected_ml = amount("Expected in the pump", "mL", required=False)
    residual_aspirated_ml = amount("Taken out", "mL", required=False)
    deviation_reason = NoteField("Why it was done all the same")


class DrugStockForm(CaseForm):
    """Where the drug for the next refill is."""

    state = RadioField(
        "The drug",
        [InputRequired("Choose whether it is ordered or here.")],
        choices=options({"ordered": "Ordered", "here": "Here"}),
    )


class NewPumpForm(FillingForm, PumpLabelFields):
    """A pump that is put in and filled, as its label says."""

    PUMP_ROWS = (
        *PumpLabelFields.PUMP_LABEL_ROWS, ("pump_manufacturer", "pump_reservoir_ml"), ("pump_end_of_service_on",),
        ("pump_pocket_side",),
    )  # fmt: skip
    pump_manufacturer = TextField("Manufacturer")
    pump_reservoir_ml = amount("Reservoir", "mL", required=False)
    pump_end_of_service_on = DayField("End of service", description="As on the label or the print-out.")
    pump_pocket_side = side_field()

    def pump(self) -> Component:
        """What was typed, as the service takes it."""
        return Component(
            model=self.pump_model.data,
            manufacturer=self.pump_manufacturer.data,
            serial=self.pump_serial.data,
            udi=self.pump_label.data,
            lot=self.pump_lot.data,
            reservoir_ml=self.pump_reservoir_ml.data,
            end_of_service_on=self.pump_end_of_service_on.data,
            expires_on=self.pump_expires_on.data,
            pocket_side=self.pump_pocket_side.data or "",
        )


#: What was put in; where it was broken off, one part alone.
PUT_IN = {
    "both": "Pump and catheter",
    "catheter": "Only the catheter: it was broken off",
    "pump": "Only the pump: it was broken off, or a catheter is in already",
}
#: What is said to be recorded of it.
_RECORDED = {"catheter": "catheter in, no pump", "pump": "pump and first fill"}


class ImplantForm(NewPumpForm, CatheterFields, OpenedDeviceFields):
    """The permanent pump and catheter, and the first fill."""

    SECTIONS = (
        Section("", (("put_in",),)),
        Section("Pump", NewPumpForm.PUMP_ROWS),
        Section("Catheter", CatheterFields.CATHETER_ROWS),
        *FILLING_SECTIONS,
        Section("When", (("implanted_at",),)),
        OpenedDeviceFields.OPENED_SECTION,
    )
    put_in = RadioField("What was put in", [Optional()], choices=options(PUT_IN), default="both")
    implanted_at = MomentField("Implanted at", description="Empty: now.")
    deviation_reason = NoteField("Why it was done all the same")

    def is_in(self, part: str) -> bool:
        """Whether a part was put in."""
        return self.put_in.data in {None, "both", part}

    def validate(self, extra_validators: Any = None) -> bool:
        """Check the shape; of a fill only where there is a pump to fill."""
        if self.is_in("pump"):
            return super().validate(extra_validators)
        for name in (name for section in FILLING_SECTIONS for row in section.rows for name in row):
            self[name].validators = [Optional()]
        self.pin.is_needed = False
        return CaseForm.validate(self, extra_validators)

    @property
    def what_was_recorded(self) -> str:
        """What the page that follows says is on record."""
        return _RECORDED.get(self.put_in.data or "", "implant and first fill")

    def unread(self) -> frozenset[str]:
        """Which parts could not be read, by what is wrong with their fields."""
        wrong = {each.short_name for each in self if each.errors}
        amounts = {"drug", "concentration_mcg_ml", "volume_ml", "daily_dose_mcg", "alarm_volume_ml"}
        parts = {
            "pump": {name for row in self.PUMP_ROWS for name in row},
            "catheter": {name for row in self.CATHETER_ROWS for name in row},
            "filling": amounts if self.is_in("pump") else set(),
        }
        return frozenset(part for part, names in parts.items() if names & wrong)

    def implanted(self, seen: frozenset[str]) -> Implanted:
        """What was typed, as the service takes it. ``seen``: the codes of what was shown as missing."""
        is_pump_in = self.is_in("pump")
        return Implanted(
            pump=self.pump() if is_pump_in else None,
            catheter=self.new_catheter() if self.is_in("catheter") else None,
            filling=self.filling() if is_pump_in and "filling" not in self.unread() else None,
            deviation_reason=self.deviation_reason.data,
            deviation_seen=seen,
            opened=self.opened_devices(),
        )


class SecondReadingForm(CaseForm):
    """The printed alarm date, read by somebody else."""

    alarm_on = DayField("Alarm date on the print-out", [InputRequired("Type the date that is printed.")])


class RefillPlanForm(CaseForm):
    """What is planned where the refill cannot be booked now."""

    until_on = DayField("By", [InputRequired("Give the day.")])
    plan = NoteField("What is planned, and who does it", [InputRequired("Say what is planned, and who does it.")])


class RemoveDeviceForm(CaseForm):
    """A device that was taken out."""

    removed_at = MomentField("Taken out at", description="Empty: now.")
    second_by = PersonField("Confirmed by a second person")
    document_seq = PersonField("Or by a document")


class PumpFields(CaseForm):
    """A pump as it was found, with its print-out and a second reader."""

    pump_model = TextField("Model", [InputRequired("Which pump is it?")])
    pump_manufacturer = TextField("Manufacturer")
    pump_serial = TextField("Serial number", longest=60)
    pump_reservoir_ml = amount("Reservoir", "mL", required=False)
    placed_on = DayField("Placed on", description="Empty: not known.")
    end_of_service_on = DayField("End of service")
    drug = SelectField("Drug", [InputRequired("Choose the drug.")], choices=[])
    filled_on = DayField("Last filled on")
    concentration_mcg_ml = amount("Concentration", "mcg/mL", required=False)
    volume_ml = amount("Volume", "mL", required=False)
    daily_dose_mcg = amount("Average daily dose", "mcg/day", required=False)
    alarm_volume_ml = amount("Alarm volume", "mL", required=False)
    alarm_on = DayField("Alarm date", description=_ALARM)
    alarm_on_again = DayField("Alarm date once more", description="Read the print-out again.")
    alarm_unknown = BooleanField("The alarm date is not known", description="Critical: the refill is then due today.")
    pump_source = TextField(
        "Where this comes from", [InputRequired("A print-out, a letter, the programmer.")],
        description="For example: programmer print-out of 12 Mar.",
    )  # fmt: skip
    second_by = PersonField("Read by a second person", [InputRequired("A second person must have read it.")])
    pin = SecondPinField()

    def pump_in_place(self) -> PumpInPlace:
        """What was typed, as the service takes it."""
        return PumpInPlace(
            pump=Component(
                model=self.pump_model.data,
                manufacturer=self.pump_manufacturer.data,
                serial=self.pump_serial.data,
                reservoir_ml=self.pump_reservoir_ml.data,
                end_of_service_on=self.end_of_service_on.data,
            ),
            placed_on=self.placed_on.data,
            drug=self.drug.data,
            filled_on=self.filled_on.data,
            alarm_on=self.alarm_on.data,
            alarm_on_again=self.alarm_on_again.data,
            source=self.pump_source.data,
            second_by=self.second_by.data,
            concentration_mcg_ml=self.concentration_mcg_ml.data,
            volume_ml=self.volume_ml.data,
            daily_dose_mcg=self.daily_dose_mcg.data,
            alarm_volume_ml=self.alarm_volume_ml.data,
        )
