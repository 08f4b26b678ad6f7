"""What services need from outside, as protocols: tests and simulations put their own in."""

from collections.abc import Callable, Iterator, Mapping
from contextlib import AbstractContextManager
from datetime import datetime, timedelta
from pathlib import Path
from typing import Protocol

from tracker.domain.mail import Message, Receipt


class Clock(Protocol):
    """Tells the time. Nothing else reads a clock."""

    def now(self) -> datetime:
        """Return the present instant, aware, in UTC."""
        ...


class Stopwatch(Protocol):
    """Measures time apart from the clock, so that setting the clock is noticed."""

    def elapsed(self) -> timedelta:
        """Return the time since some moment, that of the machine's sleep with it."""
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

    @property
    def reaches_people(self) -> bool:
        """Say whether a message sent here can arrive at somebody. A demonstration must not have such a mailer."""
        ...

    def send(self, message: Message) -> Receipt:
        """Hand over one message.

        :raises MailRejected: it is refused for good
        :raises MailUnavailable: it surely did not go
        :raises MailUncertain: nobody knows whether it went
        """
        ...

    def was_sent(self, reference: str) -> bool | None:
        """Say whether a message of ours was taken; ``None`` where nobody can tell."""
        ...


class DeadManSwitch(Protocol):
    """Somewhere outside that raises the alarm when nothing is heard from here any more."""

    def signal(self) -> None:
        """Say that all is well.

        :raises OSError: it was not reached, or did not answer in time
        :raises HTTPException: what it said cannot be read, or is a refusal
        """
        ...


class PaperReader(Protocol):
    """Reads a file that somebody sent as the scan of a paper."""

    def read(self, content: bytes) -> str:
        """Return its media type.

        :raises PaperRefused: for what is no scan of a paper, with a sentence
        """
        ...


class PaperStore(Protocol):
    """Where scans of papers are kept, outside of the database and of everything that is served by itself."""

    def keep(self, clinic_id: int, content: bytes) -> None:
        """Write a file under the hash of what is in it; once more changes nothing.

        :raises OSError: it could not be written
        """
        ...

    def read(self, clinic_id: int, digest: str) -> bytes | None:
        """Return a file; ``None`` where it is missing or was altered."""
        ...

    def kept(self) -> Iterator[tuple[int, str]]:
        """Yield every file that is kept, as the id of its clinic and its hash."""
        ...

    def others(self) -> Iterator[str]:
        """Yield what lies there beside them, as paths: what was begun and never finished, or put there by hand."""
        ...


class KitShelf(Protocol):
    """Where downtime kits are put, so that they can be read when nothing else works."""

    @property
    def is_sealed(self) -> bool:
        """Say whether a kit can only be read with a key."""
        ...

    def prepare(self, clinic: str, name: str, files: Mapping[str, bytes]) -> AbstractContextManager[Callable[[], Path]]:
        """Write a kit beside its place. What is entered with puts it there whole, and returns where; without that call
        nothing is left of it.

        ``clinic`` and ``name`` become a folder and a name in it.

        :raises OSError: it could not be written
        """
        ...

    def tidy(self, clinic: str) -> int:
        """Remove the clinic's oldest kits and what an interrupted run left; returns how many kits went."""
        ...
