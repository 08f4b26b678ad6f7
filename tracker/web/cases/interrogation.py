"""The pump read with the programmer: a changed dose, an alarm, a battery, a new print-out."""

from dataclasses import replace

from flask.typing import ResponseReturnValue
from wtforms import BooleanField, RadioField
from wtforms.validators import InputRequired

from tracker.domain.access import Permission
from tracker.domain.facts import Interrogation
from tracker.domain.obligations.device_life import differs
from tracker.domain.pathway.alarm_date import alarm_date, expected_at
from tracker.queries.case_detail import OpenedCase
from tracker.services.interrogations import Reading, look_at_reading, record_interrogation
from tracker.services.work import Written
from tracker.web.cases.acting import Act, Notice, answer, opened, path
from tracker.web.cases.blueprint import blueprint
from tracker.web.cases.fields import CaseForm, DayField, MomentField, Section, TextField
from tracker.web.cases.pump_forms import amount
from tracker.web.cases.sentences import civil, number
from tracker.web.cases.visit_forms import instant_of
from tracker.web.cases.words import INTERROGATION_CAUSES, first_upper
from tracker.web.common.access import permission
from tracker.web.common.current import clinic
from tracker.web.common.filters import at
from tracker.web.common.forms import options
from tracker.web.common.number_fields import CountField


class InterrogationForm(CaseForm):
    """What the programmer showed. Empty is what was not read; nothing is copied from the last session."""

    SECTIONS = (
        Section("Why", (("cause",), ("read_at",))),
        Section("What the programmer shows now", (("daily_dose_mcg", "alarm_volume_ml", "reservoir_ml"),
                                                  ("battery_months",), ("replacement_indicated",))),
        Section("What it printed", (("alarm_on", "alarm_on_again"), ("source",))),
    )  # fmt: skip
    cause = RadioField(
        "Why the pump was read",
        [InputRequired("Choose why the pump was read.")],
        choices=options({key: first_upper(label) for key, label in INTERROGATION_CAUSES.items()}),
    )
    read_at = MomentField("Read at", description="Empty: now.")
    daily_dose_mcg = amount(
        "Average daily dose", "mcg/day", required=False,
        description="Flex: the weekly average. Patient boluses: with the most that is permitted.",
    )  # fmt: skip
    alarm_volume_ml = amount("Alarm volume", "mL", required=False)
    reservoir_ml = amount("Left in the reservoir", "mL", required=False)
    battery_months = CountField("Battery", description="Months, as the programmer says.")
    replacement_indicated = BooleanField("The replacement indicator is on")
    alarm_on = DayField("Alarm date", description="The low-reservoir alarm date, if one was printed.")
    alarm_on_again = DayField("Alarm date once more", description="Read the print-out again.")
    source = TextField("Where this comes from", description="Empty: the programmer's print-out.")

    def reading(self) -> Reading:
        """What was typed, as the service takes it."""
        return Reading(
            cause=self.cause.data,
            daily_dose_mcg=self.daily_dose_mcg.data,
            alarm_volume_ml=self.alarm_volume_ml.data,
            reservoir_ml=self.reservoir_ml.data,
            alarm_on=self.alarm_on.data,
            alarm_on_again=self.alarm_on_again.data,
            battery_months=self.battery_months.data,
            replacement_indicated=self.replacement_indicated.data,
            source=self.source.data or "programmer print-out",
        )

    def readable(self) -> Reading:
        """What could be read of what was typed; of two dates neither where one could not be."""
        reading = self.reading()
        if self.alarm_on.errors or self.alarm_on_again.errors:
            return replace(reading, alarm_on=None, alarm_on_again=None)
        return reading


def _known(case: OpenedCase) -> list[tuple[str, str]]:
    """The pump and its date as they stand, to compare with."""
    pump = case.snapshot.pump
    standing = alarm_date(case.snapshot, pump.device) if pump else None
    if pump is None or standing is None:
        return [("Pump", pump.model if pump else "none is recorded as in place")]
    dose = f"{number(standing.daily_dose_mcg)} mcg/day" if standing.daily_dose_mcg else "not known"
    held = "" if standing.is_confirmed or standing.printed_on is None else ", does not hold as printed"
    return [
        ("Pump", f"{pump.model}{', serial ' + pump.serial if pump.serial else ''}"),
        ("Last filled", at(standing.fill.effective_at)),
        ("Daily dose", dose),
        ("Alarm date", civil(standing.printed_on) + held),
    ]


def _after_reading(case: OpenedCase, written: Written) -> list[Notice]:
    """A volume that a physician must look at."""
    reading = next(fact for fact in written.facts if isinstance(fact, Interrogation))
    expected_ml = expected_at(case.snapshot, reading.device, reading.effective_at)
    pump = case.snapshot.pump
    if not differs(case.pathway, expected_ml, reading.reservoir_ml, pump.reservoir_ml if pump else None):
        return []
    text = (
        f"{number(reading.reservoir_ml)} mL are left by the programmer, {number(expected_ml)} mL were expected: a "
        "physician must look at it. The to-do is there."
    )
    return [Notice(text=text)]


@blueprint.route(path("/interrogation"), methods=["GET", "POST"])
@permission(Permission.REFILL)
def interrogation(public_id: str) -> ResponseReturnValue:
    """Record what the programmer showed between refills."""
    case, form = opened(public_id), InterrogationForm()
    zone = clinic().zone
    act = Act(
        title="Pump read with the programmer",
        submit="Record the reading",
        done="pump read",
        lede="A change without a new print-out voids the alarm date: it is then due today.",
        known=_known(case),
        look=lambda work, ref: look_at_reading(work, ref, form.readable(), read_at=instant_of(form.read_at.data, zone)),
        after=lambda written: _after_reading(case, written),
    )
    return answer(
        case,
        form,
        act,
        lambda work, ref: record_interrogation(work, ref, form.reading(), read_at=instant_of(form.read_at.data, zone)),
    )
