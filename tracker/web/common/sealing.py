"""What only this deployment can read again: sealed with a key made of its secret, one for each use."""

from base64 import urlsafe_b64encode
from hashlib import sha256

from cryptography.fernet import Fernet

from tracker.web.common.current import runtime


def box(use: str) -> Fernet:
    """What seals and opens texts for one use; what was sealed for another cannot be opened with it."""
    secret = f"{use}: {runtime().settings.secret_key}"
    return Fernet(urlsafe_b64encode(sha256(secret.encode()).digest()))
