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


@dataclass(frozen=True, slots=True, kw_only=True)
class Considered:
    """A rule held against a visit to come, and the reminder it makes. ``why_not``: why there is none; empty where there
    is."""

    rule: ReminderRule
    visit: Appointment
    contact: Contact
    why_not: str


def contacts(
    pathway: Pathway, snapshot: Snapshot, obligations: Obligations, preferences: Preferences, now: datetime
) -> Contacts:
    """Every reminder of the visits to come. None for the dead, for a closed case (its pump's refills apart), for a
    visit that is off, nor about a consent that is already valid on the day."""
    if snapshot.is_dead:
        return Contacts(())
    found = considered(pathway, snapshot, obligations, preferences, now)
    asked = (each.contact for each in found if not each.why_not)
    return Contacts(tuple(sorted(asked, key=lambda each: (each.wanted_at, each.key))))


def considered(
    pathway: Pathway, snapshot: Snapshot, obligations: Obligations, preferences: Preferences, now: datetime
) -> tuple[Considered, ...]:
    """Every rule about every visit to come, also those that make no reminder: whoever gets nothing has a reason."""
    is_open = pathway.stages[snapshot.stage].is_open
    found: list[Considered] = []
    for visit in snapshot.of(Appointment):
        for rule in pathway.reminders if visit.state in TO_COME else ():
            if visit.purpose in rule.purposes:
                contact = _contact(rule, visit, snapshot.calendar, preferences)
                why_not = "died" if snapshot.is_dead else _why_not(rule, visit, is_open, obligations)
                # A copy that nobody is there to get is none; nobody is called for it.
                if not why_not and not contact.ways and rule.to != "patient":
                    why_not = f"copy_{contact.reason}"
                found.append(Considered(rule=rule, visit=visit, contact=contact, why_not=why_not))
    asked = [each.contact for each in found if not each.why_not]
    asked.sort(key=lambda each: (each.appointment, each.call_key, *_place(each)))
    groups = groupby(asked, key=lambda each: each.call_key)
    wanted = {each.key: each for _, group in groups for each in _worth_starting(list(group), now)}
    return tuple(replace(each, contact=wanted.get(each.contact.key, each.contact)) for each in found)


def is_superseded(contact: Contact, others: Iterable[Contact], now: datetime) -> bool:
    """Whether one of the ``others`` says the same later, and still in time: then the earlier is not sent too. Of two at
    one instant the one that is of use for longer goes."""
    return not contact.is_wanted and any(
        each.call_key == contact.call_key and _place(each) > _place(contact) and now < each.useless_after
        for each in others
    )


def _place(contact: Contact) -> tuple[datetime, datetime, str]:
    """Of those of one kind, which goes last."""
    return contact.wanted_at, contact.useless_after, contact.key


def _why_not(rule: ReminderRule, visit: Appointment, is_open: bool, obligations: Obligations) -> str:
    if rule.unless_confirmed and visit.state == AppointmentState.CONFIRMED:
        return "confirmed"
    if rule.kind == "refill":
        return "" if obligations.of("refill") else "no_refill_due"
    if not is_open:
        return "case_closed"
    if rule.kind == "consent":
        subject = f"consent:{visit.purpose}:{visit.attempt}"
        is_due = any(each.subject == subject for each in obligations.of("consent"))
        return "" if is_due else "consent_valid"
    return ""


def _contact(rule: ReminderRule, visit: Appointment, clinic: ClinicCalendar, preferences: Preferences) -> Contact:
    """The reminder of a rule about a visit."""
    ways, reason = preferences.ways(rule.to, rule.channels)
    calendar = replace(clinic, zone=preferences.zone) if preferences.zone else clinic
    visit_on = date.fromisoformat(visit.wall[:10])
    useless_after = (visit.arrive_at or visit.starts_at) - timedelta(hours=rule.useless_hours_before)
    wanted_on = _wanted_on(rule, visit_on, clinic)
    wanted_at = min(calendar.instant(datetime.combine(wanted_on, rule.wall_time)), useless_after)
    # A copy, or a call that the rule itself asks for, stands for itself alone.
    about = rule.kind if rule.to == "patient" and not rule.is_call else rule.name
    return Contact(
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
