"""The pathway itself: what stands in its file, in words."""

from tracker.web.pathways.routes import blueprint

__all__ = ["blueprint"]
