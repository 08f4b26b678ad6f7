"""One person at one browser: a connection that is kept open, cookies, and a clock."""

import re
from dataclasses import dataclass
from http.client import HTTPConnection, HTTPResponse, RemoteDisconnected
from time import perf_counter
from types import TracebackType
from typing import Self
from urllib.parse import urlencode

_HIDDEN = re.compile(r'name="(csrf_token|expected_version)"[^>]*?value="([^"]*)"')
_TIMEOUT_S = 60


class UnexpectedAnswer(Exception):
    """A page answered otherwise than a page that works."""


@dataclass(frozen=True, slots=True)
class Answer:
    """What came back, and after how many milliseconds. ``location`` is where it leads to, if anywhere."""

    status: int
    text: str
    ms: float
    location: str = ""

    def hidden(self) -> dict[str, str]:
        """The token and the version of the form on this page."""
        return dict(_HIDDEN.findall(self.text))


class Browser:
    """Asks one server. Close it, or use it as a context."""

    def __init__(self, port: int) -> None:
        self._connection = HTTPConnection("127.0.0.1", port, timeout=_TIMEOUT_S)
        self._cookies: dict[str, str] = {}

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self._connection.close()

    def get(self, path: str) -> Answer:
        """A page that must be there.

        :raises UnexpectedAnswer: for any status but 200
        """
        return self._ask("GET", path, None, 200)

    def post(self, path: str, form: dict[str, str], expected: int = 303) -> Answer:
        """A form that must be taken.

        :raises UnexpectedAnswer: for any other status than ``expected``
        """
        return self._ask("POST", path, urlencode(form), expected)

    def sign_in(self, email: str, password: str) -> None:
        """Come in as somebody.

        :raises UnexpectedAnswer: when that is refused
        """
        form = self.get("/sign-in").hidden()
        self.post("/sign-in", {**form, "email": email, "password": password})

    def _ask(self, method: str, path: str, body: str | None, expected: int) -> Answer:
        headers = {"Cookie": "; ".join(f"{name}={value}" for name, value in self._cookies.items())}
        if body is not None:
            headers["Content-Type"] = "application/x-www-form-urlencoded"
        try:
            response, content, ms = self._timed(method, path, body, headers)
        except RemoteDisconnected:
            # The server closes a connection that rested while another one was measured.
            self._connection.close()
            response, content, ms = self._timed(method, path, body, headers)
        for cookie in response.headers.get_all("Set-Cookie", []):
            name, _, value = cookie.partition(";")[0].partition("=")
            self._cookies[name] = value
        if response.status != expected:
            raise UnexpectedAnswer(f"{method} {path} answered {response.status} instead of {expected}")
        return Answer(response.status, content.decode(), ms, response.headers.get("Location", ""))

    def _timed(
        self, method: str, path: str, body: str | None, headers: dict[str, str]
    ) -> tuple[HTTPResponse, bytes, float]:
        begun = perf_counter()
        self._connection.request(method, path, body, headers)
        response = self._connection.getresponse()
        content = response.read()
        return response, content, (perf_counter() - begun) * 1000
