"""The text of a consent: what a patient reads and signs, for one procedure and in one language.

Shipped texts are drafts that no clinician has approved, and say so wherever they are shown. A clinic's own text names
who approved it. What was signed is kept word for word with its hash, so no later version changes it.
"""

import re
from collections.abc import Iterator
from dataclasses import dataclass, replace
from datetime import date
from hashlib import sha256

from tracker.domain.names import holds_unseen
from tracker.domain.own_words import LAST_SHIPPED

LONGEST_TITLE, LONGEST_BODY, LONGEST_NAME = 200, 20_000, 200
LANGUAGES = {"en": "English", "es": "Spanish"}

_FIELD = "$clinic"


@dataclass(frozen=True, slots=True)
class WhichText:
    """Which text: for one procedure, in one language."""

    procedure: str
    language: str


@dataclass(frozen=True, slots=True, kw_only=True)
class ConsentText:
    """One version of a text. ``body``: paragraphs with a blank line between them; ``# `` begins a heading, ``- `` a
    line of a list; ``$clinic`` stands for the clinic's name. ``approved_by`` is empty for a draft."""

    which: WhichText
    version: int
    title: str
    body: str
    approved_by: str = ""
    approved_on: date | None = None

    @property
    def is_own(self) -> bool:
        """Whether it is a clinic's own."""
        return self.version > LAST_SHIPPED

    @property
    def is_approved(self) -> bool:
        """Whether a clinician has approved it for use with patients."""
        return self.approved_by != ""

    def for_clinic(self, name: str) -> "ConsentText":
        """The text as a patient of the clinic reads it."""
        return replace(self, title=self.title.replace(_FIELD, name), body=self.body.replace(_FIELD, name))


@dataclass(frozen=True, slots=True)
class Block:
    """A piece of a text: a ``heading``, a ``paragraph`` or a ``list`` with its lines."""

    kind: str
    lines: tuple[str, ...]


def blocks(body: str) -> tuple[Block, ...]:
    """The pieces of a text, in order."""
    return tuple(_block(part.split("\n")) for part in body.split("\n\n") if part.strip())


def _block(lines: list[str]) -> Block:
    if len(lines) == 1 and lines[0].startswith("# "):
        return Block("heading", (lines[0][2:],))
    if all(line.startswith("- ") for line in lines):
        return Block("list", tuple(line[2:] for line in lines))
    return Block("paragraph", (" ".join(lines),))


def hash_of(title: str, body: str) -> str:
    """The SHA-256 of a text exactly as it was shown, as hexadecimal digits."""
    return sha256(f"{title}\n\n{body}".encode()).hexdigest()


def tidied(text: ConsentText) -> ConsentText:
    """As it is stored: lines end in one way, nothing trails, a title is one line."""
    lines = [line.rstrip() for line in text.body.replace("\r\n", "\n").replace("\r", "\n").split("\n")]
    body = re.sub(r"\n{3,}", "\n\n", "\n".join(lines)).strip()
    return replace(text, title=" ".join(text.title.split()), body=body, approved_by=text.approved_by.strip())


def problems_of(typed: ConsentText, today: date) -> dict[str, str]:
    """What stands against a clinic's own text, as sentences by field; nothing where patients may sign it."""
    found = {
        "title": list(_problems_of_words(typed.title, LONGEST_TITLE, "Give it a title.")),
        "body": list(_problems_of_words(typed.body, LONGEST_BODY, "Give it a text.")),
        "approved_by": list(_problems_of_words(typed.approved_by, LONGEST_NAME, "Name the clinician who approved it.")),
        "approved_on": list(_problems_of_day(typed.approved_on, today)),
    }
    return {name: " ".join(sentences) for name, sentences in found.items() if sentences}


def _problems_of_words(text: str, most: int, empty: str) -> Iterator[str]:
    if not text:
        yield empty
    if len(text) > most:
        yield f"Use at most {most:,} characters."
    if holds_unseen(text.replace("\n", " ")):
        yield "It holds a sign that nobody sees, as copying brings along: type that place anew."
    if "$" in text.replace(_FIELD, ""):
        yield f"A $ stands here only in {_FIELD}, which becomes the clinic's name."


def _problems_of_day(day: date | None, today: date) -> Iterator[str]:
    if day is None:
        yield "Give the day on which it was approved."
    elif day > today:
        yield "This date is in the future."
