"""Keys and secrets from the operating system's random source.

Row keys are milliseconds since 2020 shifted by 22 random bits: they grow with time, so new rows land beside each
other in the clustered tables, and two processes need not talk to each other.
"""

import secrets
from datetime import UTC, datetime, timedelta

_START = datetime(2020, 1, 1, tzinfo=UTC)
_MILLISECOND = timedelta(milliseconds=1)
_RANDOM_BITS = 22


class RandomIds:
    """Random keys, public ids and tokens."""

    def row_id(self, at: datetime) -> int:
        """Return a key that grows with ``at``. Fits into 63 bits until the year 2089."""
        return (((at - _START) // _MILLISECOND) << _RANDOM_BITS) | secrets.randbits(_RANDOM_BITS)

    def public_id(self) -> str:
        """Return 128 random bits as 32 hexadecimal characters."""
        return secrets.token_hex(16)

    def token(self) -> str:
        """Return 256 random bits, URL-safe."""
        return secrets.token_urlsafe(32)
