"""Users, roles and the clinic's own settings."""

from tracker.web.admin.routes import blueprint

__all__ = ["blueprint"]
