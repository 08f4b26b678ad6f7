"""The server of the browser tests leaves nothing open, whatever becomes of the browser."""

import socket
import struct
from collections.abc import Iterator
from threading import Event
from typing import TYPE_CHECKING

from tests.support.browser import served

if TYPE_CHECKING:
    from _typeshed.wsgi import StartResponse, WSGIEnvironment

#: Hang up at once, and let the other side know.
_RESET = struct.pack("ii", 1, 0)


class File:
    """What is sent, and ends after the browser has hung up."""

    def __init__(self) -> None:
        self.is_closed, self.is_read, self.is_alone = False, Event(), Event()

    def __iter__(self) -> Iterator[bytes]:
        yield b"x" * 1000
        self.is_read.set()
        self.is_alone.wait()

    def close(self) -> None:
        self.is_closed = True


def test_closes_what_a_browser_no_longer_wants() -> None:
    sent = File()

    def app(_environ: "WSGIEnvironment", start_response: "StartResponse") -> File:
        start_response("200 OK", [("Content-Length", "1000")])
        return sent

    with served(app) as address:
        host, port = address.removeprefix("http://").split(":")
        with socket.create_connection((host, int(port))) as browser:
            browser.sendall(b"GET / HTTP/1.0\r\n\r\n")
            assert sent.is_read.wait(10)
            browser.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, _RESET)
        sent.is_alone.set()
    assert sent.is_closed
