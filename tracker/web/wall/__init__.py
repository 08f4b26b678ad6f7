"""The wall view: the day for a hallway, without names."""

from tracker.web.wall.routes import blueprint

__all__ = ["blueprint"]
