"""The day: who comes when, and each visit's checklist."""

from tracker.web.day.routes import blueprint

__all__ = ["blueprint"]
