"""The pump is beeping: where a call is taken, from every page."""

from tracker.web.pump_calls.routes import blueprint

__all__ = ["blueprint"]
