"""The day of one visit: where it stands, and how long the whole stay is.

Where a visit stands is folded from what is known, never stored. Other facts say most of it: an answered item of the
checklist is preparation, a dose or a pump is the beginning of being watched, the visit's own state is arrival, end and
loss. What no other fact says, a person says (``facts.VisitMoment``).
"""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from enum import StrEnum

from tracker.domain.calendar import ClinicCalendar
from tracker.domain.facts import Appointment, VisitLoss, VisitMoment
from tracker.domain.pathway.definition import Pathway
from tracker.domain.pathway.requirements.trial import Observed
from tracker.domain.pathway.snapshot import Snapshot
from tracker.domain.words import APPOINTMENT_TO_COME, LEFT, AppointmentState, LossCause, MomentKind, Purpose


class DayState(StrEnum):
    """Where a visit stands on its day."""

    EXPECTED = "expected"
    ARRIVED = "arrived"
    PREPARATION = "preparation"
    PROCEDURE = "procedure"
    OBSERVATION = "observation"
    READY = "ready"
    DISCHARGED = "discharged"
    ADMITTED = "admitted"
    TRANSFERRED = "transferred"
    CANCELLED = "cancelled"
    NO_SHOW = "no_show"


#: The patient is in the unit.
HERE = frozenset({DayState.ARRIVED, DayState.PREPARATION, DayState.PROCEDURE, DayState.OBSERVATION, DayState.READY})
#: The patient was here, and has left.
GONE = frozenset({DayState.DISCHARGED, DayState.ADMITTED, DayState.TRANSFERRED})
_LOST = {AppointmentState.CANCELLED: DayState.CANCELLED, AppointmentState.NO_SHOW: DayState.NO_SHOW}


class Sign(StrEnum):
    """What other facts say of a visit."""

    ITEM = "item"  # an item of its checklist was answered
    DOSE = "dose"  # a test dose was given
    UNSAID = "unsaid"  # that the patient had left, and it was struck out
    BROKEN_OFF = "broken_off"  # its operation had begun and was broken off; the visit is cancelled with it
    WATCHED = "watched"  # what else somebody is watched after: an implant, a fill, a trial broken off


@dataclass(frozen=True, slots=True)
class Happened:
    """One thing that is known of a visit: a ``MomentKind`` or a ``Sign``, when, and the number of the fact."""

    kind: str
    at: datetime
    seq: int


@dataclass(frozen=True, slots=True)
class Standing:
    """Where a visit stands, and since when; ``None``: it is still to come."""

    state: DayState
    since: datetime | None

    def is_late(self, due_at: datetime, now: datetime) -> bool:
        """Whether the patient is still to come, and was told an earlier time."""
        return self.state is DayState.EXPECTED and due_at < now


def has_stay(pathway: Pathway, purpose: str) -> bool:
    """Whether the end of what a visit is for is not yet the patient's leaving: somebody is watched after it."""
    return purpose in pathway.procedures or purpose == Purpose.REFILL


def was_broken_off(snapshot: Snapshot, visit: Appointment) -> bool:
    """Whether a visit is cancelled because its operation was broken off: the patient is here until they leave."""
    losses = (each for each in snapshot.of(VisitLoss) if each.appointment == visit.appointment)
    return visit.state == AppointmentState.CANCELLED and any(each.cause == LossCause.BROKEN_OFF for each in losses)


def is_still_here(snapshot: Snapshot, visit: Appointment) -> bool:
    """Whether the patient of a visit has come, and nobody has said that they left."""
    has_left = any(each.appointment == visit.appointment and each.kind in LEFT for each in snapshot.of(VisitMoment))
    return visit.state == AppointmentState.ARRIVED or (was_broken_off(snapshot, visit) and not has_left)


