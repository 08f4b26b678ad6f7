"""Forms of a reoperation: what is decided, and what was really done. Doses and dates begin empty."""

from wtforms import BooleanField, RadioField, SelectMultipleField
from wtforms.validators import InputRequired
from wtforms.widgets import CheckboxInput, ListWidget

from tracker.services.device_parts import Component
from tracker.services.reoperations import Operation
from tracker.web.cases.device_forms import CatheterFields
from tracker.web.cases.fields import CaseForm, MomentField, NoteField, PersonField, Section
from tracker.web.cases.pump_forms import FILLING_SECTIONS, NewPumpForm
from tracker.web.cases.visit_forms import instant_of
from tracker.web.cases.words import REOPERATIONS, first_upper
from tracker.web.common.forms import options


class BeginForm(CaseForm):
    """What is to be done, and why."""

    kind = RadioField(
        "What is to be done",
        [InputRequired("Choose what is to be done.")],
        choices=options({kind: first_upper(label) for kind, label in REOPERATIONS.items()}),
    )
    reason = NoteField("Why", [InputRequired("Say why.")])


class OperationForm(CaseForm):
    """What every reoperation is asked."""

    note = NoteField("What was seen and done")
    operated_at = MomentField("Done at", description="Empty: now.")
    deviation_reason = NoteField("Why it was done all the same")

    def operation(self, seen: frozenset[str], zone: str) -> Operation:
        """What was typed, as the service takes it. ``seen``: the codes of what was shown as missing."""
        return Operation(
            note=self.note.data,
            operated_at=instant_of(self.operated_at.data, zone),
            deviation_reason=self.deviation_reason.data,
            deviation_seen=seen,
        )


class ReplacementForm(OperationForm, NewPumpForm, CatheterFields):
    """The new pump with its first fill, and the catheter where that was replaced too."""

    SECTIONS = (
        Section("New pump", NewPumpForm.PUMP_ROWS),
        Section("New catheter", (("catheter_is_new",), *CatheterFields.CATHETER_ROWS)),
        *FILLING_SECTIONS,
        Section("The operation", (("note",), ("operated_at",))),
    )
    catheter_is_new = BooleanField("The catheter was replaced too", description="Else leave its fields empty.")

    def catheter(self) -> Component | None:
        """The new catheter, where one is spoken of."""
        return self.new_catheter() if self.catheter_is_new.data or self.speaks_of_catheter else None


class CatheterRevisionForm(OperationForm, CatheterFields):
    """The new catheter."""

    SECTIONS = (
        Section("New catheter", CatheterFields.CATHETER_ROWS),
        Section("The operation", (("note",), ("operated_at",))),
    )


class PocketRevisionForm(OperationForm):
    """What was done to the pocket."""

    note = NoteField("What was seen and done", [InputRequired("Say what was seen and done.")])


class ExplantForm(OperationForm):
    """What was taken out, and who else says so."""

    SECTIONS = (
        Section("", (("devices",), ("second_by",), ("document_seq",))),
        Section("The operation", (("note",), ("operated_at",))),
    )
    devices = SelectMultipleField(
        "Taken out",
        [InputRequired("Choose what was taken out.")],
        coerce=int,
        choices=[],
        widget=ListWidget(prefix_label=False),
        option_widget=CheckboxInput(),
    )
    second_by = PersonField("Confirmed by a second person")
    document_seq = PersonField("Or by a document", description="One that stands in the case of the pump.")
