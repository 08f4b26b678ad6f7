"""Tracing a manufacturer's advisory to the patients it is about."""

from tracker.web.advisories.routes import blueprint

__all__ = ["blueprint"]
