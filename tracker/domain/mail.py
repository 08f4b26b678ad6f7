"""A message on its way out, and the three ways in which handing it over can fail.

What matters is whether it may have gone: a message that surely did not go is tried again, one that may have gone is
looked up or sent once more, and one that was refused is a person's business.
"""

import re
from dataclasses import dataclass

_PLAIN_NAME = re.compile(r"[a-z0-9][a-z0-9-]*\.[a-z0-9]+", re.ASCII)
_MEDIA_TYPE = re.compile(r"[a-z]+/[a-z0-9.+-]+(; [a-z]+=[A-Za-z0-9.-]+)*", re.ASCII)


@dataclass(frozen=True, slots=True)
class Attachment:
    """A text that goes along as a file. ``media_type`` may have parameters: ``text/calendar; method=PUBLISH``.

    The name shows in a list of mails and on a shared phone, so that it must be as neutral as the subject.

    :raises ValueError: the name is not of plain small letters, digits and hyphens with an ending, or the type is none
    """

    filename: str
    media_type: str
    content: str

    def __post_init__(self) -> None:
        """Refuse what would break a header of the mail, before anything is sent."""
        if not _PLAIN_NAME.fullmatch(self.filename):
            raise ValueError("the name of an attachment must be plain, like appointment.ics")
        if not _MEDIA_TYPE.fullmatch(self.media_type):
            raise ValueError("the type of an attachment must be like text/calendar; method=PUBLISH")


@dataclass(frozen=True, slots=True)
class Message:
    """One message, by e-mail or as a text. ``reference`` is ours: it stays the same when the message is sent again.

    ``body`` is plain text and says everything; ``html`` says the same for those who read mail that way. A text message
    is the body alone.
    """

    recipient: str
    subject: str
    body: str
    reference: str
    html: str = ""
    attachments: tuple[Attachment, ...] = ()


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
