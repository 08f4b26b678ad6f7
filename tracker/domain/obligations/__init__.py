"""What must happen for a patient by a date."""

from tracker.domain.obligations.everything import obligations, told_obligations
from tracker.domain.obligations.obligation import Obligation, Obligations

__all__ = ["Obligation", "Obligations", "obligations", "told_obligations"]
