"""The clinic and its rules as the last year shows them, in the units in which people say them; or that there were too
few patients.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from itertools import chain

from tracker.domain.forecast.forecast import ENOUGH_PROCEDURES, ENOUGH_WEEKS, RECENT_DAYS, TooFew
from tracker.domain.forecast.stage_visits import StageVisit, entries_per_week, known_at, spells_by_case
from tracker.domain.statistics.kaplan_meier import kaplan_meier
from tracker.domain.statistics.risk_sets import Spell, grouped
from tracker.domain.what_if.flow import Flow
from tracker.domain.what_if.policy import Policy, observed_policy
from tracker.domain.what_if.simulation import Clinic
from tracker.domain.what_if.today import clinic_today


@dataclass(frozen=True, slots=True)
class Observed:
    """``turnaround``: by procedure, the median days that its payers take (Kaplan and Meier); without those of whom it
    is not known. ``seen``: how many of each procedure in the last year."""

    clinic: Clinic
    policy: Policy
    turnaround: Mapping[str, int]
    seen: Mapping[str, int]

    def is_enough(self, procedure: str) -> bool:
        """Whether there were so many of it that something can be said."""
        return self.seen[procedure] >= ENOUGH_PROCEDURES

    @property
    def referrals(self) -> int:
        """Of the last year."""
        return sum(self.clinic.past_arrivals)


def observe(flow: Flow, history: Sequence[StageVisit], on: date) -> Observed | TooFew:
    """From the year until ``on``. Too few: weeks since the first referral, or a procedure that did not take place."""
    known, since = known_at(history, on), on - timedelta(days=RECENT_DAYS)
    first = min((visit.entered_on for visit in known), default=on)
    weeks = (on - first).days // 7
    if weeks < ENOUGH_WEEKS:
        return TooFew("", "weeks", weeks, ENOUGH_WEEKS)
    policy = observed_policy(flow, known, since=since, on=on)
    seen = {
        booking.procedure: sum(entries_per_week(known, booking.day, after=since, weeks=RECENT_DAYS // 7))
        for booking in flow.bookings.values()
    }
    for procedure in flow.procedures:
        if procedure not in policy:
            return TooFew(procedure, "procedures", seen[procedure], ENOUGH_PROCEDURES)
    if not any(count >= ENOUGH_PROCEDURES for count in seen.values()):
        most = max(seen, key=seen.__getitem__)
        return TooFew(most, "procedures", seen[most], ENOUGH_PROCEDURES)
    # Of a year that is not yet over, what there is.
    clinic = clinic_today(flow, known, since=max(since, first), on=on)
    return Observed(clinic, policy, _turnaround(flow, known, since, on), seen)


def _turnaround(flow: Flow, known: Sequence[StageVisit], since: date, on: date) -> Mapping[str, int]:
    """In the stages that wait for a payer. A stage that nobody came to has no median."""
    spells: dict[str, list[Spell]] = {stage: [] for stage in flow.payers}
    of_payers = (visit for visit in known if visit.stage in spells)
    for stage, spell in chain.from_iterable(spells_by_case(of_payers, since=since, on=on)):
        spells[stage].append(spell)
    found: dict[str, int] = {}
    for stage, procedure in flow.payers.items():
        median = kaplan_meier(grouped(spells[stage])).median.time if spells[stage] else None
        if median:
            found[procedure] = found.get(procedure, 0) + round(median)
    return found
