"""The pumps that are followed, held against the list of billing or of the programmers."""

from tracker.web.pump_comparisons.routes import blueprint

__all__ = ["blueprint"]
