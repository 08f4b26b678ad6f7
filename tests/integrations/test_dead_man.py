"""The signal that all is well, against a real server in this process."""

import socket
import ssl
from collections.abc import Iterator
from contextlib import contextmanager, nullcontext
from http.client import HTTPException
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from threading import Event, Thread

import pytest

from config import load_settings
from tests.support.certificates import Authority
from tracker.integrations.clock import SystemStopwatch
from tracker.integrations.dead_man import HttpDeadManSwitch, SignalRefused
from tracker.runtime import build_runtime


class Alarm(ThreadingHTTPServer):
    """Remembers what it was asked for, and answers as it is told."""

    def __init__(self) -> None:
        super().__init__(("127.0.0.1", 0), _Handler)
        self.asked: list[tuple[str, str, dict[str, str]]] = []
        self.status = 200
        self.is_silent = False
        self.closing = Event()

    @property
    def url(self) -> str:
        """Where it listens."""
        return f"http://127.0.0.1:{self.server_address[1]}/ping/4f1c"


class _Handler(BaseHTTPRequestHandler):
    server: Alarm

    def do_GET(self) -> None:  # the library's name
        """A signal."""
        self.server.asked.append((self.command, self.path, dict(self.headers)))
        if self.server.is_silent:
            self.server.closing.wait(10)
            return
        self.send_response(self.server.status)
        if self.server.status == 302:
            self.send_header("Location", "/elsewhere")
        self.end_headers()

    def log_message(self, format: str, *args: object) -> None:  # noqa: A002  # the library's name
        """Say nothing."""


@contextmanager
def running(alarm: Alarm) -> Iterator[Alarm]:
    thread = Thread(target=alarm.serve_forever, kwargs={"poll_interval": 0.01}, daemon=True)
    thread.start()
    try:
        yield alarm
    finally:
        alarm.closing.set()
        alarm.shutdown()
        thread.join()
        alarm.server_close()


@pytest.fixture
def alarm() -> Iterator[Alarm]:
    with running(Alarm()) as alarm:
        yield alarm


class TestTheSignal:
    def test_asks_for_the_address_and_says_nothing_else(self, alarm: Alarm) -> None:
        HttpDeadManSwitch(url=alarm.url).signal()
        ((method, path, headers),) = alarm.asked
        assert (method, path) == ("GET", "/ping/4f1c")
        assert headers.keys() == {"Host", "Accept-Encoding", "Connection"}

    @pytest.mark.parametrize("status", [302, 404, 500, 503])
    def test_that_was_not_taken_is_an_error_and_no_redirect_is_followed(self, alarm: Alarm, status: int) -> None:
        alarm.status = status
        with pytest.raises(SignalRefused):
            HttpDeadManSwitch(url=alarm.url).signal()
        assert len(alarm.asked) == 1

    def test_waits_for_an_answer_no_longer_than_its_time(self, alarm: Alarm) -> None:
        alarm.is_silent = True
        with pytest.raises(TimeoutError):
            HttpDeadManSwitch(url=alarm.url, timeout_s=0.2).signal()
        assert HttpDeadManSwitch(url=alarm.url).timeout_s == 10

    def test_to_nobody_is_an_error(self) -> None:
        with socket.create_server(("127.0.0.1", 0)) as nobody:
            port = nobody.getsockname()[1]
        with pytest.raises(ConnectionRefusedError):
            HttpDeadManSwitch(url=f"http://127.0.0.1:{port}/ping").signal()

    def test_to_what_speaks_something_else_is_an_error(self) -> None:
        with socket.create_server(("127.0.0.1", 0)) as other:
            Thread(target=_answer_nonsense, args=(other,), daemon=True).start()
            with pytest.raises(HTTPException):
                HttpDeadManSwitch(url=f"http://127.0.0.1:{other.getsockname()[1]}/ping").signal()

    @pytest.mark.parametrize("is_known", [True, False])
    def test_goes_over_tls_to_nobody_whose_certificate_is_unknown(
        self, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, is_known: bool
    ) -> None:
        authority, alarm = Authority(tmp_path), Alarm()
        alarm.socket = authority.server("127.0.0.1").wrap_socket(alarm.socket, server_side=True)
        if is_known:
            monkeypatch.setenv("SSL_CERT_FILE", str(authority.certificate))
        with running(alarm), nullcontext() if is_known else pytest.raises(ssl.SSLCertVerificationError):
            HttpDeadManSwitch(url=alarm.url.replace("http:", "https:")).signal()
        assert len(alarm.asked) == is_known

    def test_keeps_its_address_to_itself(self, alarm: Alarm) -> None:
        assert "ping" not in repr(HttpDeadManSwitch(url=alarm.url))


def _answer_nonsense(listening: socket.socket) -> None:
    connection, _ = listening.accept()
    with connection:
        connection.recv(4096)
        connection.sendall(b"220 mail.example ESMTP\r\n")


class TestTheRuntime:
    def test_has_one_where_an_address_is_set(self, alarm: Alarm) -> None:
        assert build_runtime(load_settings({})).dead_man is None
        runtime = build_runtime(load_settings({"TRACKER_DEAD_MAN_URL": alarm.url}))
        assert runtime.dead_man == HttpDeadManSwitch(url=alarm.url)


class TestTheStopwatch:
    def test_runs(self) -> None:
        stopwatch = SystemStopwatch()
        assert stopwatch.elapsed() <= stopwatch.elapsed()
        assert stopwatch.elapsed().total_seconds() > 0
