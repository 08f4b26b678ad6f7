"""What will become of every reminder of a case as time passes: the dispatcher's decisions, made ahead.

It looks at each reminder at the very instants at which a dispatcher would, with the functions that the dispatcher
asks, and with what the ledger already has of it. Facts that are still to come are not guessed.
"""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field, replace
from datetime import datetime

from tracker.domain.calendar import ClinicCalendar
from tracker.domain.contacts import Considered, Contact, considered, is_superseded, says_later
from tracker.domain.facts import Appointment
from tracker.domain.obligations import told_obligations
from tracker.domain.pathway.definition import Pathway, ReminderRule
from tracker.domain.pathway.snapshot import Snapshot
from tracker.domain.quiet_hours import QuietHours
from tracker.domain.reminder_words import UNREACHED
from tracker.domain.ways import CALL, Preferences, Way
from tracker.domain.words import AppointmentState

#: It went, or may have gone: nothing more is to come of it.
SENT = "sent"


@dataclass(frozen=True, slots=True, kw_only=True)
class Begun:
    """What the ledger has of a reminder. ``ended``: ``SENT``, or why it was given up; empty while something may come.
    ``is_planned``: a row waits. ``tried``: the channels by which it failed. ``not_before``: when it is looked at next
    by ``channel``, if that is later than it is wanted. ``planned_at``: when its row was made. ``is_under_way``: it was
    tried, or a person released it, and no burst is counted from it."""

    ended: str = ""
    is_planned: bool = False
    tried: frozenset[str] = frozenset()
    channel: str = ""
    not_before: datetime | None = None
    planned_at: datetime | None = None
    is_under_way: bool = False


NOTHING = Begun()


@dataclass(frozen=True, slots=True, kw_only=True)
class Span:
    """From an instant, ``now`` or later, until another one that is no part of it."""

    now: datetime
    begins_at: datetime
    ends_at: datetime

    def holds(self, instant: datetime) -> bool:
        """Whether it lies in the span."""
        return self.begins_at <= instant < self.ends_at


