"""The day: who comes when, each visit's checklist, and the rooms that are looked at."""

from tracker.web.day import checklist_routes
from tracker.web.day.routes import blueprint

__all__ = ["blueprint", "checklist_routes"]
