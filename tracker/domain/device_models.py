"""Models of pumps and catheters: by what their label says, and by what people write."""

import re
from collections.abc import Iterable
from dataclasses import dataclass
from decimal import Decimal


@dataclass(frozen=True, slots=True)
class DeviceModel:
    """One model. ``reference`` is the manufacturer's number on the label; ``identifiers`` are the device identifiers
    (GS1 or HIBCC) that a source gives for it."""

    reference: str
    name: str
    kind: str
    manufacturer: str
    reservoir_ml: Decimal | None
    identifiers: tuple[str, ...]
    source: str

    @property
    def full_name(self) -> str:
        """As it is written down here."""
        return f"{self.name} {self.reference}"


def folded(text: str) -> str:
    """A model's name as something to compare: letters and digits."""
    return re.sub(r"[^0-9a-z]", "", text.casefold())


class DeviceModels:
    """The models that are known."""

    def __init__(self, models: Iterable[DeviceModel]) -> None:
        self.all = tuple(models)

    def of_kind(self, kind: str) -> tuple[DeviceModel, ...]:
        """The models of pumps, or of catheters."""
        return tuple(each for each in self.all if each.kind == kind)

    def identified(self, device_identifier: str) -> DeviceModel | None:
        """The model that a label names."""
        return next((each for each in self.all if device_identifier in each.identifiers), None)

    def written(self, kind: str, text: str) -> DeviceModel | None:
        """The model that somebody means who writes its number, whatever else they write."""
        plain = folded(text)
        found = [each for each in self.of_kind(kind) if folded(each.reference) in plain]
        return max(found, key=lambda each: len(each.reference), default=None)

    def full_name(self, kind: str, text: str) -> str:
        """What somebody wrote, as it is written down here; a model that is not known stays as it was written."""
        known = self.written(kind, text)
        return known.full_name if known else " ".join(text.split())
