"""Keys and secrets from the operating system's random source.

Row keys are milliseconds since 2020 shifted by 22 random bits: they grow with time, so new rows land beside each
other in the clustered tables, and two processes need not talk to each other. Within one process each key is greater
than the one before: of a thousand rows imported in one instant two would else share a key in one import of nine.
"""

import secrets
import threading
from datetime import UTC, datetime, timedelta

_START = datetime(2020, 1, 1, tzinfo=UTC)
_MILLISECOND = timedelta(milliseconds=1)
_RANDOM_BITS = 22
#: How far the next key of the same instant may lie ahead: nobody can count rows by their keys.
_STEP_BITS = 8


class RandomIds:
    """Random keys, public ids and tokens."""

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self._last = 0

    def row_id(self, at: datetime) -> int:
        """Return a key that grows with ``at`` and from call to call. Fits into 63 bits until the year 2089."""
        drawn = (((at - _START) // _MILLISECOND) << _RANDOM_BITS) | secrets.randbits(_RANDOM_BITS)
        with self._lock:
            self._last = drawn if drawn > self._last else self._last + 1 + secrets.randbits(_STEP_BITS)
            return self._last

    def public_id(self) -> str:
        """Return 128 random bits as 32 hexadecimal characters."""
        return secrets.token_hex(16)

    def token(self) -> str:
        """Return 256 random bits, URL-safe."""
        return secrets.token_urlsafe(32)
