"""The ways to reach a patient: by which channel, at which number or address, and why there is none.

A person who asked to be called is called, and for one who asked for letters a person prints one. Called is too who
stopped messages at an address or number of their own: that they want none by one way is not an invitation to try
another. Texts go only where somebody agreed to them.
"""

from collections.abc import Sequence
from dataclasses import dataclass

EMAIL, SMS, CALL = "email", "sms", "phone"
#: What a person prints and posts; no reminder goes by it by itself.
LETTER = "letter"
#: What a channel travels to.
KIND_OF = {EMAIL: "email", SMS: "phone"}
#: Whom a message for the patient goes to first. A caregiver is written to where the patient has no address.
OWNERS = ("patient", "caregiver", "facility")
#: Why a person calls instead of a message going out: undone when a way appears.
NO_WAY = frozenset({"no_address", "opted_out", "prefers_call", "prefers_letter", "no_language"})


@dataclass(frozen=True, slots=True)
class Address:
    """A number or an e-mail address of a patient that has not ended. ``kind``: phone or email. ``takes_texts``:
    somebody agreed to text messages at this number."""

    point_id: int
    owner: str
    is_possible: bool
    is_opted_out: bool
    kind: str = EMAIL
    takes_texts: bool = False

    def takes(self, channel: str) -> bool:
        """Whether a message by that channel can go here."""
        return self.kind == KIND_OF.get(channel) and (channel != SMS or self.takes_texts)


@dataclass(frozen=True, slots=True)
class Way:
    """One channel and the contact point at its end; a call names none, whoever calls chooses the number."""

    channel: str
    point: int | None


@dataclass(frozen=True, slots=True)
class Preferences:
    """How a patient wants to be reached. ``zone`` is empty where it is the clinic's. ``language``: the code of the
    language that messages to them are written in; empty where there are none in theirs, and an interpreter calls.
    ``sends_texts``: whether the clinic sends text messages at all. ``has_sheet``: whether it has a preparation sheet in
    that language."""

    zone: str = ""
    prefers: str = ""
    addresses: tuple[Address, ...] = ()
    language: str = "en"
    sends_texts: bool = False
    has_sheet: bool = False

    def ways(self, to: str, channels: Sequence[str]) -> tuple[tuple[Way, ...], str]:
        """How a message for the patient, or a copy for whoever ``to`` names, may go; or why it cannot."""
        if tuple(channels) == (CALL,):
            return (Way(CALL, None),), ""
        wish = self._otherwise(to)
        if wish:
            return (), wish
        possible = [each for each in self.addresses if each.is_possible and (to == OWNERS[0] or each.owner == to)]
        if any(each.is_opted_out and each.owner == OWNERS[0] for each in possible):
            return (), "opted_out"
        usable = [each for each in possible if not each.is_opted_out]
        found = tuple(way for channel in self._in_order(channels) for way in _best(usable, channel))
        if found:
            return found, ""
        return (), "opted_out" if possible and not usable else "no_address"

    def _otherwise(self, to: str) -> str:
        """Why nobody is written to, whatever addresses there are; empty where messages may go."""
        if self.prefers == CALL and to == OWNERS[0]:
            return "prefers_call"
        if not self.language:
            return "no_language"
        return "prefers_letter" if self.prefers == LETTER and to == OWNERS[0] else ""

    def _in_order(self, channels: Sequence[str]) -> list[str]:
        """The channels that the clinic has, what the patient prefers first."""
        here = [each for each in channels if each != SMS or self.sends_texts]
        return sorted(here, key=lambda each: each != self.prefers)


def _best(usable: Sequence[Address], channel: str) -> tuple[Way, ...]:
    taking = [each for each in usable if each.takes(channel)]
    if not taking:
        return ()
    best = min(taking, key=lambda each: (OWNERS.index(each.owner), -each.point_id))
    return (Way(channel, best.point_id),)
