"""Pumps no longer followed, for thirty days."""

from tracker.web.ended_pumps.routes import blueprint

__all__ = ["blueprint"]