def standing(
    state: str, changed_at: datetime, arrived_at: datetime | None, happened: Iterable[Happened], *, stays: bool
) -> Standing:
    """Where a visit stands.

    ``state`` is the appointment's since ``changed_at``; ``arrived_at`` when the patient came, ``None`` where nobody
    wrote it down. ``stays``: ``has_stay``.
    """
    if state in APPOINTMENT_TO_COME:
        return Standing(DayState.EXPECTED, None)
    known = sorted(happened, key=lambda one: (one.at, one.seq))
    if state in _LOST:
        return _broken_off(known) or Standing(_LOST[AppointmentState(state)], changed_at)
    is_over = state == AppointmentState.COMPLETED
    found = Standing(DayState.ARRIVED, arrived_at or changed_at)
    for each in known:
        found = _after(found, each, arrived_at)
    # What ended the visit was the word that the patient had left: with that struck out it is not over.
    is_unsaid = any(each.kind == Sign.UNSAID and each.at == changed_at for each in known)
    if not is_over or is_unsaid or found.state in GONE:
        return found
    if not stays:
        return Standing(DayState.DISCHARGED, changed_at)
    # What began the watching may have ended the visit in the same act; what ended it later found the patient fit to go.
    return Standing(DayState.READY, changed_at) if found.since is None or found.since < changed_at else found


def _broken_off(known: Sequence[Happened]) -> Standing | None:
    """Where somebody stands whose operation was broken off: watched until a person says that they left."""
    began = next((each for each in known if each.kind == Sign.BROKEN_OFF), None)
    if began is None:
        return None
    found = Standing(DayState.OBSERVATION, began.at)
    for each in known:
        if each.seq > began.seq and each.kind in set(MomentKind):
            found = _after(found, each, None)
    return found


def _after(found: Standing, each: Happened, arrived_at: datetime | None) -> Standing:
    if each.kind in {Sign.UNSAID, Sign.BROKEN_OFF}:
        # A visit that was put back keeps the cause of its loss until it has another.
        return found
    if each.kind == Sign.ITEM:
        # What was answered on the telephone the day before is no preparation, and what comes after the act neither.
        begins = found.state is DayState.ARRIVED and (arrived_at is None or each.at >= arrived_at)
        return Standing(DayState.PREPARATION, each.at) if begins else found
    if each.kind in {Sign.DOSE, Sign.WATCHED}:
        # What is written of somebody who has left does not bring them back.
        return found if found.state in GONE else Standing(DayState.OBSERVATION, each.at)
    return Standing(DayState(MomentKind(each.kind)), each.at)


def least_stay(pathway: Pathway, purpose: str) -> timedelta:
    """How long somebody is watched at least after the act of a procedure, as the step that ends its visit asks for."""
    needs = (need for edge in pathway.transitions if edge.visit_over == purpose for need in edge.needs)
    hours = max((need.hours for need in needs if isinstance(need, Observed)), default=0)
    return timedelta(hours=hours)


def closing_instant(calendar: ClinicCalendar, instant: datetime) -> datetime | None:
    """When the unit closes on the civil day of ``instant``; ``None`` where nobody has said."""
    if calendar.closes_at is None:
        return None
    return calendar.instant(datetime.combine(calendar.today(instant), calendar.closes_at))


def latest_injection(closes_at: datetime | None, least: timedelta) -> datetime | None:
    """By when an injection ends its watching of ``least`` with the unit's closing; ``None`` where nobody is watched, or
    no closing time is known."""
    return closes_at - least if closes_at is not None and least else None


def stay_ends_at(pathway: Pathway, purpose: str, starts_at: datetime, ends_at: datetime) -> datetime:
    """The earliest end of the whole stay: what is booked, and what must be watched even if the act is done at once."""
    return max(ends_at, starts_at + least_stay(pathway, purpose))


def late_stay(pathway: Pathway, purpose: str, starts_at: datetime, ends_at: datetime, calendar: ClinicCalendar) -> str:
    """Why a visit is too late in the day, as a sentence; empty where it is not, or no closing time is known."""
    closes_at, least = closing_instant(calendar, starts_at), least_stay(pathway, purpose)
    ends = stay_ends_at(pathway, purpose, starts_at, ends_at)
    if closes_at is None or not least or ends <= closes_at:
        return ""
    latest = calendar.wall(closes_at - (ends - starts_at))
    return (
        f"The stay lasts until {calendar.wall(ends):%H:%M} at the earliest, {least // timedelta(hours=1)} h after the "
        f"injection; the unit closes at {calendar.wall(closes_at):%H:%M}. The latest beginning is {latest:%H:%M}."
    )
