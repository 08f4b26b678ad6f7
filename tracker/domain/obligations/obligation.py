"""One thing that must happen by a date, and how its dates follow from its anchor.

Obligations are computed from facts and nothing else: the same facts give the same dates tonight and in a month, so
that what is stored changes only when a fact was written or a day has passed that the rules themselves name.
"""

from dataclasses import dataclass, replace
from datetime import date, datetime, timedelta

from tracker.domain.calendar import ClinicCalendar
from tracker.domain.pathway.definition import FollowUpRule, ObligationRule, Pathway
from tracker.domain.pathway.snapshot import Snapshot
from tracker.domain.words import Role

Params = tuple[tuple[str, str], ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class Obligation:
    """Something due. ``params`` are sorted pairs of text for the sentence on the page.

    ``subject`` says of what (``device:7``, ``appointment:5``); ``planned_seq`` is the fact that plans a refill: a
    booked visit, or a named person's dated plan. A message never is.
    """

    kind: str
    subject: str
    due_on: date
    warn_on: date | None
    escalate_on: date | None
    critical_on: date | None
    owner: Role
    reason: str
    anchor_on: date
    params: Params = ()
    device: int | None = None
    planned_seq: int | None = None

    @property
    def key(self) -> tuple[str, str, str]:
        """What makes two obligations the same. The refill after the next one is another, of the same pump."""
        return self.kind, self.subject, dict(self.params).get("filled", "")


@dataclass(frozen=True, slots=True)
class Obligations:
    """Everything due in a case, by due date, and the next instant at which time alone changes it."""

    items: tuple[Obligation, ...]
    next_change_at: datetime | None

    def of(self, kind: str) -> tuple[Obligation, ...]:
        """Those of one kind."""
        return tuple(each for each in self.items if each.kind == kind)


@dataclass(frozen=True, slots=True)
class View:
    """What every rule of this package looks at. ``today`` is the clinic's civil date at ``now``."""

    pathway: Pathway
    snapshot: Snapshot
    now: datetime
    today: date

    @property
    def calendar(self) -> ClinicCalendar:
        """The clinic's."""
        return self.snapshot.calendar

    @property
    def is_open(self) -> bool:
        """Whether the case has a next step."""
        return self.pathway.stages[self.snapshot.stage].is_open

    @property
    def owner(self) -> Role:
        """Who answers for the stage."""
        return self.pathway.stages[self.snapshot.stage].owner or Role.COORDINATOR

    def day(self, instant: datetime) -> date:
        """The clinic's civil date of an instant."""
        return self.calendar.today(instant)

    def due(
        self,
        kind: str,
        subject: str,
        *,
        anchor_on: date,
        reason: str,
        params: dict[str, object] | None = None,
        not_before: date = date.min,
        is_urgent: bool = False,
        device: int | None = None,
        planned_seq: int | None = None,
        following: FollowUpRule | None = None,
    ) -> Obligation:
        """An obligation with the dates of its rule, each moved off a closed day to the open day before.

        ``not_before`` is the day on which it came into being: what became due on a closed day is due then, and not
        on a day before anybody could know. ``is_urgent``: due and critical on the anchor itself. ``following``: whose
        owner and later dates take the place of the kind's.
        """
        rule = self.pathway.obligations[kind]
        if following is not None:
            rule = replace(
                rule,
                owner=following.owner,
                escalate_days=following.escalate_days,
                critical_days=following.critical_days,
            )
        dates = _Dates(self.calendar, anchor_on, not_before, rule.counts_open_days)
        due_on = anchor_on if is_urgent else dates.at(rule.due_days)
        warn_on, escalate_on, critical_on = (
            due_on if is_urgent else dates.of(days) for days in (rule.warn_days, rule.escalate_days, rule.critical_days)
        )
        return Obligation(
            kind=kind,
            subject=subject,
            due_on=due_on,
            warn_on=warn_on,
            escalate_on=escalate_on,
            critical_on=critical_on,
            owner=self._owner(rule),
            reason=reason,
            anchor_on=anchor_on,
            params=tuple(sorted((name, str(value)) for name, value in (params or {}).items())),
            device=device,
            planned_seq=planned_seq,
        )

    def _owner(self, rule: ObligationRule) -> Role:
        return self.owner if rule.owner is None else rule.owner


@dataclass(frozen=True, slots=True)
class _Dates:
    calendar: ClinicCalendar
    anchor_on: date
    not_before: date
    counts_open_days: bool

    def at(self, days: int) -> date:
        if self.counts_open_days:
            day = self.calendar.add_open_days(self.anchor_on, days)
        else:
            day = self.anchor_on + timedelta(days=days)
        return max(self.calendar.open_day_on_or_before(day), min(self.not_before, day))

    def of(self, days: int | None) -> date | None:
        return None if days is None else self.at(days)
