"""Which reminders should exist for a patient's visits, by which ways and when; and whom a person must call.

A contact belongs to one visit at one wall time: changing its time makes new ones, also where it is changed back,
confirming it does not. Where no message comes in time any more to tell a changed time, a person calls. While the time
of a visit is provisional they tell the day alone; that it is final makes new ones, of which the latest that was due
goes at once, so that whoever was told the day hears the time.

They depend on facts only, so nothing that is stored changes because time passes: that a contact falls due is the
dispatcher's business. ``now`` only says which are still worth starting. After a late booking, or a month without a
scheduler, that is the latest of each kind, never a burst.
"""

import re
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, replace
from datetime import date, datetime, timedelta
from itertools import groupby

from tracker.domain.calendar import ClinicCalendar
from tracker.domain.facts import Appointment
from tracker.domain.final_times import said_final
from tracker.domain.obligations import Obligations
from tracker.domain.pathway.definition import Pathway, ReminderRule
from tracker.domain.pathway.snapshot import Snapshot
from tracker.domain.ways import Preferences, Way
from tracker.domain.words import AppointmentState

#: Visits that somebody can still be reminded of.
TO_COME = frozenset({AppointmentState.BOOKED, AppointmentState.CONFIRMED})
#: The kind of reminder that carries the clinic's own words on how to prepare.
PREPARATION = "preparation"
#: The kinds whose words do not tell when to come.
_TELL_NO_TIME = frozenset({"consent", PREPARATION})
#: How the key of a contact ends: how often the time was changed, and the wall time.
_TIME = re.compile(r"(?:moved(\d+):)?(\d{4}-\d\d-\d\dT\d\d:\d\d)$", re.ASCII)
#: Visits after which a message can follow.
OVER = frozenset({AppointmentState.COMPLETED})


