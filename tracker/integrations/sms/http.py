"""Handing a text message to a provider over HTTP, the way Twilio and those that imitate it take it.

What matters is how far the conversation came, as with mail. Until the connection stands, whatever goes wrong means that
the message surely did not go. From the first byte of the request on a silence means that nobody knows; only an answer
counts (``answers.py``). ``http.client`` and not a library above it, because those hide on which side of that line an
error happened, and may try again by themselves.
"""

import http.client
import re
import ssl
from base64 import b64encode
from dataclasses import dataclass, field
from urllib.parse import SplitResult, quote, urlencode, urlsplit

from tracker.domain.mail import MailRejected, MailUnavailable, MailUncertain, Message, Receipt
from tracker.integrations.sms.answers import receipt_in, was_taken

#: Seconds to wait for the connection, and for any one part of the answer; far less than the lease of a reminder.
TIMEOUT_S = 10.0
#: Octets of an answer that are read. One about a single message has about a thousand.
LONGEST_ANSWER = 65_536
#: E.164: with the country, without signs between.
NUMBER = re.compile(r"\+[1-9][0-9]{6,14}", re.ASCII)


@dataclass(frozen=True, slots=True, kw_only=True)
class HttpTexter:
    """One provider. ``url`` is where messages are posted, ``account`` and ``secret`` sign in, ``sender`` is our number.

    ``callback_url`` is where the provider reports what became of a message: our reference is put behind it as one more
    part of the path. Without one no report is asked for. ``can_look_up``: the provider keeps the field ``Reference``
    and lists messages by it; Twilio itself does not.
    """

    url: str
    account: str
    secret: str = field(repr=False)
    sender: str
    callback_url: str = ""
    can_look_up: bool = False
    timeout_s: float = TIMEOUT_S

    @property
    def reaches_people(self) -> bool:
        """A provider does."""
        return True

    def send(self, message: Message) -> Receipt:
        """Hand over the body of one message in one connection; a text has no subject and no files.

        :raises MailRejected: the provider refuses the number or the text for good
        :raises MailUnavailable: it surely did not go
        :raises MailUncertain: no answer came after the request was begun, or none that can be read
        """
        if not NUMBER.fullmatch(message.recipient):
            raise MailRejected("not a number that a text can be sent to")
        form = {"To": message.recipient, "From": self.sender, "Body": message.body, "Reference": message.reference}
        if self.callback_url:
            form["StatusCallback"] = f"{self.callback_url}/{quote(message.reference, safe='')}"
        status, body = self._ask("POST", self._parts.path or "/", urlencode(form).encode())
        return receipt_in(status, body)

    def was_sent(self, reference: str) -> bool | None:
        """Whether the provider has a message under ``reference``; ``None`` where it cannot be asked or does not say."""
        if not self.can_look_up:
            return None
        target = f"{self._parts.path or '/'}?{urlencode({'Reference': reference})}"
        try:
            status, body = self._ask("GET", target)
        except (MailUnavailable, MailUncertain):
            # Asking changes nothing: whatever went wrong, the answer is that nobody can tell.
            return None
        return was_taken(status, body, reference)

    def _ask(self, method: str, target: str, form: bytes | None = None) -> tuple[int, bytes]:
        """The status and the start of the answer.

        :raises MailUnavailable: nothing was asked
        :raises MailUncertain: there was no answer, or it broke off
        """
        connection = self._connection()
        try:
            connection.connect()
        except (OSError, UnicodeError) as error:
            connection.close()
            raise MailUnavailable(type(error).__name__) from error
        try:
            connection.request(method, target, form, self._headers())
            answer = connection.getresponse()
            return answer.status, answer.read(LONGEST_ANSWER)
        except (OSError, http.client.HTTPException) as error:
            raise MailUncertain(type(error).__name__) from error
        finally:
            connection.close()

    def _connection(self) -> http.client.HTTPConnection:
        parts = self._parts
        host = parts.hostname or ""
        if parts.scheme == "https":
            return http.client.HTTPSConnection(
                host, parts.port, timeout=self.timeout_s, context=ssl.create_default_context()
            )
        return http.client.HTTPConnection(host, parts.port, timeout=self.timeout_s)

    def _headers(self) -> dict[str, str]:
        signed_in = b64encode(f"{self.account}:{self.secret}".encode()).decode()
        return {
            "Authorization": f"Basic {signed_in}",
            "Accept": "application/json",
            "Content-Type": "application/x-www-form-urlencoded",
            "Connection": "close",
        }

    @property
    def _parts(self) -> SplitResult:
        return urlsplit(self.url)
