"""Forms about visits: when and where, and what became of them."""

from collections.abc import Collection
from dataclasses import replace
from datetime import date, datetime, timedelta
from typing import Any, cast

from wtforms import BooleanField, RadioField, SelectField
from wtforms.validators import InputRequired, NumberRange

from tracker.domain.calendar import ClinicCalendar
from tracker.domain.pathway.definition import Pathway
from tracker.services.appointments import Slot
from tracker.services.visit_losses import WHO_TELLS, Loss
from tracker.web.cases.fields import (
    CaseForm,
    DayField,
    HourField,
    MomentField,
    NoteField,
    PersonField,
    Section,
    TextField,
    with_blank,
)
from tracker.web.cases.opened_fields import OpenedDeviceFields
from tracker.web.cases.words import PURPOSE_WORDS, first_upper
from tracker.web.common.number_fields import CountField

_WHEN_AND_WHERE = (("starts", "minutes"), ("arrives",), ("room_id", "clinician_id"))
_WHY = [InputRequired("Say why.")]


class SlotForm(CaseForm):
    """When, how long, where and with whom. The clinic's usual length is not proposed: procedures differ."""

    starts: Any = MomentField("Day and time", [InputRequired("Give day and time of the visit.")])
    minutes = CountField(
        "Length",
        [InputRequired("How long does it take?"), NumberRange(5, 1440, "Between 5 minutes and a day.")],
        description="In minutes.",
    )
    arrives = MomentField("Patient arrives at", description="Empty: the clinic's usual time before the visit.")
    room_id = PersonField("Room")
    clinician_id = PersonField("With")
    entered_late = BooleanField("Entered late: this was agreed on paper, and the time has passed")
    is_final = BooleanField("The arrival time is final: messages may tell it")

    def offer_final(self, purposes: Collection[str]) -> None:
        """Ask whether the time is final, of visits for these purposes alone."""
        words = [PURPOSE_WORDS[each] for each in sorted(purposes)]
        if words:
            self.is_final.description = f"Only of the {' and the '.join(words)}. Until then messages tell the day."
        else:
            del self.is_final

    @property
    def says_final(self) -> bool:
        """Whether the time is said to be final."""
        return "is_final" in self and bool(self["is_final"].data)

    @property
    def begins(self) -> datetime:
        """The wall time that was typed."""
        return cast(datetime, self.starts.data)

    def slot(self, before: timedelta) -> Slot:
        """What was typed, as the service takes it. ``before``: how long before a visit patients come."""
        return Slot(
            starts=self.begins,
            minutes=self.minutes.data,
            arrives=self.arrives.data or self.begins - before,
            room_id=self.room_id.data,
            clinician_id=self.clinician_id.data,
        )


class BookForm(SlotForm):
    """A new visit."""

    SECTIONS = (
        Section(
            "",
            (
                ("purpose",),
                ("starts", "minutes"),
                ("arrives",),
                ("is_final",),
                ("room_id", "clinician_id"),
                ("entered_late",),
            ),
        ),
    )
    purpose = SelectField("What for", [InputRequired("Choose what the visit is for.")], choices=[])

    def offer_purposes(self, pathway: Pathway) -> None:
        """Set what a visit of this pathway can be for; nothing is chosen."""
        words = {key: first_upper(label) for key, label in PURPOSE_WORDS.items() if key in pathway.visit_purposes}
        self.purpose.choices = with_blank(words)


class BookOnDayForm(BookForm):
    """A new visit on a day that was chosen before; its time is asked."""

    starts = HourField("Time", [InputRequired("Give the time of the visit.")])

    def put_on(self, day: date) -> None:
        """Say on which day."""
        self._day = day

    @property
    def begins(self) -> datetime:
        """The time that was typed, on that day."""
        return datetime.combine(self._day, self.starts.data)


class MoveForm(SlotForm):
    """Another time or place for a visit."""

    SECTIONS = (
        Section(
            "",
            (
                ("starts", "minutes"),
                ("arrives",),
                ("is_final",),
                ("room_id", "clinician_id"),
                ("reason",),
                ("entered_late",),
            ),
        ),
    )
    reason = TextField("Why it is moved")


class TimeFinalForm(CaseForm):
    """The time at which the patient arrives is final: nothing to ask."""


class ConfirmForm(CaseForm):
    """The patient said they will come."""

    how = TextField("How they said so", description="For example: by phone, to Dana.")


class ArriveForm(CaseForm):
    """The patient is here."""

    arrived_at = MomentField("Arrived at", description="Empty: now.")


class CompleteForm(CaseForm):
    """The patient leaves."""

    happened_at = MomentField("Left at", description="Empty: now.")


class LossForm(CaseForm):
    """A visit that will not be. Cause and medicines are asked from its very day on (``stay_forms.ask_loss``)."""

    reason: TextField
    cause = SelectField("Cause", [InputRequired("Choose the cause from the list.")], choices=[])
    held = RadioField("Medicines that were held", [InputRequired(WHO_TELLS)], choices=[])
    teller_id = PersonField("Who tells the patient")
    not_before = DayField("Not before", description="No new date for this before that day. Empty: any day.")

    def not_before_at(self) -> datetime | None:
        """The day as the service takes it."""
        day: date | None = self.not_before.data
        return datetime.combine(day, datetime.min.time()) if day else None

    def loss(self) -> Loss | None:
        """What was said of the cause; ``None`` where it is not asked."""
        if "cause" not in self:
            return None
        if "held" not in self:
            return Loss(self.cause.data or "")
        return Loss(self.cause.data or "", self.held.data or "", self.teller_id.data)


class CancelForm(LossForm):
    """A visit that is called off."""

    SECTIONS = (Section("", (("cause",), ("reason",), ("held",), ("teller_id",), ("not_before",))),)
    reason = NoteField("Why", _WHY)


class BreakOffForm(LossForm, OpenedDeviceFields):
    """A visit that is called off when its operation may have begun."""

    READS_LABELS = True
    SECTIONS = (*CancelForm.SECTIONS, OpenedDeviceFields.OPENED_SECTION)
    reason = NoteField("Why", _WHY)

    def loss(self) -> Loss | None:
        """What was said of the cause, and of devices that were opened."""
        said = super().loss()
        return said and replace(said, opened=self.opened_devices())


class NoShowForm(LossForm):
    """A visit to which nobody came."""

    SECTIONS = (Section("", (("cause",), ("reason",), ("held",), ("teller_id",), ("not_before",))),)
    reason = NoteField("What is known", [InputRequired("Say what is known: called, no answer.")])


class ReinstateForm(CaseForm):
    """A visit that was marked by mistake."""

    reason = NoteField("What was wrong", [InputRequired("Say what was wrong.")])


def instant_of(moment: datetime | None, zone: str) -> datetime | None:
    """A wall time that was typed, as an instant; ``None``: nothing was typed."""
    return ClinicCalendar(zone).instant(moment) if moment else None
