"""All obligations of a case: a pure function of its facts and the day."""

from datetime import datetime, timedelta

from tracker.domain.facts import Appointment
from tracker.domain.obligations.advisories import advisories
from tracker.domain.obligations.authorizations import authorizations
from tracker.domain.obligations.consents import consents, consents_withdrawn
from tracker.domain.obligations.device_life import (
    discrepancies,
    observations,
    pumps_of_the_dead,
    replacements,
    trial_catheters,
)
from tracker.domain.obligations.follow_ups import follow_ups, unreachable
from tracker.domain.obligations.loose_ends import deviation_reviews, grounds_lost, unmarked_days
from tracker.domain.obligations.obligation import Obligations, View
from tracker.domain.obligations.pump_calls import pump_calls
from tracker.domain.obligations.readiness import arrivals, authorizations_expiring, documents
from tracker.domain.obligations.refills import alarm_dates, drugs_in_stock, refills, visits_without_pump
from tracker.domain.obligations.scans import scans
from tracker.domain.obligations.steps import hold_review, next_step, transfers
from tracker.domain.obligations.times import next_asked_at, times_not_final
from tracker.domain.pathway.definition import Pathway
from tracker.domain.pathway.snapshot import Snapshot
from tracker.domain.words import LIVE_APPOINTMENT, DeterminationKind

RULES = (
    pump_calls,
    refills,
    alarm_dates,
    drugs_in_stock,
    visits_without_pump,
    next_step,
    hold_review,
    transfers,
    consents,
    consents_withdrawn,
    documents,
    arrivals,
    times_not_final,
    authorizations,
    authorizations_expiring,
    replacements,
    trial_catheters,
    observations,
    discrepancies,
    scans,
    advisories,
    follow_ups,
    unreachable,
    unmarked_days,
    deviation_reviews,
    grounds_lost,
)
#: What messages to patients ask about.
TOLD = (refills, consents)


def obligations(pathway: Pathway, snapshot: Snapshot, now: datetime) -> Obligations:
    """Everything that must happen for this patient by a date. Of the dead the pump is left, and what became of a visit
    of before."""
    view = View(pathway, snapshot, now, snapshot.calendar.today(now))
    if snapshot.is_dead:
        return Obligations((*pumps_of_the_dead(view), *unmarked_days(view)), _next_change_at(view))
    found = [each for rule in RULES for each in rule(view)]
    found.sort(key=lambda each: (each.due_on, each.kind, each.subject))
    return Obligations(tuple(found), _next_change_at(view))


def told_obligations(pathway: Pathway, snapshot: Snapshot, now: datetime) -> Obligations:
    """Of all obligations those that ``contacts`` asks about: a fraction of the work where thousands of cases are looked
    at ahead of time."""
    view = View(pathway, snapshot, now, snapshot.calendar.today(now))
    found = () if snapshot.is_dead else tuple(each for rule in TOLD for each in rule(view))
    return Obligations(found, _next_change_at(view))


def _next_change_at(view: View) -> datetime | None:
    """The first midnight at which a visit's day, or a plan's, is over, or the hour at which a time is to be final: only
    these turn anything by themselves."""
    days = {
        view.day(instant)
        for visit in view.snapshot.of(Appointment)
        if visit.state in LIVE_APPOINTMENT
        for instant in (visit.starts_at, visit.ends_at)
    }
    plans = view.snapshot.determinations(DeterminationKind.REFILL_PLAN)
    days |= {plan.until_on for plan in plans if plan.until_on is not None}
    if view.snapshot.replacement_on is not None:
        days.add(view.snapshot.replacement_on)
    first = min((day for day in days if day >= view.today), default=None)
    over_at = None if first is None else view.calendar.start_of(first + timedelta(days=1))
    return min((each for each in (over_at, next_asked_at(view)) if each is not None), default=None)
