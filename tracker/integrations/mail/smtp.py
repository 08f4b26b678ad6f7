"""Handing a message to a mail server.

What matters is how far the conversation came. Before the message itself is handed over, whatever goes wrong means
that it surely did not go. From then on a silence means that nobody knows; only an answer counts. A refusal with a
5xx code about this message or its recipient is for good, a 4xx code may be better later, and trouble with our own
sign-in or encryption is ours: it is tried again, so that a wrong password loses no reminder.
"""

import re
import smtplib
import ssl
from dataclasses import dataclass, field

from tracker.domain.mail import MailRejected, MailUnavailable, MailUncertain, Message, Receipt
from tracker.integrations.mail.wire import wire_bytes

#: Seconds to wait for any one answer of the server; far less than the lease of a reminder.
TIMEOUT_S = 20.0
FOR_GOOD = range(500, 600)
#: One address in plain characters, without a name, a list or a line break in it.
PLAIN_ADDRESS = re.compile(r"[!-~]+@[!-~]+", re.ASCII)
NOT_IN_ADDRESS = frozenset('<>,;:\\"')


@dataclass(frozen=True, slots=True, kw_only=True)
class SmtpMailer:
    """One mail server. ``sender`` is a plain address; messages are named after our reference at its domain."""

    host: str
    port: int
    sender: str
    user: str = ""
    password: str = field(default="", repr=False)
    starttls: bool = True
    timeout_s: float = TIMEOUT_S

    @property
    def reaches_people(self) -> bool:
        """A mail server does."""
        return True

    def was_sent(self, reference: str) -> bool | None:
        """Nobody can ask a mail server."""
        return None

    def send(self, message: Message) -> Receipt:
        """Hand over one message in one connection.

        :raises MailRejected: the server refuses the recipient or the message for good
        :raises MailUnavailable: it surely did not go
        :raises MailUncertain: the connection broke after the message was handed over
        """
        wire = self._wire(message)
        try:
            connection = self._connect()
        except (OSError, smtplib.SMTPException) as error:
            raise MailUnavailable(_said(error)) from error
        try:
            self._prepare(connection, message.recipient)
            self._hand_over(connection, wire)
        finally:
            connection.close()
        return Receipt(message.reference)

    def _wire(self, message: Message) -> bytes:
        if not PLAIN_ADDRESS.fullmatch(message.recipient) or NOT_IN_ADDRESS & set(message.recipient):
            raise MailRejected("not an address that mail can be sent to")
        headers = {
            "From": self.sender,
            "To": message.recipient,
            "Subject": message.subject,
            "Message-ID": f"<{message.reference}@{self.sender.rpartition('@')[2]}>",
            "Auto-Submitted": "auto-generated",
        }
        return wire_bytes(message, headers)

    def _connect(self) -> smtplib.SMTP:
        connection = smtplib.SMTP(self.host, self.port, timeout=self.timeout_s)
        try:
            connection.ehlo_or_helo_if_needed()
            if self.starttls:
                connection.starttls(context=ssl.create_default_context())
            if self.user:
                connection.login(self.user, self.password)
        except BaseException:
            connection.close()
            raise
        return connection

    def _prepare(self, connection: smtplib.SMTP, recipient: str) -> None:
        """Sender and recipient; nothing has gone yet."""
        try:
            code, answer = connection.mail(self.sender)
            if code != 250:
                # About us, not about the recipient: it may be put right.
                raise MailUnavailable(_answer(code, answer))
            code, answer = connection.rcpt(recipient)
        except (OSError, smtplib.SMTPException, UnicodeError) as error:
            raise MailUnavailable(_said(error)) from error
        if code not in (250, 251):
            raise _refusal(code, answer)

    def _hand_over(self, connection: smtplib.SMTP, wire: bytes) -> None:
        try:
            code, answer = connection.data(wire)
        except smtplib.SMTPDataError as error:
            raise _refusal(error.smtp_code, error.smtp_error) from error
        except (OSError, smtplib.SMTPException) as error:
            raise MailUncertain(_said(error)) from error
        if code != 250:
            raise _refusal(code, answer)


def _refusal(code: int, answer: bytes | str) -> MailRejected | MailUnavailable:
    return (MailRejected if code in FOR_GOOD else MailUnavailable)(_answer(code, answer))


def _answer(code: int, answer: bytes | str) -> str:
    """The server's code and its enhanced code. Its text often repeats the address, so it is left out."""
    text = answer.decode("ascii", "replace") if isinstance(answer, bytes) else answer
    first = text.split(maxsplit=1)[0] if text.strip() else ""
    return f"{code} {first}".strip() if first.replace(".", "").isdigit() else str(code)


def _said(error: Exception) -> str:
    code = getattr(error, "smtp_code", None)
    return f"{type(error).__name__} {code}" if code else type(error).__name__
