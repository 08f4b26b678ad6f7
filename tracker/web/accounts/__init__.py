"""Signing in and out, one's own password, the choice of a clinic, and what was sent too late."""

from tracker.web.accounts import kept
from tracker.web.accounts.routes import blueprint

__all__ = ["blueprint", "kept"]
