"""Fields for what stands on the label of a pump or a catheter, scanned or typed, and forms of labels and orders.

The label is a field of several lines: a scanner ends each code with Enter, and in such a field Enter sends nothing,
scripts or none. What is read of it fills in the fields below that were left empty; that is done when the form is sent,
and at once where scripts run.
"""

from collections.abc import Sequence
from typing import Any, ClassVar

from wtforms import RadioField, StringField
from wtforms.validators import InputRequired, Length, Optional
from wtforms.widgets import TextArea

from tracker.domain.labels.label import LONGEST
from tracker.domain.words import DeviceKind
from tracker.pathways.device_models import known_models
from tracker.services.device_parts import Component
from tracker.web.cases.fields import CaseForm, DayField, NoteField, Section, TextField
from tracker.web.cases.words import LABEL_USES, SIDES
from tracker.web.common.forms import options
from tracker.web.common.number_fields import AmountField

_LABEL = "Scan every code on the label, or type what stands below it."


class LabelField(StringField):
    """A label as it was scanned. Nothing is trimmed: a blank at its end and the separators of GS1 are data."""

    widget = TextArea()
    data: str

    def __init__(self, label: str, kind: str, *, into: str = "", **kwargs: Any) -> None:
        """``into``: how the names of the fields begin that it fills in, before the kind."""
        keys = {"rows": 2, "autocomplete": "off", "autocapitalize": "characters", "spellcheck": "false"}
        keys |= {"data-into": into} if into else {}
        super().__init__(
            label,
            [Optional(), Length(max=LONGEST, message="This is longer than any label. Scan it once.")],
            description=_LABEL,
            render_kw={**keys, "data-label": str(kind)},
            **kwargs,
        )

    def process_formdata(self, valuelist: Sequence[Any]) -> None:
        """Take it as it came."""
        self.data = str(valuelist[0]) if valuelist else ""


class ModelField(TextField):
    """A model: one of those that are known, or another that is written down."""

    def __init__(self, label: str, kind: DeviceKind, **kwargs: Any) -> None:
        super().__init__(label, **kwargs)
        self.suggestions = tuple(each.full_name for each in known_models().of_kind(kind))


def centimetres(label: str, description: str = "") -> AmountField:
    """A length of a catheter."""
    return AmountField(label, [Optional()], unit="cm", description=description)


class PumpLabelFields(CaseForm):
    """What identifies a pump."""

    READS_LABELS: ClassVar[bool] = True
    PUMP_LABEL_ROWS = (
        ("pump_label",), ("pump_model", "pump_serial"), ("pump_lot", "pump_expires_on"),
    )  # fmt: skip
    pump_label = LabelField("Label of the pump (UDI)", DeviceKind.PUMP)
    pump_model = ModelField("Model", DeviceKind.PUMP)
    pump_serial = TextField("Serial number", longest=60)
    pump_lot = TextField("Lot of the pump", longest=60)
    pump_expires_on = DayField("Pump may be used until")


class CatheterLabelFields(CaseForm):
    """What identifies a catheter."""

    READS_LABELS: ClassVar[bool] = True
    CATHETER_LABEL_ROWS = (
        ("catheter_label",), ("catheter_model", "catheter_serial"), ("catheter_lot", "catheter_expires_on"),
    )  # fmt: skip
    catheter_label = LabelField("Label of the catheter (UDI)", DeviceKind.CATHETER)
    catheter_model = ModelField("Catheter", DeviceKind.CATHETER)
    catheter_serial = TextField("Serial number of the catheter", longest=60)
    catheter_lot = TextField("Lot of the catheter", longest=60)
    catheter_expires_on = DayField("Catheter may be used until")


class CatheterFields(CatheterLabelFields):
    """A catheter that was put in."""

    CATHETER_ROWS = (
        *CatheterLabelFields.CATHETER_LABEL_ROWS, ("catheter_implanted_cm", "catheter_trimmed_cm"), ("tip_level",),
    )  # fmt: skip
    catheter_implanted_cm = centimetres("Length left in")
    catheter_trimmed_cm = centimetres("Length cut off", "0 where nothing was cut off.")
    tip_level = TextField("Level of the tip", longest=20, description="For example T10.")

    def new_catheter(self) -> Component:
        """What was typed, as the service takes it."""
        return Component(
            model=self.catheter_model.data,
            serial=self.catheter_serial.data,
            udi=self.catheter_label.data,
            lot=self.catheter_lot.data,
            expires_on=self.catheter_expires_on.data,
            implanted_cm=self.catheter_implanted_cm.data,
            trimmed_cm=self.catheter_trimmed_cm.data,
            tip_level=self.tip_level.data,
        )

    @property
    def speaks_of_catheter(self) -> bool:
        """Whether anything of it was filled in."""
        names = (name for row in self.CATHETER_ROWS for name in row)
        return any(self[name].data not in {None, ""} for name in names)


class _ReadLabelForm(CaseForm):
    """The label of one device, and what becomes of it."""

    KIND: ClassVar[DeviceKind]
    use = RadioField("The device", [InputRequired("Say whether it is to be put in.")], choices=options(LABEL_USES))
    reason = NoteField("Why it was not used", description="Only where it was opened and not used.")

    def part(self) -> Component:
        """What was scanned or typed, as the service takes it."""
        named = {name: self[f"{self.KIND}_{name}"].data for name in ("model", "serial", "lot", "expires_on")}
        return Component(udi=self[f"{self.KIND}_label"].data, **named)


class ReadPumpLabelForm(_ReadLabelForm, PumpLabelFields):
    """The label of a pump."""

    KIND = DeviceKind.PUMP
    SECTIONS = (Section("Pump", PumpLabelFields.PUMP_LABEL_ROWS), Section("", (("use",), ("reason",))))


class ReadCatheterLabelForm(_ReadLabelForm, CatheterLabelFields):
    """The label of a catheter."""

    KIND = DeviceKind.CATHETER
    SECTIONS = (Section("Catheter", CatheterLabelFields.CATHETER_LABEL_ROWS), Section("", (("use",), ("reason",))))


READ_LABEL_FORMS: dict[str, type[ReadPumpLabelForm | ReadCatheterLabelForm]] = {
    DeviceKind.PUMP: ReadPumpLabelForm,
    DeviceKind.CATHETER: ReadCatheterLabelForm,
}


class DeviceOrderForm(CaseForm):
    """The models that are to be put in."""

    pump = ModelField("Pump", DeviceKind.PUMP, description="Another one that is read is then a hard stop.")
    catheter = ModelField("Catheter", DeviceKind.CATHETER)


def side_field() -> RadioField:
    """The side of the pocket; nothing is preselected."""
    return RadioField("Side of the pocket", [Optional()], choices=options(SIDES))
