"""What must hold, computed from the facts and not from what the reconciler stored of them."""

from tracker.queries.invariants.report import Report, Violation, check_everything

__all__ = ["Report", "Violation", "check_everything"]
