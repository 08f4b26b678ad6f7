"""What services need from outside, as protocols: tests and simulations put their own in."""

from datetime import datetime
from typing import Protocol


class Clock(Protocol):
    """Tells the time. Nothing else reads a clock."""

    def now(self) -> datetime:
        """Return the present instant, aware, in UTC."""
        ...


class Ids(Protocol):
    """Makes keys and secrets."""

    def row_id(self, at: datetime) -> int:
        """Return a key that grows with ``at`` and fits into a signed 64-bit integer."""
        ...

    def public_id(self) -> str:
        """Return 128 random bits as 32 hexadecimal characters, for URLs."""
        ...

    def token(self) -> str:
        """Return 256 random bits as text that is safe in a URL and a cookie."""
        ...


class Passwords(Protocol):
    """Hashes passwords and compares them."""

    def hash(self, password: str) -> str:
        """Return a salted, slow hash."""
        ...

    def matches(self, stored_hash: str | None, password: str) -> bool:
        """Compare in about the same time whether or not there is a stored hash."""
        ...

    def needs_rehash(self, stored_hash: str) -> bool:
        """Say whether the hash was made with weaker settings than today's."""
        ...


class Mailer(Protocol):
    """Hands one message to the outside."""

    def send(self, *, recipient: str, subject: str, body: str, reference: str) -> str:
        """Send, and return the provider's reference. ``reference`` is ours, kept by the provider if it can."""
        ...
