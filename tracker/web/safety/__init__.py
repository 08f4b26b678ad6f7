"""The safety figures, what must always hold, computed from the facts; and the kit for the day when nothing works."""

from tracker.web.safety import downtime
from tracker.web.safety.routes import blueprint

__all__ = ["blueprint", "downtime"]
