"""Today: what must be done, the most urgent first."""

from tracker.web.today.routes import blueprint

__all__ = ["blueprint"]
