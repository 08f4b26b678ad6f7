"""Users and roles, and what the clinic books with: clinicians, rooms, payers, zone, open and closed days."""

from tracker.web.admin import clinic, consent_texts, duties, entries, messages, preparation, users, words
from tracker.web.admin.routes import blueprint

__all__ = ["blueprint", "clinic", "consent_texts", "duties", "entries", "messages", "preparation", "users", "words"]
