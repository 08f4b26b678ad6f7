"""The day: who comes when, each visit's checklist, the rooms that are looked at, and what a tablet takes along."""

from tracker.web.day import checklist_routes, offline, typed
from tracker.web.day.routes import blueprint

__all__ = ["blueprint", "checklist_routes", "offline", "typed"]
