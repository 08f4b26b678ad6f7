"""Tasks that no rule closes: a call to make, a doubt to put right."""

from tracker.web.tasks.routes import blueprint

__all__ = ["blueprint"]
