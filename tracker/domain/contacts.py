"""Which reminders should exist for a patient's visits, by which ways and when; and whom a person must call.

A contact belongs to one visit at one wall time: moving the visit makes new ones, confirming it does not. They depend
on facts only, so nothing that is stored changes because time passes: that a contact falls due is the dispatcher's
business. ``now`` only says which are still worth starting. After a late booking, or a month without a scheduler, that
is the latest of each kind, never a burst.
"""

from collections.abc import Iterable, Iterator
from dataclasses import dataclass, replace
from datetime import date, datetime, timedelta
from itertools import groupby

from tracker.domain.calendar import ClinicCalendar
from tracker.domain.facts import Appointment
from tracker.domain.obligations import Obligations
from tracker.domain.pathway.definition import Pathway, ReminderRule
from tracker.domain.pathway.snapshot import Snapshot
from tracker.domain.ways import Preferences, Way
from tracker.domain.words import AppointmentState

#: Visits that somebody can still be reminded of.
TO_COME = frozenset({AppointmentState.BOOKED, AppointmentState.CONFIRMED})


@dataclass(frozen=True, slots=True, kw_only=True)
class Contact:
    """One reminder. ``ways``: how it may go, the first to be tried first. Without any, nobody is written to:
    ``reason`` says why, and a person must call.

    ``call_key`` names that call: one for a visit and kind, however many reminders it stands for. ``is_wanted``: not
    yet useless at ``now``, and no later one of its kind is already due.
    """

    key: str
    kind: str
    appointment: int
    subject: str
    wanted_at: datetime
    useless_after: datetime
    template: str
    ways: tuple[Way, ...]
    reason: str
    call_key: str
    call_on: date
    is_wanted: bool

    def way(self, without: Iterable[str] = ()) -> Way | None:
        """The first way that is not by a channel of ``without``, which were tried already."""
        tried = frozenset(without)
        return next((each for each in self.ways if each.channel not in tried), None)


@dataclass(frozen=True, slots=True)
class Contacts:
    """The reminders of a case by time. Time alone never changes what is stored of them."""

    items: tuple[Contact, ...]
    next_change_at: datetime | None = None


def contacts(
    pathway: Pathway, snapshot: Snapshot, obligations: Obligations, preferences: Preferences, now: datetime
) -> Contacts:
    """Every reminder of the visits to come. None for the dead, for a closed case (its pump's refills apart), for a
    visit that is off, nor about a consent that is already valid on the day."""
    if snapshot.is_dead:
        return Contacts(())
    visits = [visit for visit in snapshot.of(Appointment) if visit.state in TO_COME]
    is_open = pathway.stages[snapshot.stage].is_open
    found = [
        contact
        for visit in visits
        for rule in pathway.reminders
        if visit.purpose in rule.purposes and _is_asked(rule, visit, is_open, obligations)
        for contact in _contact(rule, visit, snapshot.calendar, preferences)
    ]
    found.sort(key=lambda each: (each.appointment, each.call_key, each.wanted_at, each.key))
    groups = groupby(found, key=lambda each: each.call_key)
    chosen = [each for _, group in groups for each in _worth_starting(list(group), now)]
    return Contacts(tuple(sorted(chosen, key=lambda each: (each.wanted_at, each.key))))


def _is_asked(rule: ReminderRule, visit: Appointment, is_open: bool, obligations: Obligations) -> bool:
    if rule.unless_confirmed and visit.state == AppointmentState.CONFIRMED:
        return False
    if rule.kind == "refill":
        return bool(obligations.of("refill"))
    if rule.kind == "consent":
        return any(each.subject == f"consent:{visit.purpose}:{visit.attempt}" for each in obligations.of("consent"))
    return is_open


def _contact(
    rule: ReminderRule, visit: Appointment, clinic: ClinicCalendar, preferences: Preferences
) -> Iterator[Contact]:
    """The reminder of a rule about a visit; none for a copy that nobody is there to get."""
    ways, reason = preferences.ways(rule.to, rule.channels)
    if not ways and rule.to != "patient":
        return
    calendar = replace(clinic, zone=preferences.zone) if preferences.zone else clinic
    visit_on = date.fromisoformat(visit.wall[:10])
    useless_after = (visit.arrive_at or visit.starts_at) - timedelta(hours=rule.useless_hours_before)
    wanted_on = _wanted_on(rule, visit_on, clinic)
    wanted_at = min(calendar.instant(datetime.combine(wanted_on, rule.wall_time)), useless_after)
    # A copy, or a call that the rule itself asks for, stands for itself alone.
    about = rule.kind if rule.to == "patient" and not rule.is_call else rule.name
    yield Contact(
        key=f"{rule.name}:{visit.appointment}:{visit.wall}",
        kind=rule.kind,
        appointment=visit.appointment,
        subject=f"appointment:{visit.appointment}",
        wanted_at=wanted_at,
        useless_after=useless_after,
        template=rule.template,
        ways=ways,
        reason=reason,
        call_key=f"{about}:{visit.appointment}:{visit.wall}",
        call_on=clinic.open_day_on_or_before(wanted_on),
        is_wanted=True,
    )


def _wanted_on(rule: ReminderRule, visit_on: date, clinic: ClinicCalendar) -> date:
    if rule.counts_open_days:
        return clinic.add_open_days(visit_on, -rule.days_before)
    return visit_on - timedelta(days=rule.days_before)


def _worth_starting(group: Iterable[Contact], now: datetime) -> Iterator[Contact]:
    due = [each for each in group if each.wanted_at <= now]
    for each in group:
        is_late = each in due and each is not due[-1]
        yield replace(each, is_wanted=not is_late and now < each.useless_after)
