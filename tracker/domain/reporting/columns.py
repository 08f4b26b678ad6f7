"""The parts of a clinic's history: one class for each, its fields are columns of equal length, one row a thing.

A row says only numbers: a day is an ordinal (``date.toordinal``), an instant is in seconds since 1970, a word is its
place in ``History.words``; 0 is no day, no instant, no row and the empty word alike. ``case`` is a place in ``Cases``.
"""

from collections.abc import Sequence
from dataclasses import dataclass

Column = Sequence[int]


@dataclass(frozen=True, slots=True)
class Part:
    """Columns that belong together."""


@dataclass(frozen=True, slots=True)
class Cases(Part):
    """Every case, save those entered in error. ``about``: the case of the pump that a reoperation is about, else -1.

    ``referred_on``: when the referral was received, where it is known, else when the case was opened. ``taken_over``:
    the patient came with a pump. ``reason``: why it was closed. ``closed_on`` is 0 while it is open. ``letter_on``: the
    date of the last letter to who referred.
    """

    id: Column
    pathway: Column
    version: Column
    stage: Column
    indication: Column
    diagnosis: Column
    payer: Column
    referrer: Column
    referred_on: Column
    closed_on: Column
    reason: Column
    about: Column
    taken_over: Column
    letter_on: Column


@dataclass(frozen=True, slots=True)
class OfCases(Part):
    """Things that each belong to a case."""

    case: Column


@dataclass(frozen=True, slots=True)
class Stays(OfCases):
    """Stays in stages, of each case in their order. ``left_on`` is 0 while it lasts."""

    stage: Column
    entered_on: Column
    left_on: Column


@dataclass(frozen=True, slots=True)
class Blockers(OfCases):
    """What stood in the way of the next step. ``phase``: that of the step; ``of``: what the blocker is about (the stage
    of an authorization, the purpose of a visit); ``by``: the roles that can clear it, parted by spaces; ``until_s`` is
    0 while it stands."""

    code: Column
    of: Column
    by: Column
    phase: Column
    from_s: Column
    until_s: Column


@dataclass(frozen=True, slots=True)
class Visits(OfCases):
    """Visits as they stand. ``on``: the clinic's day on which it begins; ``booked_on``: that of its first booking;
    ``lost_on``: when it was called off or missed; ``cause``: of one lost on its day; ``moves``: how often it was given
    another time; ``answered``: whether the patient answered a message about it. ``clinician`` and ``room`` are the ids
    of their rows."""

    number: Column
    purpose: Column
    state: Column
    on: Column
    minutes: Column
    booked_on: Column
    lost_on: Column
    cause: Column
    clinician: Column
    room: Column
    moves: Column
    answered: Column


@dataclass(frozen=True, slots=True)
class Moves(OfCases):
    """A visit given another time. ``visit``: its place in ``Visits``; ``from_on``: the day it had."""

    visit: Column
    moved_on: Column
    from_on: Column


@dataclass(frozen=True, slots=True)
class Trials(OfCases):
    """Attempts in which a test dose was given or an outcome was found. ``dose_ng``: the dose in thousandths of a
    microgram, 0 where none reached the patient; ``clinician``: of the visit."""

    attempt: Column
    series: Column
    clinician: Column
    dose_ng: Column
    given_on: Column
    outcome: Column
    outcome_on: Column


@dataclass(frozen=True, slots=True)
class Authorizations(OfCases):
    """Every version of every authorization that stands, in the order in which they were written. ``number``: of the
    authorization in its case; ``since_on``: the day from which the version holds."""

    number: Column
    stage: Column
    payer: Column
    state: Column
    since_on: Column
    asked_on: Column
    valid_to: Column


@dataclass(frozen=True, slots=True)
class Pumps(OfCases):
    """Pumps. ``from_on``: since when the clinic answers for it, which is the day it was put in, or for one that was in
    already the day it was recorded; ``until_on``: when it was taken out, the patient died or was handed over; 0 while
    it is followed."""

    device: Column
    origin: Column
    from_on: Column
    removed_on: Column
    until_on: Column


@dataclass(frozen=True, slots=True)
class Fills(OfCases):
    """Fills of pumps, of each pump in their order. ``latest_on``: the latest refill date that it met or missed, as it
    stood when the pump was filled; 0 where none was known."""

    device: Column
    kind: Column
    filled_on: Column
    latest_on: Column


@dataclass(frozen=True, slots=True)
class RefillsDue(OfCases):
    """The open refill of each pump that is followed. ``latest_on`` is 0 where no date is known; ``is_planned``: by a
    visit in time, or by a named person; ``interval``: days from the last fill to the latest date, 0 where unknown."""

    device: Column
    latest_on: Column
    is_planned: Column
    interval: Column


@dataclass(frozen=True, slots=True)
class Complications(OfCases):
    """What went wrong with a pump, as far as it is on record. ``source``: which record says so."""

    kind: Column
    source: Column
    on: Column


@dataclass(frozen=True, slots=True)
class Reminders(OfCases):
    """Messages. ``visit``: its place in ``Visits``, else -1; ``tried_on``: the day of the first attempt, 0 where
    there was none; ``taken``: whether the other side took it."""

    visit: Column
    kind: Column
    channel: Column
    state: Column
    tried_on: Column
    taken: Column


#: Each part by its name: that of the field of ``History`` that holds it.
PARTS: dict[str, type[Part]] = {
    "cases": Cases,
    "stays": Stays,
    "blockers": Blockers,
    "visits": Visits,
    "moves": Moves,
    "trials": Trials,
    "authorizations": Authorizations,
    "pumps": Pumps,
    "fills": Fills,
    "refills_due": RefillsDue,
    "complications": Complications,
    "reminders": Reminders,
}
