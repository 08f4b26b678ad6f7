"""Rules for passwords, one-time links and sign-in sessions: how long, how many, how often.

Lengths instead of composition rules, a short list of what everybody tries first, and nothing of the person's own
e-mail address (OWASP ASVS 5.0, 6.2). Tokens are stored only as fingerprints: who reads the database cannot sign in.
"""

import hashlib
from dataclasses import dataclass
from datetime import datetime, timedelta

MINIMUM_PASSWORD = 12
MAXIMUM_PASSWORD = 128

TOUCH_INTERVAL = timedelta(minutes=1)
#: A visitor who never signed in has a session only for the form on the sign-in page.
ANONYMOUS_LIMIT = timedelta(hours=1)
#: A tablet that several people share is covered this soon; the next one is never more than a PIN away.
LOCK_AFTER = timedelta(minutes=5)
#: How long what was sent too late is kept for its sender, and how old a form may be to be kept at all.
FORM_KEPT = timedelta(hours=12)

FIRST_LINK_LIMIT = timedelta(hours=24)
RESET_LINK_LIMIT = timedelta(minutes=30)

ATTEMPT_WINDOW = timedelta(minutes=15)
ATTEMPTS_KEPT = timedelta(days=90)
#: How long a device stays known as a shared tablet: as long as a browser keeps a cookie.
TABLET_KNOWN = timedelta(days=400)
FAILURES_PER_EMAIL = 5
#: A whole clinic may come from one address, so an address may fail more often than one account.
FAILURES_PER_ADDRESS = 30


@dataclass(frozen=True, slots=True)
class SessionLimits:
    """After how long without a request, and after how long at most, somebody has to sign in again."""

    idle: timedelta = timedelta(minutes=15)
    absolute: timedelta = timedelta(hours=12)

    @property
    def lock(self) -> timedelta:
        """After how long without a request a shared tablet locks itself."""
        return min(LOCK_AFTER, self.idle)

    def is_over(
        self,
        *,
        is_signed_in: bool,
        created_at: datetime,
        last_seen_at: datetime,
        at: datetime,
        is_on_tablet: bool = False,
    ) -> bool:
        """Say whether a session can no longer be used at this instant. On a shared tablet it is locked when it is idle,
        and waits for its owner's PIN until it is too old."""
        if not is_signed_in:
            return at - created_at > ANONYMOUS_LIMIT
        is_idle = not is_on_tablet and at - last_seen_at > self.idle
        return is_idle or at - created_at > self.absolute

    def is_locked(self, *, locked_at: datetime | None, last_seen_at: datetime, at: datetime) -> bool:
        """Say whether a session on a shared tablet answers nobody before its owner's PIN."""
        return locked_at is not None or at - last_seen_at > self.lock


_COMMON = frozenset(
    {
        "123456789012",
        "1234567890123",
        "12345678901234",
        "123456123456",
        "123123123123",
        "111111111111",
        "000000000000",
        "aaaaaaaaaaaa",
        "qwertyuiop12",
        "qwertyuiop123",
        "qwertyuiopasdf",
        "qwertyqwerty",
        "qwerty123456",
        "q1w2e3r4t5y6",
        "1q2w3e4r5t6y",
        "1qaz2wsx3edc",
        "abcdefghijkl",
        "abcd12345678",
        "abc123abc123",
        "password1234",
        "password12345",
        "password123456",
        "passwordpassword",
        "mypassword123",
        "changeme1234",
        "changemechangeme",
        "letmein12345",
        "letmeinletmein",
        "welcome12345",
        "welcomewelcome",
        "iloveyou1234",
        "administrator",
        "administrator1",
        "trustno1trustno1",
        "correcthorsebatterystaple",
        "baclofenpump",
        "baclofen1234",
        "hospital1234",
        "clinic123456",
    }
)


def fingerprint(token: str) -> str:
    """Return the SHA-256 of a random token, in hexadecimal: what is stored instead of the token."""
    return hashlib.sha256(token.encode()).hexdigest()


def email_key(email: str) -> str:
    """Return the form of an e-mail address under which an account is found."""
    return email.strip().casefold()


def is_email(text: str) -> bool:
    """Say whether the text has the shape of an address; only a delivered message proves more."""
    local, at, host = text.strip().rpartition("@")
    is_clean = text.isprintable() and not any(letter.isspace() or letter in '<>,;:"()[]\\' for letter in text.strip())
    return bool(at and local and "@" not in local and "." in host.strip(".")) and is_clean and len(text) <= 254


def password_problem(password: str, email: str) -> str | None:
    """Return the sentence that says why this password cannot be taken, or ``None``."""
    lowered = password.casefold()
    name = email_key(email).partition("@")[0]
    if len(password) < MINIMUM_PASSWORD:
        return f"Use at least {MINIMUM_PASSWORD} characters. A few words are easier to remember than signs."
    if len(password) > MAXIMUM_PASSWORD:
        return f"Use at most {MAXIMUM_PASSWORD} characters."
    if lowered in _COMMON or len(set(lowered)) < 4:
        return "This password is one of the first that anybody would try. Choose another."
    if name and len(name) >= 4 and name in lowered:
        return "Do not use your e-mail address in the password."
    return None
