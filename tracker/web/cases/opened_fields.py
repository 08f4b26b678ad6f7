"""Fields for devices that were opened and not put in, and what is on record of them."""

from wtforms import RadioField
from wtforms.validators import Optional

from tracker.domain.facts import Appointment, DeviceLabel
from tracker.domain.words import DeviceKind, LabelUse, Opened
from tracker.queries.case_detail import OpenedCase
from tracker.services import opened_devices
from tracker.services.device_parts import Component
from tracker.services.opened_devices import FIELDS
from tracker.web.cases.device_forms import LabelField, ModelField
from tracker.web.cases.fields import CaseForm, Section, TextField
from tracker.web.common.forms import options

_SAID = {
    Opened.NONE: "No device was opened without being put in",
    Opened.SOME: "A device was: it is written down below, or was recorded before",
}
_PARTS = ("label", "model", "serial", "lot")


class OpenedDeviceFields(CaseForm):
    """Whether devices were opened and not put in, and up to one of each kind. Nothing is chosen."""

    OPENED_SECTION = Section(
        "Opened and not put in",
        (
            ("opened",),
            ("unused_pump_label",),
            ("unused_pump_model", "unused_pump_serial", "unused_pump_lot"),
            ("unused_catheter_label",),
            ("unused_catheter_model", "unused_catheter_serial", "unused_catheter_lot"),
            ("unused_reason",),
        ),
    )
    opened = RadioField(
        "Devices that were opened and not put in",
        [Optional()],
        choices=options(_SAID),
        description="Asked where the operation was broken off: the clinic accounts for each device that was opened.",
    )
    unused_pump_label = LabelField("Label of the pump that was not used (UDI)", DeviceKind.PUMP, into=FIELDS)
    unused_pump_model = ModelField("Pump not used", DeviceKind.PUMP)
    unused_pump_serial = TextField("Its serial number", longest=60)
    unused_pump_lot = TextField("Its lot", longest=60)
    unused_catheter_label = LabelField(
        "Label of the catheter that was not used (UDI)", DeviceKind.CATHETER, into=FIELDS
    )
    unused_catheter_model = ModelField("Catheter not used", DeviceKind.CATHETER)
    unused_catheter_serial = TextField("Serial number of that catheter", longest=60)
    unused_catheter_lot = TextField("Lot of that catheter", longest=60)
    unused_reason = TextField("Why it was not used", description="Empty: for the reason that is given in this form.")

    def opened_devices(self) -> opened_devices.Opened:
        """What was typed, as the service takes it."""
        return opened_devices.Opened(
            said=self.opened.data or "",
            pump=self._part(DeviceKind.PUMP),
            catheter=self._part(DeviceKind.CATHETER),
            reason=self.unused_reason.data,
        )

    def _part(self, kind: DeviceKind) -> Component | None:
        label, model, serial, lot = (self[f"{FIELDS}{kind}_{name}"].data or "" for name in _PARTS)
        return Component(udi=label, model=model, serial=serial, lot=lot) if label or model or serial or lot else None


def known_labels(case: OpenedCase, visit: Appointment | None) -> list[tuple[str, str]]:
    """The devices whose labels were read for this operation, and those that were set aside, to compare with."""
    labels = opened_devices.labels_of_operation(case.snapshot, visit)
    names = ((LabelUse.READ, "Labels read"), (LabelUse.NOT_USED, "Recorded as opened and not used"))
    said = [(title, "; ".join(_named(each) for each in labels if each.use == use)) for use, title in names]
    return [(title, text) for title, text in said if text]


def _named(label: DeviceLabel) -> str:
    piece = f"serial {label.serial}" if label.serial else f"lot {label.lot}"
    return f"{label.model}, {piece}"
