"""What a label says of one device, and that a label cannot be read."""

from dataclasses import dataclass, fields, replace
from datetime import date


class UnreadableLabel(Exception):
    """What was scanned is no label that can be trusted. ``sentence`` says why, to whoever holds the scanner."""

    def __init__(self, sentence: str) -> None:
        super().__init__(sentence)
        self.sentence = sentence


@dataclass(frozen=True, slots=True, kw_only=True)
class Reading:
    """What stands on a label; empty or ``None``: nothing.

    ``device_identifier`` is the part that names the model, as the FDA's database keeps it: 14 digits for GS1; labeler,
    product and unit without the leading "+" for HIBCC. ``expires_on`` is the last day on which it may be used.
    """

    device_identifier: str = ""
    lot: str = ""
    serial: str = ""
    expires_on: date | None = None
    made_on: date | None = None

    @property
    def names_the_piece(self) -> bool:
        """Whether it says which piece it is, not only of which model."""
        return bool(self.lot or self.serial or self.expires_on)

    def with_more(self, other: "Reading") -> "Reading":
        """Both together: one label may carry its data in several codes.

        :raises UnreadableLabel: where the two contradict each other
        """
        found: dict[str, object] = {}
        for each in fields(self):
            mine, theirs = getattr(self, each.name), getattr(other, each.name)
            if mine and theirs and mine != theirs:
                what = each.name.replace("_", " ").replace(" on", "")
                raise UnreadableLabel(f"Two codes of the label differ in {what}: {mine} and {theirs}. Scan it again.")
            found[each.name] = mine or theirs
        return replace(self, **found)  # type: ignore[arg-type]  # each value is one of the same field
