"""Bringing in referrals from a spreadsheet: choose a file, look at what would happen, then import it."""

from tracker.web.referral_import.routes import blueprint

__all__ = ["blueprint"]
