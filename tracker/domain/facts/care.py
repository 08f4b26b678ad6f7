"""What comes after, and what is taken back."""

from dataclasses import dataclass
from datetime import date

from tracker.domain.facts.fact import Fact


@dataclass(frozen=True, slots=True, kw_only=True)
class FollowUp(Fact):
    """One thing done afterwards by a rule of the pathway file: a call, a wound looked at, sutures out.

    ``about_seq`` is the fact it follows; ``result`` is a word of the rule; ``next_on`` is the day agreed for the next
    one, where that is not the rule's.
    """

    rule: str
    about_seq: int
    result: str
    note: str
    next_on: date | None


@dataclass(frozen=True, slots=True, kw_only=True)
class PumpCall(Fact):
    """Somebody called because a pump makes itself heard, or because of how the patient is. Called at ``effective_at``.

    How the patient is, as the caller says it: what is not ticked was not said. ``device`` is the pump in place then;
    ``None`` where none was on record. Nothing is concluded from the answers: whatever they are, a physician is asked.
    """

    device: int | None
    tone: str
    drowsy: bool
    feverish: bool
    itching: bool
    stiff: bool
    wound: bool
    caller: str
    phone: str
    words: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Scan(Fact):
    """An MRI of somebody with a pump, on a civil day. One that is called off is struck out."""

    device: int
    scan_on: date
    place: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Advisory(Fact):
    """A manufacturer's advisory or recall that concerns one part of this patient: its number, and what it asks for."""

    device: int
    number: str
    text: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Correction(Fact):
    """Why an earlier fact was struck out. A successor, if there is one, is a fact of its own."""

    corrected_seq: int
    reason: str
