"""A provider of text messages on this machine, that answers, is late, breaks off and lies as it is told.

It speaks the part of Twilio's interface that we use, and remembers what it accepted: what our side believes can be held
against what truly happened.
"""

import hashlib
import hmac
import json
import random
from base64 import b64decode, b64encode
from collections.abc import Sequence
from dataclasses import dataclass
from enum import Enum, auto
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from ssl import SSLContext
from threading import Condition, Event, Thread
from types import TracebackType
from typing import Self
from urllib.parse import parse_qs, parse_qsl, urlsplit

PATH = "/2010-04-01/Accounts/AC1/Messages.json"
#: How long a test waits for what must happen, in seconds, before it fails.
PATIENCE_S = 10.0


class Manner(Enum):
    """How the provider treats a message."""

    ANSWER = auto()
    #: Accepts it and says nothing until the provider is closed.
    HOLD = auto()
    #: Hangs up without having accepted it.
    BREAK_BEFORE = auto()
    #: Accepts it and hangs up.
    BREAK_AFTER = auto()
    #: Accepts it and hangs up in the middle of the answer.
    BREAK_WITHIN = auto()


@dataclass(frozen=True, slots=True)
class Accepted:
    """A message that the provider will send."""

    sid: str
    form: dict[str, str]

    @property
    def reference(self) -> str:
        """Ours."""
        return self.form["Reference"]


@dataclass(frozen=True, slots=True)
class Report:
    """What the provider calls back with: a form, posted to ``url`` under ``X-Twilio-Signature``."""

    url: str
    form: tuple[tuple[str, str], ...]
    signature: str


class SmsProvider:
    """Listens while it is entered.

    ``manner`` is how it treats the next messages. ``says`` replaces its answer to a message (a status and a body), and
    then nothing is accepted unless ``accepts_anyway``. ``lists`` replaces its answer to a question.
    """

    def __init__(self, *, account: str = "AC1", secret: str = "s3cret", tls: SSLContext | None = None) -> None:
        self.account, self.secret = account, secret
        self.manner = Manner.ANSWER
        self.says: tuple[int, bytes] | None = None
        self.accepts_anyway = False
        self.lists: tuple[int, bytes] | None = None
        self.posted = 0
        self._accepted: list[Accepted] = []
        self._changed = Condition()
        self.closing = Event()
        self._server = _Server(self)
        if tls:
            self._server.socket = tls.wrap_socket(self._server.socket, server_side=True)
        self._scheme = "https" if tls else "http"
        self._thread = Thread(target=self._server.serve_forever, kwargs={"poll_interval": 0.01}, daemon=True)

    def __enter__(self) -> Self:
        self._thread.start()
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.closing.set()
        self._server.shutdown()
        self._thread.join()
        self._server.server_close()

    @property
    def url(self) -> str:
        """Where messages are posted."""
        return self.url_at("127.0.0.1")

    def url_at(self, host: str) -> str:
        """The same under another name of this machine."""
        return f"{self._scheme}://{host}:{self._server.server_address[1]}{PATH}"

    @property
    def accepted(self) -> tuple[Accepted, ...]:
        """What it will send, in the order of acceptance."""
        with self._changed:
            return tuple(self._accepted)

    def wait_for(self, count: int) -> tuple[Accepted, ...]:
        """What it accepted, once there are ``count``: a sender that gave up may be ahead of it."""
        with self._changed:
            assert self._changed.wait_for(lambda: len(self._accepted) >= count, PATIENCE_S)
        return self.accepted

    def accept(self, form: dict[str, str]) -> Accepted:
        """Promise to send a message."""
        with self._changed:
            taken = Accepted(f"SM{len(self._accepted) + 1:032x}", form)
            self._accepted.append(taken)
            self._changed.notify_all()
        return taken

    def reports(self, message: Accepted, states: Sequence[str], *, chance: random.Random) -> list[Report]:
        """Every state of a message at least once, some twice, in any order: a provider promises no more."""
        once = [self.report(message, state) for state in states]
        sent = once + chance.sample(once, k=chance.randint(0, len(once)))
        chance.shuffle(sent)
        return sent

    def report(self, message: Accepted, state: str, *, error_code: int = 0) -> Report:
        """One signed report."""
        url = message.form["StatusCallback"]
        form = {
            "MessageSid": message.sid,
            "MessageStatus": state,
            "AccountSid": self.account,
            "To": message.form["To"],
            "From": message.form["From"],
        } | ({"ErrorCode": str(error_code)} if error_code else {})
        text = url + "".join(f"{name}{form[name]}" for name in sorted(form))
        digest = hmac.new(self.secret.encode(), text.encode(), hashlib.sha1).digest()
        return Report(url, tuple(form.items()), b64encode(digest).decode())


class _Handler(BaseHTTPRequestHandler):
    """One request. The library makes a new one for each connection, without arguments of ours."""

    protocol_version = "HTTP/1.1"
    server: "_Server"

    def do_POST(self) -> None:  # the library's name
        """A message."""
        provider = self.server.provider
        form = dict(parse_qsl(self.rfile.read(int(self.headers["Content-Length"])).decode(), keep_blank_values=True))
        provider.posted += 1
        self.close_connection = True
        if not self._is_signed_in():
            self._answer(401, b'{"code": 20003, "message": "Authenticate"}')
        elif provider.says and not provider.accepts_anyway:
            self._answer(*provider.says)
        elif provider.manner is not Manner.BREAK_BEFORE:
            self._accept(form)

    def do_GET(self) -> None:  # as above
        """A question for the messages of one reference."""
        provider = self.server.provider
        self.close_connection = True
        if not self._is_signed_in():
            self._answer(401, b"")
            return
        asked = parse_qs(urlsplit(self.path).query).get("Reference", [""])[0]
        found = [
            {"sid": each.sid, "status": "sent", "reference": each.reference}
            for each in provider.accepted
            if each.reference == asked
        ]
        body = json.dumps({"messages": found, "next_page_uri": None}).encode()
        self._answer(*(provider.lists or (200, body)))

    def log_message(self, format: str, *args: object) -> None:  # noqa: A002  # the library's name
        """Say nothing: the tests ask what happened."""

    def _accept(self, form: dict[str, str]) -> None:
        provider = self.server.provider
        taken = provider.accept(form)
        if provider.manner is Manner.HOLD:
            provider.closing.wait(PATIENCE_S)
        elif provider.manner is not Manner.BREAK_AFTER:
            body = json.dumps({"sid": taken.sid, "status": "queued"}).encode()
            self._answer(*(provider.says or (201, body)))

    def _is_signed_in(self) -> bool:
        _, _, given = self.headers.get("Authorization", "").partition(" ")
        return b64decode(given).decode() == f"{self.server.provider.account}:{self.server.provider.secret}"

    def _answer(self, status: int, body: bytes) -> None:
        self.send_response(status)
        self.send_header("Content-Length", str(len(body)))
        self.end_headers()
        is_torn = self.server.provider.manner is Manner.BREAK_WITHIN
        self.wfile.write(body[: len(body) // 2] if is_torn else body)


class _Server(ThreadingHTTPServer):
    """Knows the provider that its handlers ask."""

    def __init__(self, provider: SmsProvider) -> None:
        super().__init__(("127.0.0.1", 0), _Handler)
        self.provider = provider
