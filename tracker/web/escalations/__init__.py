"""Escalations: what is still open and with whom, mine first."""

from tracker.web.escalations.routes import blueprint

__all__ = ["blueprint"]
