"""The ledger of messages."""

from tracker.web.reminders.routes import blueprint

__all__ = ["blueprint"]
