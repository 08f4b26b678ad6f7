"""What the label of a device must say before it goes into a patient: in date on the day, and the model ordered."""

from dataclasses import dataclass
from datetime import date, datetime
from typing import ClassVar, Protocol

from tracker.domain.device_models import folded
from tracker.domain.facts import DeviceLabel
from tracker.domain.pathway.blocker import Blocker
from tracker.domain.pathway.requirements.base import CLINICAL, Requirement
from tracker.domain.pathway.snapshot import Snapshot
from tracker.domain.words import DeterminationKind, DeviceKind, LabelUse, Purpose

#: What was ordered of each kind of device.
ORDERS = {DeviceKind.PUMP: DeterminationKind.PUMP_ORDER, DeviceKind.CATHETER: DeterminationKind.CATHETER_ORDER}


def ordered_model(snapshot: Snapshot, kind: DeviceKind) -> str:
    """The model of a kind that a physician ordered; empty: none was."""
    order = snapshot.determination(ORDERS[kind])
    return order.reason if order else ""


@dataclass(frozen=True, slots=True, kw_only=True)
class DevicesFit(Requirement):
    """No device whose label was read for this implant is out of date on its day, or of another model than ordered.

    It answers for the devices that are still to be put in: what is in the patient was judged when it was recorded, and
    what was opened and not used, or took the place of another on the table, is none of them.
    """

    kind: ClassVar[str] = "devices_fit"

    def missing(self, snapshot: Snapshot, at: datetime) -> tuple[Blocker, ...]:
        found: list[Blocker] = []
        for kind in ORDERS:
            label = _on_the_table(snapshot, kind)
            if label is not None and not any(each.kind == kind for each in snapshot.devices_in_place):
                day = snapshot.day_of(Purpose.IMPLANT) or snapshot.calendar.today(label.effective_at)
                found += self.unfit(kind, label.model, label.expires_on, ordered_model(snapshot, kind), day)
        return tuple(found)

    def unfit(
        self, device: DeviceKind, model: str, expires_on: date | None, ordered: str, day: date
    ) -> tuple[Blocker, ...]:
        """Why a device may not be put in on ``day``. A date that nobody read is no date in the future."""
        found: list[Blocker] = []
        if expires_on is None:
            found.append(self.blocker("device_expiry_unknown", CLINICAL, "device_label", device=device))
        elif expires_on < day:
            found.append(self.blocker("device_expired", CLINICAL, "device_label", device=device, expired=expires_on))
        if ordered and folded(ordered) != folded(model):
            names = {"ordered": ordered, "model": model}
            found.append(self.blocker("device_differs", CLINICAL, "device_label", device=device, **names))
        return tuple(found)


def _on_the_table(snapshot: Snapshot, kind: DeviceKind) -> DeviceLabel | None:
    """The label of a kind that was read last for this attempt, of a device that was not set aside since."""
    labels = [
        each for each in snapshot.of(DeviceLabel) if each.kind == kind and each.attempt == snapshot.implant_attempt
    ]
    aside = {piece_of(each) for each in labels if each.use == LabelUse.NOT_USED}
    left = [each for each in labels if each.use == LabelUse.READ and piece_of(each) not in aside]
    return left[-1] if left else None


class Piece(Protocol):
    """What tells one device from another of its kind."""

    @property
    def serial(self) -> str: ...
    @property
    def lot(self) -> str: ...
    @property
    def model(self) -> str: ...


def piece_of(device: Piece) -> tuple[str, str, str]:
    """Which very device it is, however it was typed."""
    return folded(device.serial), folded(device.lot), folded(device.model)
