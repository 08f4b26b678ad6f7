"""Pumps and catheters out of the store of the demonstration, with labels that a scanner could send."""

from datetime import timedelta
from decimal import Decimal

from tracker.demo.telling import Teller
from tracker.domain.labels.gs1 import SEPARATOR
from tracker.services.device_parts import Component

#: Identifiers that no manufacturer has: GS1 keeps numbers that begin with 952 for examples.
_CATHETER = "09521234543220"
_PUMPS = {
    "SynchroMed II 8637-20": "09521234543213", "SynchroMed III 8667-20": "09521234543237",
    "SynchroMed III 8667-40": "09521234543244",
}  # fmt: skip


def new_pump(teller: Teller, model: str, reservoir_ml: int) -> Component:
    """A pump in date, as its label says."""
    serial = f"NGP{teller.clinic.chance.randrange(10**6):06d}H"
    expires_on = teller.day + timedelta(days=teller.clinic.chance.randrange(120, 700))
    label = f"01{_PUMPS[model]}17{expires_on:%y%m%d}21{serial}"
    return Component(model, "Medtronic", serial, udi=label, reservoir_ml=Decimal(reservoir_ml), pocket_side="left")


def new_catheter(teller: Teller) -> Component:
    """A catheter in date, with what was left in and what was cut off."""
    lot, expires_on = f"HG{teller.clinic.chance.randrange(10**4):04d}", teller.day + timedelta(days=400)
    label = f"01{_CATHETER}10{lot}{SEPARATOR}17{expires_on:%y%m%d}"
    cut = Decimal(teller.clinic.chance.randrange(80, 240)) / 10
    return Component(
        "Ascenda 8780", "Medtronic", udi=label, implanted_cm=Decimal("76.0") - cut, trimmed_cm=cut, tip_level="T10"
    )
