"""Signing in and out, one's own password, and the choice of a clinic."""

from tracker.web.accounts.routes import blueprint

__all__ = ["blueprint"]
