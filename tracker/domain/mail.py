"""A message on its way out, and the three ways in which handing it over can fail.

What matters is whether it may have gone: a message that surely did not go is tried again, one that may have gone is
looked up or sent once more, and one that was refused is a person's business.
"""

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Message:
    """One e-mail in plain text. ``reference`` is ours: it stays the same when the message is sent again."""

    recipient: str
    subject: str
    body: str
    reference: str


@dataclass(frozen=True, slots=True)
class Receipt:
    """The other side took the message. ``reference`` is what it calls it, ours if it has no name of its own."""

    reference: str


class MailError(Exception):
    """The message was not taken. The text names no recipient."""


class MailRejected(MailError):
    """Refused for good: another attempt would be refused as well."""


class MailUnavailable(MailError):
    """It surely did not go, and may go later."""


class MailUncertain(MailError):
    """Nobody knows whether it went."""
