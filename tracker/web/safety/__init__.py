"""The safety figures: what must always hold, computed from the facts."""

from tracker.web.safety.routes import blueprint

__all__ = ["blueprint"]
