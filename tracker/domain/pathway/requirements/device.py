"""What a device needs: to be in or out, to have a known alarm date, and a planned or completed refill."""

from dataclasses import dataclass
from datetime import datetime
from typing import ClassVar

from tracker.domain.facts import Device, Fill
from tracker.domain.pathway.alarm_date import alarm_date
from tracker.domain.pathway.blocker import Blocker
from tracker.domain.pathway.requirements.base import CLINICAL, COORDINATION, Claim, Requirement
from tracker.domain.pathway.snapshot import Snapshot
from tracker.domain.words import DeterminationKind, DeviceKind, DeviceOrigin, FillKind

PUMP_IN = (Claim.that("device", "in"), Claim.that(f"device.{DeviceKind.PUMP}", "in"))


@dataclass(frozen=True, slots=True, kw_only=True)
class DeviceState(Requirement):
    """A pump in place, or (``in_place = false``) no component in the patient at all.

    ``still``: one that was put in before, not one to be put in now. Where it was taken out nobody waits for it: the
    removal is struck out if it was not done, and a new one is put in by a step of its own.
    """

    kind: ClassVar[str] = "device"
    is_deed: ClassVar[bool] = True
    device: str
    in_place: bool
    still: bool = False

    @property
    def key(self) -> str:
        return f"device.{self.device}"

    @property
    def claims(self) -> tuple[Claim, ...]:
        if self.in_place:
            any_in = Claim.that("device", "in")
            return (any_in,) if self.device == "any" else (any_in, Claim.that(f"device.{self.device}", "in"))
        if self.device != "any":
            return (Claim.that(f"device.{self.device}", "out"),)
        return Claim.that("device", "none"), *(Claim.that(f"device.{kind}", "out") for kind in DeviceKind)

    def missing(self, snapshot: Snapshot, at: datetime) -> tuple[Blocker, ...]:
        here = [each for each in snapshot.devices_in_place if self.device in ("any", each.kind)]
        if bool(here) is self.in_place:
            return ()
        if self.in_place:
            out = snapshot.taken_out(self.device)
            if self.still and out is not None:
                on = out.removed_on or ""
                return (self.blocker("device_out", CLINICAL, "correct", device=self.device, on=on),)
            clear_with = "correct" if self.device == DeviceKind.PUMP and _is_broken_off(snapshot) else "implant"
            return (self.blocker("no_device", CLINICAL, clear_with, device=self.device),)
        return (self.blocker("device_in_place", CLINICAL, "device", device=here[0].kind),)


def _is_broken_off(snapshot: Snapshot) -> bool:
    """Whether the implant ended with the catheter alone in: nobody waits for its pump."""
    has_pump = any(each.kind == DeviceKind.PUMP for each in snapshot.of(Device))
    kinds = {(each.kind, each.origin) for each in snapshot.devices_in_place}
    return not has_pump and (DeviceKind.CATHETER, DeviceOrigin.IMPLANTED_HERE) in kinds


@dataclass(frozen=True, slots=True, kw_only=True)
class DeviceRemoved(Requirement):
    """The trial catheter is out with its tip intact; a tip left behind is not out."""

    kind: ClassVar[str] = "catheter_out"
    is_deed: ClassVar[bool] = True

    @property
    def claims(self) -> tuple[Claim, ...]:
        return Claim.that(self.kind, "yes"), Claim.that(f"device.{DeviceKind.TRIAL_CATHETER}", "out")

    def missing(self, snapshot: Snapshot, at: datetime) -> tuple[Blocker, ...]:
        trial = [each for each in snapshot.of(Device) if each.kind == DeviceKind.TRIAL_CATHETER]
        if trial and all(not each.in_place and each.tip_intact for each in trial):
            return ()
        return (self.blocker("catheter_in", CLINICAL, "device"),)


@dataclass(frozen=True, slots=True, kw_only=True)
class AlarmDateKnown(Requirement):
    """The programmer's printed low-reservoir alarm date of the pump in place, not voided since."""

    kind: ClassVar[str] = "alarm_date"
    is_deed: ClassVar[bool] = True

    @property
    def claims(self) -> tuple[Claim, ...]:
        return Claim.that(self.kind, "yes"), *PUMP_IN

    def missing(self, snapshot: Snapshot, at: datetime) -> tuple[Blocker, ...]:
        standing = alarm_date(snapshot, snapshot.pump.device) if snapshot.pump else None
        if standing is not None and standing.printed_on is not None and standing.voided_by is None:
            return ()
        return (self.blocker("alarm_date_unknown", CLINICAL, _with_pump(snapshot, "refill")),)


@dataclass(frozen=True, slots=True, kw_only=True)
class RefillPlanned(Requirement):
    """The next refill is booked, or a named person's dated plan stands (the date itself is the obligation's)."""

    kind: ClassVar[str] = "refill_booked"
    is_deed: ClassVar[bool] = True

    def missing(self, snapshot: Snapshot, at: datetime) -> tuple[Blocker, ...]:
        fill = snapshot.last_fill
        plan = snapshot.determination(DeterminationKind.REFILL_PLAN)
        planned_after = fill.seq if fill else 0
        if snapshot.is_to_come("refill") or (plan and plan.seq > planned_after):
            return ()
        return (self.blocker("refill_not_booked", COORDINATION, _with_pump(snapshot, "book"), purpose="refill"),)


@dataclass(frozen=True, slots=True, kw_only=True)
class RefillDone(Requirement):
    """A refill of the pump in place after the one at implant, here or elsewhere."""

    kind: ClassVar[str] = "refill_done"
    is_deed: ClassVar[bool] = True

    @property
    def claims(self) -> tuple[Claim, ...]:
        return Claim.that(self.kind, "yes"), *PUMP_IN

    def missing(self, snapshot: Snapshot, at: datetime) -> tuple[Blocker, ...]:
        pump, kinds = snapshot.pump, {FillKind.REFILL, FillKind.ELSEWHERE}
        if pump and any(fill.device == pump.device and fill.kind in kinds for fill in snapshot.of(Fill)):
            return ()
        return (self.blocker("refill_not_done", CLINICAL, _with_pump(snapshot, "refill")),)


def _with_pump(snapshot: Snapshot, clear_with: str) -> str:
    """What clears something about a refill; nothing does where no pump is in."""
    return clear_with if snapshot.pump is not None else ""
