"""What must hold, computed from the facts and not from what the reconciler stored of them."""

from tracker.queries.invariants.of_cases import look
from tracker.queries.invariants.report import (
    INVARIANTS,
    Report,
    Violation,
    check_case,
    check_clinic,
    check_everything,
)
from tracker.queries.invariants.whole_case import page_of_cases

__all__ = [
    "INVARIANTS",
    "Report",
    "Violation",
    "check_case",
    "check_clinic",
    "check_everything",
    "look",
    "page_of_cases",
]
