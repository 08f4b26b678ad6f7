"""What is recorded of a visit on its day."""

from dataclasses import dataclass
from datetime import datetime

from tracker.domain.facts.fact import Fact


@dataclass(frozen=True, slots=True, kw_only=True)
class ChecklistItem(Fact):
    """One answered item of the checklist of one visit. Done at ``effective_at``.

    ``about_seq``: the very consent that was read again. ``room_id``: the room, for an item that is looked at once for a
    room and a day. ``role``: the role in which somebody left the item out; empty for other answers.
    """

    appointment: int
    checklist: str
    item: str
    state: str
    value: str
    reason: str
    second_by: int | None
    about_seq: int | None = None
    room_id: int | None = None
    role: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class VisitMoment(Fact):
    """Where a visit stood from ``effective_at`` on, said by a person. ``kind`` is a ``MomentKind``."""

    appointment: int
    kind: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Arrangement(Fact):
    """One version of what is arranged around a visit: nobody's consent, dose or finding.

    ``escort`` is an ``Escort``, ``interpreter`` an ``Interpreter`` of the patient's language, ``anaesthesia`` what is
    planned; each empty while nobody has said. ``turn_at`` puts the visit into the order of its room for one day; what
    the patient was told stays.
    """

    appointment: int
    escort: str = ""
    escort_name: str = ""
    escort_phone: str = ""
    anaesthesia: str = ""
    interpreter: str = ""
    turn_at: datetime | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class VisitLoss(Fact):
    """Why a visit was lost on its very day, and who tells the patient about medicines that were held for it."""

    appointment: int
    cause: str
    held: str
    teller_id: int | None
