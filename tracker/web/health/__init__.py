"""Whether the system runs: one word for machines, details for people who are signed in."""

from tracker.web.health.routes import blueprint

__all__ = ["blueprint"]
