"""Every pump and its next refill."""

from tracker.web.refills.routes import blueprint

__all__ = ["blueprint"]
