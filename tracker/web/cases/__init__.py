"""The case: its page, and every form that records something about it."""

from tracker.web.cases import (
    advisory,
    decisions,
    device,
    follow_up,
    grounds,
    interrogation,
    patients,
    pump,
    pump_call,
    reach,
    reoperation,
    scan,
    show,
    steps,
    stock,
    trial,
    visits,
)
from tracker.web.cases.blueprint import blueprint

__all__ = [
    "advisory",
    "blueprint",
    "decisions",
    "device",
    "follow_up",
    "grounds",
    "interrogation",
    "patients",
    "pump",
    "pump_call",
    "reach",
    "reoperation",
    "scan",
    "show",
    "steps",
    "stock",
    "trial",
    "visits",
]
