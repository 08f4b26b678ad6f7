"""Reading what a tablet sends from its queue: one answer, as JSON, plain or sealed for this server."""

import json
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any

from tracker.domain.errors import InvalidInput
from tracker.domain.typed_text import without_turning_signs
from tracker.services.checklists import Answer
from tracker.services.offline_entries import Entry

#: No queue holds a longer text; what is longer than its field is kept with the reason why it was not taken.
_LONGEST = 2000
_LIMITS = {"value": 200, "reason": 500}
_HEX = frozenset("0123456789abcdef")


class UnreadableEntry(Exception):
    """It is no answer to an item: this program's pages send nothing like it."""


@dataclass(frozen=True, slots=True)
class Sent:
    """An entry, and whose it is (``current.owner_of``)."""

    owner: str
    entry: Entry


def read_entry(text: str | bytes) -> Sent:
    """Read one entry.

    :raises UnreadableEntry: for anything else
    """
    try:
        said = json.loads(text)
    except (ValueError, RecursionError) as error:
        raise UnreadableEntry from error
    if not isinstance(said, dict):
        raise UnreadableEntry
    answer = Answer(
        item=_text(said, "item", 60),
        state=_text(said, "state", 20),
        value=_text(said, "value"),
        reason=_text(said, "reason"),
        seen=_whole(said, "seen"),
    )
    entry = Entry(
        id=_id(said, "id"),
        case=_id(said, "case"),
        appointment=_whole(said, "appointment"),
        answer=answer,
        made_at=instant_of(said, "made_at"),
        after=_text(said, "after", 32),
    )
    return Sent(_text(said, "owner", 60), entry)


def refuse_too_long(entry: Entry) -> None:
    """Hold an entry to the lengths of the form's fields.

    :raises InvalidInput: for a text that no field of the form would take
    """
    too_long = {name: most for name, most in _LIMITS.items() if len(getattr(entry.answer, name)) > most}
    if too_long:
        raise InvalidInput({name: f"Use at most {most} characters." for name, most in too_long.items()})


def _text(said: Mapping[str, Any], name: str, longest: int = _LONGEST) -> str:
    value = said.get(name, "")
    if not isinstance(value, str) or len(value) > longest:
        raise UnreadableEntry(name)
    return without_turning_signs(_without_halves(value).replace("\x00", ""))


def _without_halves(text: str) -> str:
    """Half a sign, as a browser cuts one in two, is in no other text: a mark stands for it, and the rest is kept."""
    return text.encode("utf-16-le", "surrogatepass").decode("utf-16-le", "replace")


def _id(said: Mapping[str, Any], name: str) -> str:
    value = _text(said, name, 32)
    if len(value) != 32 or not _HEX.issuperset(value):
        raise UnreadableEntry(name)
    return value


def _whole(said: Mapping[str, Any], name: str) -> int:
    value = said.get(name, 0)
    if not isinstance(value, int) or isinstance(value, bool) or not 0 <= value < 2**31:
        raise UnreadableEntry(name)
    return value


def instant_of(said: Mapping[str, Any], name: str) -> datetime:
    """The instant that a tablet wrote down under a name.

    :raises UnreadableEntry: for anything else, and for a time without a zone
    """
    try:
        local = datetime.fromisoformat(_text(said, name, 40))
        instant = local.astimezone(UTC)
    except (ValueError, OverflowError) as error:
        raise UnreadableEntry(name) from error
    if local.tzinfo is None or instant.year < 2000:
        raise UnreadableEntry(name)
    return instant
