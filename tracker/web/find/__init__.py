"""Finding a patient."""

from tracker.web.find.routes import blueprint

__all__ = ["blueprint"]