@dataclass(frozen=True, slots=True, kw_only=True)
class Contact:
    """One reminder. ``ways``: how it may go, the first to be tried first. Without any, nobody is written to:
    ``reason`` says why, and a person must call.

    ``call_key`` names that call: one for a visit and kind, however many reminders it stands for. ``is_wanted``: not
    yet useless at ``now``, and no later one of its kind is already due; and though it is too late, where it is the last
    that would tell a time that was changed. ``tells_time``: whether it may say at what time the visit is, and not its
    day alone. ``told_until``: where it tells a changed time, when the patient is to come; somebody must tell them until
    then.
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
    tells_time: bool = True
    told_until: datetime | None = None

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
    """A rule held against a visit, and the reminder it makes. ``why_not``: why there is none; empty where there is.
    ``told``: the visit that the words speak of, which is another one where a consent is to be signed at a visit."""

    rule: ReminderRule
    visit: Appointment
    told: Appointment
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


def time_told(key: str) -> tuple[str, int]:
    """The wall time (``YYYY-MM-DDTHH:MM``) that the contact of a key tells, and how often it was changed until then.

    :raises ValueError: for what is no key of a contact
    """
    found = _TIME.search(key)
    if found is None:
        raise ValueError(f"no time in {key}")
    return found[2], int(found[1] or 0)


def considered(
    pathway: Pathway, snapshot: Snapshot, obligations: Obligations, preferences: Preferences, now: datetime
) -> tuple[Considered, ...]:
    """Every rule about every visit to come, or over, also those that make no reminder: whoever gets nothing has a
    reason."""
    case = _Case(pathway, snapshot, obligations, preferences)
    found = [
        case.considered(rule, visit)
        for visit in snapshot.of(Appointment)
        for rule in pathway.reminders
        if visit.purpose in rule.purposes and visit.state in (OVER if rule.is_after else TO_COME)
    ]
    asked = [each.contact for each in found if not each.why_not]
    asked.sort(key=lambda each: (each.appointment, each.call_key, *_place(each)))
    groups = groupby(asked, key=lambda each: each.call_key)
    wanted = {each.key: each for _, group in groups for each in _worth_starting(list(group), now)}
    return tuple(replace(each, contact=wanted.get(each.contact.key, each.contact)) for each in found)


def waits_for_message(pathway: Pathway, snapshot: Snapshot, now: datetime) -> bool:
    """Whether something may still be sent about a visit: it is to come, or it is over and a message follows it."""
    if any(visit.state in TO_COME for visit in snapshot.of(Appointment)):
        return True
    after = [rule for rule in pathway.reminders if rule.is_after]
    return any(
        visit.state in OVER and visit.purpose in rule.purposes and now < _useless_after(rule, visit, snapshot.calendar)
        for visit in snapshot.of(Appointment)
        for rule in after
    )


def is_superseded(contact: Contact, others: Iterable[Contact], now: datetime) -> bool:
    """Whether one of the ``others`` says the same later, and still in time: then the earlier is not sent too. Of two at
    one instant the one that is of use for longer goes."""
    return not contact.is_wanted and any(says_later(each, contact) and now < each.useless_after for each in others)


def says_later(one: Contact, other: Contact) -> bool:
    """Whether one says what the other does, and goes after it."""
    return one.call_key == other.call_key and _place(one) > _place(other)


def _place(contact: Contact) -> tuple[datetime, datetime, str]:
    """Of those of one kind, which goes last."""
    return contact.wanted_at, contact.useless_after, contact.key


@dataclass(frozen=True, slots=True)
class _Case:
    """What every rule looks at."""

    pathway: Pathway
    snapshot: Snapshot
    obligations: Obligations
    preferences: Preferences

    def considered(self, rule: ReminderRule, visit: Appointment) -> Considered:
        told = self._told(rule, visit)
        contact = self._contact(rule, visit, told)
        why_not = "died" if self.snapshot.is_dead else self._why_not(rule, visit)
        if not why_not and told is not visit and contact.wanted_at >= contact.useless_after:
            why_not = "visit_before"
        if not why_not and not contact.ways:
            # A copy that nobody is there to get is none, nor what a call comes with anyway: nobody is called for it.
            why_not = f"copy_{contact.reason}" if rule.to != "patient" else "called_anyway" if rule.is_after else ""
        return Considered(rule=rule, visit=visit, told=told, contact=contact, why_not=why_not)

    def _told(self, rule: ReminderRule, visit: Appointment) -> Appointment:
        """The visit that the words speak of: where a consent is to be signed at a visit of its own, that one."""
        signing = self.snapshot.signing_before(visit) if rule.visit_template else None
        return signing or visit

    def _why_not(self, rule: ReminderRule, visit: Appointment) -> str:
        if rule.unless_confirmed and visit.state == AppointmentState.CONFIRMED:
            return "confirmed"
        if rule.kind == "refill":
            return "" if self.obligations.of("refill") else "no_refill_due"
        if not self.pathway.stages[self.snapshot.stage].is_open:
            return "case_closed"
        if rule.kind == "consent":
            subject = f"consent:{visit.purpose}:{visit.attempt}"
            is_due = any(each.subject == subject for each in self.obligations.of("consent"))
            return "" if is_due else "consent_valid"
        if rule.kind == PREPARATION and not self.preferences.has_sheet:
            return "no_sheet"
        return ""

    def _contact(self, rule: ReminderRule, visit: Appointment, told: Appointment) -> Contact:
        ways, reason = self.preferences.ways(rule.to, rule.channels)
        clinic = self.snapshot.calendar
        calendar = replace(clinic, zone=self.preferences.zone) if self.preferences.zone else clinic
        wanted_on, useless_after = _wanted_on(rule, visit, clinic), _useless_after(rule, told, clinic)
        template, of_words, tells_time = self._words(rule, visit, told)
        # A copy, or a call that the rule itself asks for, stands for itself alone.
        about = rule.kind if rule.to == "patient" and not rule.is_call else rule.name
        moved = f"moved{told.moves}:" if told.moves else ""
        visit_told = f"{told.appointment}:{of_words}{moved}{told.wall}"
        is_news = tells_time and told is visit and (bool(moved) or bool(of_words))
        must_hear = is_news and rule.to == "patient" and not rule.is_call and rule.kind not in _TELL_NO_TIME
        return Contact(
            key=f"{rule.name}:{visit_told}",
            kind=rule.kind,
            appointment=told.appointment,
            subject=f"appointment:{told.appointment}",
            wanted_at=min(calendar.instant(datetime.combine(wanted_on, rule.wall_time)), useless_after),
            useless_after=useless_after,
            template=template,
            ways=ways,
            reason=reason,
            call_key=f"{about}:{visit_told}",
            call_on=clinic.open_day_on_or_before(wanted_on),
            is_wanted=True,
            tells_time=tells_time,
            told_until=told.arrive_at or told.starts_at if must_hear and not rule.is_after else None,
        )

    def _words(self, rule: ReminderRule, visit: Appointment, told: Appointment) -> tuple[str, str, bool]:
        """The template, what tells these words from others about the same visit, and whether they tell its time.

        Words that tell the day belong to other contacts than those that tell the time, and what was said final anew
        to others again: whoever had one of them is still told the next.
        """
        if told is not visit:
            return rule.visit_template, f"{visit.appointment}@{visit.wall}:", True
        if not rule.day_template or visit.purpose not in self.pathway.final_times:
            return rule.template, "", True
        final = said_final(self.snapshot, visit)
        return (rule.day_template, "day:", False) if final is None else (rule.template, f"final{final.seq}:", True)


def _wanted_on(rule: ReminderRule, visit: Appointment, clinic: ClinicCalendar) -> date:
    # What comes after a visit is counted from the day on which it was over.
    day = clinic.today(visit.effective_at) if rule.is_after else date.fromisoformat(visit.wall[:10])
    if rule.counts_open_days:
        return clinic.add_open_days(day, -rule.days_before)
    return day - timedelta(days=rule.days_before)


def _useless_after(rule: ReminderRule, visit: Appointment, clinic: ClinicCalendar) -> datetime:
    """``visit``: the one that is told of."""
    if rule.is_after:
        wanted = datetime.combine(_wanted_on(rule, visit, clinic), rule.wall_time)
        return clinic.instant(wanted) - timedelta(hours=rule.useless_hours_before)
    return (visit.arrive_at or visit.starts_at) - timedelta(hours=rule.useless_hours_before)


def _worth_starting(group: Sequence[Contact], now: datetime) -> Iterator[Contact]:
    due = [each for each in group if each.wanted_at <= now]
    nothing_comes_in_time = all(each.useless_after <= now for each in group)
    for each in group:
        is_late = each in due and each is not due[-1]
        must_still_be_told = nothing_comes_in_time and each.told_until is not None and now < each.told_until
        yield replace(each, is_wanted=not is_late and (now < each.useless_after or must_still_be_told))
