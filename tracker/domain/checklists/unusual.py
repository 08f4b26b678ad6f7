"""A value that can be, and seldom is: it is taken with a reason. What was measured is always written down."""

from decimal import Decimal

from tracker.domain.checklists.rules import ChecklistItemRule
from tracker.domain.checklists.vital_signs import alarms_of


def is_above_reservoir(rule: ChecklistItemRule, value: str, reservoir_ml: Decimal | None) -> bool:
    """Whether more was taken out of the pump than it holds. ``value`` as it is kept; ``reservoir_ml``: ``None`` where
    nobody knows it."""
    if not rule.is_held_to_reservoir or not value or reservoir_ml is None:
        return False
    return Decimal(value) > reservoir_ml


def why_asked(rule: ChecklistItemRule, value: str, reservoir_ml: Decimal | None) -> str:
    """Why a value needs a reason, as a sentence at it; empty for a usual one. ``value`` as it is kept."""
    if reservoir_ml is not None and is_above_reservoir(rule, value, reservoir_ml):
        held = f"{reservoir_ml.normalize():f}"
        return f"The reservoir holds {held} mL. Read it again; if this was measured, say why."
    if rule.unusual_to is not None and value and Decimal(value) <= rule.unusual_to:
        said = f"{value} {rule.unit}".strip()
        return f"{said} is unusual. Read it again; if it is so, say what is done about it."
    if rule.value == "vital_signs" and (signs := alarms_of(value)):
        return (
            f"{signs[0].upper()}{signs[1:]}: read it again. If it is so, call the physician now, and say what is done."
        )
    return ""
