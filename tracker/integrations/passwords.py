"""Password hashes: argon2id with the library's recommended settings.

A wrong e-mail must cost as much as a wrong password, or response times would tell who has an account: without a
stored hash the password is compared with a hash of a random one.
"""

import secrets
from functools import cached_property

from argon2 import PasswordHasher
from argon2.exceptions import InvalidHashError, VerificationError


class Argon2Passwords:
    """Hash and compare with argon2id."""

    def __init__(self, hasher: PasswordHasher | None = None) -> None:
        self._hasher = hasher if hasher is not None else PasswordHasher()

    @cached_property
    def _nobody(self) -> str:
        """Made when somebody first signs in: no command waits for it."""
        return self._hasher.hash(secrets.token_urlsafe(32))

    def hash(self, password: str) -> str:
        """Return a salted argon2id hash."""
        return self._hasher.hash(password)

    def matches(self, stored_hash: str | None, password: str) -> bool:
        """Compare in about the same time whether or not there is a stored hash."""
        nobody = self._nobody
        try:
            self._hasher.verify(nobody if stored_hash is None else stored_hash, password)
        except (VerificationError, InvalidHashError):
            return False
        return stored_hash is not None

    def needs_rehash(self, stored_hash: str) -> bool:
        """Say whether the hash was made with weaker settings than today's."""
        return self._hasher.check_needs_rehash(stored_hash)
