"""Scans of papers: which files are taken, and the sentence for each that is not."""

import re
import unicodedata
from hashlib import sha256

#: In bytes. A paper of four pages, scanned in colour, has two to four million.
LARGEST = 7_000_000
#: In characters, as file systems count them.
LONGEST_NAME = 200
PDF, JPEG, PNG = "application/pdf", "image/jpeg", "image/png"
#: How the name of a file ends, by what is in it.
ENDINGS = {PDF: frozenset({"pdf"}), JPEG: frozenset({"jpg", "jpeg"}), PNG: frozenset({"png"})}

WRONG_TYPE = "This is no PDF, JPEG or PNG, whatever its name says. Scan the paper as one of these."
EMPTY = "This file is empty. Scan the paper again."
TOO_LARGE = f"This file is larger than {LARGEST // 1_000_000} MB. Scan the paper with fewer dots, or in grey."
DAMAGED = "This file cannot be read: it may be damaged or cut off. Scan the paper again."
TOO_MANY_DOTS = "This picture has more dots than a scan of a paper. Scan it with 300 dots per inch."
TOO_MUCH_INSIDE = "This file unpacks to much more than a scan of a paper. Scan the paper again."
MORE_THAN_ONE = "This file holds something else beside the paper. Scan the paper again, or save it anew as PDF."
ACTIVE = "This PDF holds a program, a form or other files. Print it and scan the paper."
LOCKED = "This PDF is locked with a password. Save it without one."
NO_PAGES = "This PDF has no pages, or too many. Scan the paper again."
TWO_NAMES = "The name of this file says another kind than what is in it. Scan the paper again, or name it rightly."
BAD_NAME = "The name of this file cannot be taken: use letters, digits, spaces and hyphens, as in consent.pdf."

#: As scanners, tablets and people name files: no path, nothing of a shell, and no dot beside another one.
_NAME = re.compile(
    r"(?!.*\.\.)[\w(\[][\w .,()\[\]+'\u2019&#@!=\u00a0\u202f\u2013-]*\.(?P<ending>[a-z]{3,4})", re.IGNORECASE
)
#: Names that some machines take for a device.
_DEVICES = frozenset({"con", "prn", "aux", "nul", *(f"{name}{n}" for name in ("com", "lpt") for n in range(1, 10))})


class PaperRefused(ValueError):
    """A file that is not taken; the text is a sentence for whoever sent it."""


def digest_of(content: bytes) -> str:
    """The SHA-256 of a file as hexadecimal digits: its name in the store."""
    return sha256(content).hexdigest()


def refuse_name(name: str) -> str:
    """How a file's name ends, in small letters. The name itself is never used or kept.

    :raises PaperRefused: for a path, control signs, and what is no plain name with one of the known endings
    """
    plain = unicodedata.normalize("NFC", name)
    found = _NAME.fullmatch(plain)
    if found is None or len(plain) > LONGEST_NAME or plain.partition(".")[0].strip().casefold() in _DEVICES:
        raise PaperRefused(BAD_NAME)
    ending = found["ending"].lower()
    if not any(ending in endings for endings in ENDINGS.values()):
        raise PaperRefused(WRONG_TYPE)
    return ending


def refuse_size(content: bytes) -> None:
    """Let nothing through that is empty or too large.

    :raises PaperRefused: for such a file
    """
    if not content:
        raise PaperRefused(EMPTY)
    if len(content) > LARGEST:
        raise PaperRefused(TOO_LARGE)
