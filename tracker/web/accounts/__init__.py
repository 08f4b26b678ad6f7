"""Signing in and out, one's own password and PIN, shared tablets, the clinic, and what was sent too late."""

from tracker.web.accounts import kept, pin, tablet
from tracker.web.accounts.routes import blueprint

__all__ = ["blueprint", "kept", "pin", "tablet"]