@dataclass(frozen=True, slots=True, kw_only=True)
class Sending:
    """How a clinic sends: its quiet hours, and whether it is paused."""

    quiet: QuietHours
    is_paused: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class Foreseen:
    """One reminder: it goes ``at`` an instant by a ``way``, or nobody is written to, and ``why_not`` says why.
    ``wanted_at``: when its rule asks for it. ``zone`` is the patient's. Its words are those of ``template``, about the
    visit ``told``. ``looks``: the instants at which a dispatcher finds it waiting untried, as of ``planned_at``: so
    many at one of them may be a burst."""

    key: str
    rule: ReminderRule
    visit: Appointment
    told: Appointment
    template: str
    wanted_at: datetime
    at: datetime
    zone: str
    way: Way | None
    why_not: str
    planned_at: datetime
    looks: tuple[datetime, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class Outlook:
    """One case looked at ahead of time. ``begun``: what the ledger has, by the contact's key."""

    pathway: Pathway
    snapshot: Snapshot
    preferences: Preferences
    sending: Sending
    span: Span
    begun: Mapping[str, Begun]
    _seen: dict[datetime, dict[str, Considered]] = field(default_factory=dict)

    def foreseen(self) -> Iterator[Foreseen]:
        """Every reminder whose time to go, or not to, lies in the span; of visits that have not begun, and what follows
        those that are over."""
        for key, each in self._at(self.span.now).items():
            over_at = each.contact.useless_after if each.rule.is_after else each.visit.starts_at
            if over_at <= self.span.now or each.contact.wanted_at >= self.span.ends_at:
                continue
            begun = self.begun.get(key, NOTHING)
            at, way, why_not = self._fate(key, each, begun)
            why_not = self._unless_told(each, why_not)
            if self.span.holds(at):
                yield Foreseen(
                    key=key, rule=each.rule, visit=each.visit, told=each.told, template=each.contact.template,
                    wanted_at=each.contact.wanted_at, at=at, zone=self._calendar.zone, way=way, why_not=why_not,
                    planned_at=begun.planned_at or self.span.now, looks=tuple(self._looks(each, begun, at)),
                )  # fmt: skip

    @property
    def _calendar(self) -> ClinicCalendar:
        calendar = self.snapshot.calendar
        return replace(calendar, zone=self.preferences.zone) if self.preferences.zone else calendar

    def _at(self, now: datetime) -> dict[str, Considered]:
        if now not in self._seen:
            due = told_obligations(self.pathway, self.snapshot, now)
            found = considered(self.pathway, self.snapshot, due, self.preferences, now)
            self._seen[now] = {each.contact.key: each for each in found}
        return self._seen[now]

    def _fate(self, key: str, each: Considered, begun: Begun) -> tuple[datetime, Way | None, str]:
        """When a reminder is decided on, and the way it goes or why it does not."""
        at = max(self.span.now, each.contact.wanted_at)
        if begun.ended:
            return (each.contact.wanted_at if begun.ended == SENT else at), None, begun.ended
        if not begun.is_planned and not each.why_not and not each.contact.is_wanted:
            return at, None, "superseded" if self._is_superseded(each.contact, self.span.now) else "too_late"
        return self._decided(key, self._first_look(each, begun), begun)

    def _unless_told(self, each: Considered, why_not: str) -> str:
        """Why this one is not needed, where whoever it does not reach is told by another: by a later one of its kind,
        or by any of its kind and has confirmed."""
        if why_not not in UNREACHED:
            return why_not
        others = [
            other for other in self._at(self.span.now).values()
            if other.visit is each.visit and (other.rule.kind, other.rule.to) == (each.rule.kind, each.rule.to)
        ]  # fmt: skip
        is_told = any(self._has_gone(other) for other in others)
        if is_told and each.visit.state == AppointmentState.CONFIRMED:
            return "confirmed"
        later = [other for other in others if says_later(other.contact, each.contact)]
        if any(self._has_gone(other) or (why_not == "too_late" and self._will_go(other)) for other in later):
            return "superseded"
        return why_not

    def _has_gone(self, each: Considered) -> bool:
        return self.begun.get(each.contact.key, NOTHING).ended == SENT

    def _will_go(self, each: Considered) -> bool:
        begun = self.begun.get(each.contact.key, NOTHING)
        return self._fate(each.contact.key, each, begun)[2] in {"", "paused"}

    def _first_look(self, each: Considered, begun: Begun) -> datetime:
        way = each.contact.way(without=begun.tried)
        if begun.not_before is not None and way is not None and begun.channel in {way.channel, *begun.tried}:
            return max(self.span.now, begun.not_before)
        return max(self.span.now, each.contact.wanted_at)

    def _looks(self, each: Considered, begun: Begun, at: datetime) -> Iterator[datetime]:
        """Also of one that is found at night and waits for the morning, and of one that an other makes superfluous."""
        way = each.contact.way(without=begun.tried)
        waits = begun.is_planned or (not begun.ended and each.contact.is_wanted)
        if waits and not each.why_not and not begun.is_under_way and way is not None and way.channel != CALL:
            looks = {self._first_look(each, begun), at}
            yield from sorted(look for look in looks if look < each.contact.useless_after)

    def _decided(self, key: str, at: datetime, begun: Begun) -> tuple[datetime, Way | None, str]:
        """As ``tracker/services/delivering/taking.py`` decides at that instant."""
        each = self._at(at)[key]
        way = each.contact.way(without=begun.tried)
        why_not = self._why_not(each, way, at)
        if why_not:
            return at, None, why_not
        over_at = self.sending.quiet.until(at, self._calendar)
        if over_at is None:
            return at, way, ""
        if over_at >= each.contact.useless_after:
            return at, None, "quiet_hours"
        return self._decided(key, over_at, begun)

    def _why_not(self, each: Considered, way: Way | None, at: datetime) -> str:
        if each.why_not:
            return each.why_not
        if self._is_superseded(each.contact, at):
            return "superseded"
        if at >= each.contact.useless_after:
            return "too_late"
        if way is None:
            return each.contact.reason or "no_way_left"
        if way.channel == CALL:
            return "call_due"
        return "paused" if self.sending.is_paused else ""

    def _is_superseded(self, contact: Contact, at: datetime) -> bool:
        others = [each.contact for each in self._at(at).values() if not each.why_not]
        return is_superseded(contact, others, at)
