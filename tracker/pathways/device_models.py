"""The models of pumps and catheters that are known, read once from their file."""

import tomllib
from decimal import Decimal
from functools import cache
from importlib import resources

from tracker.domain.device_models import DeviceModel, DeviceModels

FILE = "device_models.toml"


@cache
def known_models() -> DeviceModels:
    """Every model of the file."""
    text = resources.files("tracker.pathways").joinpath(FILE).read_text(encoding="utf-8")
    return DeviceModels(
        DeviceModel(
            reference=each["reference"],
            name=each["name"],
            kind=each["kind"],
            manufacturer=each["manufacturer"],
            reservoir_ml=Decimal(each["reservoir_ml"]) if "reservoir_ml" in each else None,
            identifiers=tuple(each["identifiers"]),
            source=each["source"],
        )
        for each in tomllib.loads(text)["models"]
    )
